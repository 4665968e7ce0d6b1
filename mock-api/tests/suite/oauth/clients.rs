//! Registration, and how clients prove who they are.

use serde_json::{Value, json};

use crate::oauth::browser::{Browser, CALLBACK, SERVER, asking, error, redeeming};

#[tokio::test]
async fn a_client_is_public_unless_it_asks() {
    let browser = Browser::open().await;
    let (status, public) =
        browser.register(json!({ "redirect_uris": [CALLBACK], "logo_uri": "x", "software_id": 7 })).await;
    assert_eq!(status, 201, "{public}");
    assert_eq!(public["token_endpoint_auth_method"], "none");
    assert_eq!(public["grant_types"], json!(["authorization_code"]));
    assert!(public.get("client_secret").is_none());
    for method in ["client_secret_basic", "client_secret_post"] {
        let metadata = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method });
        let (status, client) = browser.register(metadata).await;
        assert_eq!((status, &client["token_endpoint_auth_method"]), (201, &json!(method)));
        assert_eq!(client["client_secret_expires_at"], 0);
        assert_eq!(client["client_secret"].as_str().map(str::len), Some(48));
        assert!(client["client_id_issued_at"].as_i64().is_some());
    }
}

#[tokio::test]
async fn metadata_that_will_not_do() {
    let browser = Browser::open().await;
    let before = browser.api.mock.digest();
    let many: Vec<String> = (0..21).map(|port| format!("http://127.0.0.1:{port}/cb")).collect();
    let refused = [
        (json!({}), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": many }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["http://client.example/cb"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [CALLBACK, "https://client.example/cb#x"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": CALLBACK }), "invalid_client_metadata"),
        (json!({ "redirect_uris": [7] }), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
        (json!({ "redirect_uris": [CALLBACK], "client_name": 7 }), "invalid_client_metadata"),
        (json!({ "redirect_uris": [CALLBACK], "client_name": "x".repeat(201) }), "invalid_client_metadata"),
        (json!({ "redirect_uris": [CALLBACK], "grant_types": ["implicit"] }), "invalid_client_metadata"),
        (json!({ "redirect_uris": [CALLBACK], "response_types": ["token"] }), "invalid_client_metadata"),
        (
            json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt" }),
            "invalid_client_metadata",
        ),
        (json!({ "redirect_uris": [CALLBACK], "scope": "everything" }), "invalid_client_metadata"),
    ];
    for (metadata, expected) in refused {
        let (status, body) = browser.register(metadata.clone()).await;
        assert_eq!((status, error(&body)), (400, expected), "{metadata}");
    }
    let (status, body) = browser.post("/register", "application/json", "{".to_owned()).await;
    assert_eq!((status, error(&body)), (400, "invalid_client_metadata"));
    let too_large = json!({ "x": "y".repeat(64 * 1024) }).to_string();
    assert_eq!(browser.post("/register", "application/json", too_large).await.0, 413);
    assert_eq!(browser.api.mock.digest(), before);
}

#[tokio::test]
async fn no_more_than_a_thousand_clients() {
    let browser = Browser::open().await;
    // One is the world's own.
    for _ in 1..1000 {
        assert_eq!(browser.register(json!({ "redirect_uris": [CALLBACK] })).await.0, 201);
    }
    let (status, body) = browser.register(json!({ "redirect_uris": [CALLBACK] })).await;
    assert_eq!((status, error(&body)), (429, "too_many_clients"));
    browser.api.mock.reset();
    assert_eq!(browser.register(json!({ "redirect_uris": [CALLBACK] })).await.0, 201);
}

#[tokio::test]
async fn a_secret_is_proven_in_one_of_two_ways() {
    let browser = Browser::open().await;
    let metadata = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_post" });
    let (_, client) = browser.register(metadata).await;
    let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let code = browser.code(id, &[]).await;
    let fine = redeeming(id, &code);
    let with = |secret| fine.iter().copied().chain([("client_secret", secret)]).collect::<Vec<_>>();
    for (basic, form, status, expected) in [
        (None, fine.clone(), 401, "invalid_client"),
        (None, with("wrong"), 401, "invalid_client"),
        (Some((id, "wrong")), fine.clone(), 401, "invalid_client"),
        (Some(("nobody", secret)), fine.clone(), 400, "invalid_request"),
        (Some((id, secret)), with(secret), 400, "invalid_request"),
    ] {
        let (got, body) = browser.form("/token", basic, &form).await;
        assert_eq!((got, error(&body)), (status, expected), "{basic:?} {form:?}");
    }
    assert_eq!(browser.form("/token", Some((id, secret)), &fine).await.0, 200);
    let code = browser.code(id, &[]).await;
    let posted: Vec<_> = redeeming(id, &code).into_iter().chain([("client_secret", secret)]).collect();
    assert_eq!(browser.form("/token", None, &posted).await.0, 200);
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_show() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let code = browser.code(&client, &[]).await;
    let (status, body) = browser.form("/token", Some((&client, "x")), &redeeming(&client, &code)).await;
    assert_eq!((status, error(&body)), (401, "invalid_client"));
}

#[tokio::test]
async fn a_refused_client_is_told_how_to_prove_itself() {
    let browser = Browser::open().await;
    let request = crate::common::client().post(browser.url("/token"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    for header in ["Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Basic"] {
        let request = request.try_clone().unwrap().header("authorization", header);
        let answer = request.body("grant_type=refresh_token").send().await.unwrap();
        assert_eq!(answer.status(), 401, "{header}");
        assert_eq!(answer.headers()["www-authenticate"], "Basic realm=\"oauth\"");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(error(&answer.json::<Value>().await.unwrap()), "invalid_client");
    }
}

/// Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).
#[tokio::test]
async fn awkward_secrets_of_a_world() {
    let world = "version: 1\ntenants: []\noauth: { clients: [{ id: 'a b', secret: 'c:d%&+é' }] }";
    let world = fixtures::World::parse("test.yaml", world).unwrap();
    let browser = Browser::of(mock_api::MockApi::builder().world(world)).await;
    let form = [("token", "x")];
    let (status, body) = browser.form("/introspect", Some(("a+b", "c%3Ad%25%26%2B%C3%A9")), &form).await;
    assert_eq!((status, body), (200, json!({ "active": false })));
    assert_eq!(browser.form("/introspect", Some(("a+b", "c%3Ad")), &form).await.0, 401);
}

/// A client that only exchanges has nowhere to send users to.
#[tokio::test]
async fn the_servers_client_takes_no_users() {
    let browser = Browser::open().await;
    let (id, _) = SERVER.unwrap();
    assert_eq!(browser.page(&asking(id)).await.status, 400);
}
