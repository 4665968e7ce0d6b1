//! Token exchange: a token of a client for one that the API takes.

use serde_json::json;

use crate::oauth::browser::{Browser, SERVER, changed, error, exchanging};

// facts: COM-OAUTH-005
#[tokio::test]
async fn the_api_takes_what_a_server_got_in_exchange() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&["num_meta"]).await;
    let (status, answer) = browser.exchange(&tokens["access_token"]).await;
    assert_eq!(status, 200);
    assert_eq!(answer["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert_eq!(answer["token_type"], "Bearer");
    assert!(answer.get("refresh_token").is_none());
    let claims = browser.introspect(&answer["access_token"]).await;
    assert_eq!(claims["aud"], browser.api.mock.url());
    assert_eq!(claims["client_id"], "mcp-server");
    assert_eq!(claims["tenant_id"], "tenant_demo");
    assert_eq!(claims["number_ids"], json!(["num_meta"]));
}

#[tokio::test]
async fn it_lives_no_longer_than_what_it_was_made_of() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    browser.pass(400).await;
    let (_, answer) = browser.exchange(&tokens["access_token"]).await;
    assert_eq!(answer["expires_in"], 200);
    let (_, again) = browser.exchange(&answer["access_token"]).await;
    assert_eq!(again["expires_in"], 200);
    browser.pass(200).await;
    assert!(!browser.is_active(&answer["access_token"]).await);
    let (status, body) = browser.exchange(&tokens["access_token"]).await;
    assert_eq!((status, error(&body)), (400, "invalid_request"));
}

#[tokio::test]
async fn an_exchange_must_fit_in_every_part() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let api = browser.api.mock.url();
    let fine = exchanging(&tokens["access_token"], &api);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    for (name, value, expected) in [
        ("subject_token", None, "invalid_request"),
        ("subject_token", Some("x"), "invalid_request"),
        ("subject_token", Some(refresh), "invalid_request"),
        ("subject_token_type", None, "invalid_request"),
        ("subject_token_type", Some("urn:ietf:params:oauth:token-type:id_token"), "invalid_request"),
        ("requested_token_type", Some("urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
        ("actor_token", Some("x"), "invalid_request"),
        ("audience", Some("http://127.0.0.1:9"), "invalid_target"),
        ("resource", Some("http://127.0.0.1:9"), "invalid_target"),
        ("scope", Some("everything"), "invalid_scope"),
    ] {
        let (status, body) = browser.form("/token", SERVER, &changed(&fine, name, value)).await;
        assert_eq!((status, error(&body)), (400, expected), "{name} {value:?}");
    }
    let client = tokens["client"].as_str().unwrap();
    let public: Vec<_> = fine.iter().copied().chain([("client_id", client)]).collect();
    let (status, body) = browser.form("/token", None, &public).await;
    assert_eq!((status, error(&body)), (400, "unauthorized_client"));
    let (status, body) = browser.form("/token", Some(("mcp-server", "wrong")), &fine).await;
    assert_eq!((status, error(&body)), (401, "invalid_client"));
    for target in [None, Some(format!("{api}/"))] {
        let form = changed(&fine, "audience", target.as_deref());
        assert_eq!(browser.form("/token", SERVER, &form).await.0, 200, "{target:?}");
    }
}

#[tokio::test]
async fn it_goes_with_the_grant() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let (_, answer) = browser.exchange(&tokens["access_token"]).await;
    let client = tokens["client"].as_str().unwrap();
    let form = [("client_id", client), ("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(browser.form("/revoke", None, &form).await.0, 200);
    assert!(!browser.is_active(&answer["access_token"]).await);
}
