//! From the metadata to the API and back, with a client library that was written elsewhere; and codes that will not do.

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::oauth::browser::{Browser, CALLBACK, RESOURCE, allowing, asking, changed, error, redeeming};

/// How the library sends a request.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = crate::common::client();
    let response = client.execute(request.try_into()?).await?;
    let mut answer = oauth2::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    Ok(answer.body(response.bytes().await?.to_vec()).unwrap())
}

// facts: COM-OAUTH-001
#[tokio::test]
async fn a_foreign_library_goes_all_the_way() {
    let browser = Browser::open().await;
    let metadata = browser.get("/.well-known/oauth-authorization-server").await;
    let endpoint = |name: &str| metadata[name].as_str().unwrap().to_owned();
    let client = BasicClient::new(ClientId::new(browser.client().await))
        .set_auth_uri(AuthUrl::new(endpoint("authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(endpoint("token_endpoint")).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("api".to_owned()))
        .set_pkce_challenge(challenge)
        .add_extra_param("resource", RESOURCE)
        .add_extra_param("login_hint", "tenant_demo")
        .url();
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.decide(&query, &allowing(&["num_meta"])).await;
    assert_eq!(answer.sent("state").as_ref(), Some(state.secret()));
    assert_eq!(answer.sent("iss").unwrap(), endpoint("issuer"));

    let code = AuthorizationCode::new(answer.sent("code").unwrap());
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&send).await.unwrap();
    assert_eq!(tokens.expires_in().unwrap().as_secs(), 600);
    let refreshed =
        client.exchange_refresh_token(tokens.refresh_token().unwrap()).request_async(&send).await.unwrap();
    assert_ne!(refreshed.access_token().secret(), tokens.access_token().secret());

    let (status, exchanged) = browser.exchange(&json!(refreshed.access_token().secret())).await;
    assert_eq!(status, 200);
    let token = exchanged["access_token"].as_str().unwrap();
    let (_, answer) = browser.call(token, None, Method::GET, "/conversations", None).await;
    assert_eq!(answer["conversations"][0]["id"], "conv_ana", "{answer}");
}

#[tokio::test]
async fn a_foreign_library_is_refused_with_another_verifier() {
    let browser = Browser::open().await;
    let id = browser.client().await;
    let client = BasicClient::new(ClientId::new(id.clone()))
        .set_token_uri(TokenUrl::new(browser.url("/token")).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());
    let code = AuthorizationCode::new(browser.code(&id, &[]).await);
    let other = PkceCodeVerifier::new("x".repeat(43));
    let refusal = client.exchange_code(code).set_pkce_verifier(other).request_async(&send).await.unwrap_err();
    assert!(
        matches!(&refusal, oauth2::RequestTokenError::ServerResponse(it) if it.error().as_ref() == "invalid_grant"),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_code_must_fit_in_every_part() {
    let browser = Browser::open().await;
    let (client, other) = (browser.client().await, browser.client().await);
    let code = browser.code(&client, &[]).await;
    let fine = redeeming(&client, &code);
    let forged = format!("{code}0");
    for (name, value, expected) in [
        ("code_verifier", None, "invalid_request"),
        ("code_verifier", Some("x"), "invalid_grant"),
        ("code_verifier", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "invalid_grant"),
        ("redirect_uri", Some("http://127.0.0.1:7778/cb"), "invalid_grant"),
        ("client_id", Some(other.as_str()), "invalid_grant"),
        ("client_id", Some("nobody"), "invalid_client"),
        ("client_id", None, "invalid_client"),
        ("code", None, "invalid_request"),
        ("code", Some(forged.as_str()), "invalid_grant"),
        ("code", Some("psc_99999_00"), "invalid_grant"),
        ("code", Some("psc_x"), "invalid_grant"),
        ("code", Some("\u{1F600}"), "invalid_grant"),
        ("grant_type", None, "invalid_request"),
        ("grant_type", Some("password"), "unsupported_grant_type"),
        ("resource", Some("http://127.0.0.1:9/other"), "invalid_target"),
        ("resource", Some("nonsense"), "invalid_target"),
    ] {
        let (status, body) = browser.form("/token", None, &changed(&fine, name, value)).await;
        let expected_status = if expected == "invalid_client" { 401 } else { 400 };
        assert_eq!((status, error(&body)), (expected_status, expected), "{name} {value:?}");
        assert!(body["error_description"].is_string());
    }
    let twice: Vec<_> = fine.iter().copied().chain([("code", "x")]).collect();
    assert_eq!(error(&browser.form("/token", None, &twice).await.1), "invalid_request");
    let (status, body) = browser.post("/token", "application/json", "{}".to_owned()).await;
    assert_eq!((status, error(&body)), (400, "invalid_request"));
    let too_large = "a=".to_owned() + &"b".repeat(64 * 1024);
    assert_eq!(browser.post("/token", "application/x-www-form-urlencoded", too_large).await.0, 413);
    assert_eq!(browser.redeem(&client, &code).await.0, 200, "none of it used the code up");
}

// facts: COM-OAUTH-004
#[tokio::test]
async fn a_code_is_good_once_and_for_a_minute() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let code = browser.code(&client, &[]).await;
    browser.pass(59).await;
    let (status, tokens) = browser.redeem(&client, &code).await;
    assert_eq!(status, 200);
    assert!(browser.is_active(&tokens["access_token"]).await);
    let (status, body) = browser.redeem(&client, &code).await;
    assert_eq!((status, error(&body)), (400, "invalid_grant"));
    assert!(!browser.is_active(&tokens["access_token"]).await, "what a stolen code gave is taken back");
    assert_eq!(error(&browser.refresh(&client, &tokens["refresh_token"]).await.1), "invalid_grant");

    let late = browser.code(&client, &[]).await;
    browser.pass(60).await;
    assert_eq!(error(&browser.redeem(&client, &late).await.1), "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_is_replaced_and_then_betrays_a_thief() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&["num_meta"]).await;
    let client = tokens["client"].as_str().unwrap();
    let (status, second) = browser.refresh(client, &tokens["refresh_token"]).await;
    assert_eq!(status, 200);
    assert_ne!(second["refresh_token"], tokens["refresh_token"]);
    assert_eq!(browser.introspect(&second["access_token"]).await["number_ids"], json!(["num_meta"]));
    let other = browser.client().await;
    assert_eq!(error(&browser.refresh(&other, &second["refresh_token"]).await.1), "invalid_grant");
    let (status, third) = browser.refresh(client, &second["refresh_token"]).await;
    assert_eq!(status, 200, "another client's attempt did no harm");

    let (status, body) = browser.refresh(client, &tokens["refresh_token"]).await;
    assert_eq!((status, error(&body)), (400, "invalid_grant"));
    for gone in [&tokens["access_token"], &second["access_token"], &third["access_token"]] {
        assert!(!browser.is_active(gone).await);
    }
    assert_eq!(error(&browser.refresh(client, &third["refresh_token"]).await.1), "invalid_grant");
}

#[tokio::test]
async fn guesses_at_a_refresh_token_do_no_harm() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let client = tokens["client"].as_str().unwrap();
    for guess in ["psr_0_00_00", "psr_0", "psr__", "psr_0_00000000000000000000000000000000_x", "x"] {
        assert_eq!(error(&browser.refresh(client, &json!(guess)).await.1), "invalid_grant", "{guess}");
    }
    assert_eq!(browser.refresh(client, &tokens["refresh_token"]).await.0, 200);
}

// facts: COM-OAUTH-004
#[tokio::test]
async fn tokens_expire_on_the_clock_of_the_mock() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let client = tokens["client"].as_str().unwrap();
    browser.pass(599).await;
    assert!(browser.is_active(&tokens["access_token"]).await);
    browser.pass(1).await;
    assert!(!browser.is_active(&tokens["access_token"]).await);
    let month = 30 * 24 * 60 * 60;
    browser.pass(month - 601).await;
    let (status, next) = browser.refresh(client, &tokens["refresh_token"]).await;
    assert_eq!(status, 200, "a second before it ends");
    browser.pass(month).await;
    assert_eq!(error(&browser.refresh(client, &next["refresh_token"]).await.1), "invalid_grant");
}

#[tokio::test]
async fn only_who_registered_for_it_is_given_refresh_tokens() {
    let browser = Browser::open().await;
    let (_, client) = browser.register(json!({ "redirect_uris": [CALLBACK] })).await;
    let id = client["client_id"].as_str().unwrap();
    let (status, tokens) = browser.redeem(id, &browser.code(id, &[]).await).await;
    assert_eq!(status, 200);
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
}

#[tokio::test]
async fn metadata_stands_at_both_addresses_and_follows_the_public_one() {
    let browser = Browser::open().await;
    let own = browser.get("/.well-known/oauth-authorization-server").await;
    let inserted = format!("{}/.well-known/oauth-authorization-server/oauth", browser.api.mock.url());
    let inserted: Value = reqwest::get(inserted).await.unwrap().json().await.unwrap();
    assert_eq!(own, inserted);
    assert_eq!(own["issuer"], browser.url(""));
    assert_eq!(own["code_challenge_methods_supported"], json!(["S256"]));
    for flag in ["client_id_metadata_document_supported", "authorization_response_iss_parameter_supported"] {
        assert_eq!(own[flag], true, "{flag}");
    }

    let public = Url::parse("https://mock.example/").unwrap();
    let browser = Browser::of(mock_api::MockApi::builder().public_url(public)).await;
    let metadata = browser.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(metadata["issuer"], "https://mock.example/oauth");
    assert_eq!(metadata["token_endpoint"], "https://mock.example/oauth/token");
    let client = browser.client().await;
    let page = browser.page(&asking(&client)).await;
    assert!(page.header("set-cookie").ends_with("; Secure"));
    let tokens = browser.tokens(&[]).await;
    let claims = browser.introspect(&tokens["access_token"]).await;
    assert_eq!(claims["iss"], "https://mock.example/oauth");
    assert_eq!(
        error(&browser.exchange(&tokens["access_token"]).await.1),
        "invalid_target",
        "the API is elsewhere"
    );
}

#[tokio::test]
async fn other_paths_and_methods() {
    let browser = Browser::open().await;
    assert_eq!(browser.post("/nothing", "text/plain", String::new()).await.0, 404);
    assert_eq!(browser.post("/jwks", "text/plain", String::new()).await.0, 405);
    let wrong = reqwest::get(browser.url("/token")).await.unwrap();
    assert_eq!((wrong.status().as_u16(), wrong.headers()["allow"].to_str().unwrap()), (405, "POST"));
}
