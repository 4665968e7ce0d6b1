//! Access tokens as others read them, and how they end: introspection, revocation, keys, snapshots, resets.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::common::control::Control;
use crate::oauth::browser::{Browser, RESOURCE, SERVER, error};

/// Reads a token with the published keys, as a resource server does; none when it does not verify.
async fn verified(browser: &Browser, token: &Value) -> Option<Value> {
    let token = token.as_str().unwrap();
    let header = decode_header(token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::ES256));
    let keys: JwkSet = serde_json::from_value(browser.get("/jwks").await).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap())?).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[RESOURCE]);
    validation.set_issuer(&[browser.url("")]);
    // The mock's clock is not the machine's.
    validation.validate_exp = false;
    decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
}

// facts: COM-OAUTH-006
#[tokio::test]
async fn a_token_verifies_with_the_published_key() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&["num_meta"]).await;
    let claims = verified(&browser, &tokens["access_token"]).await.unwrap();
    let now: jiff::Timestamp = crate::common::NOW.parse().unwrap();
    assert_eq!(claims["iat"], now.as_second());
    assert_eq!(claims["exp"], now.as_second() + 600);
    assert_eq!(claims["sub"], "tenant_demo");
    assert_eq!(claims["client_id"], tokens["client"]);
    assert_eq!(claims["scope"], "api");
    assert_eq!(claims["tenant_id"], "tenant_demo");
    assert_eq!(claims["number_ids"], json!(["num_meta"]));
    assert_eq!(claims["jti"].as_str().map(str::len), Some(32));
    let mut introspected = browser.introspect(&tokens["access_token"]).await;
    let introspected = introspected.as_object_mut().unwrap();
    assert_eq!(introspected.shift_remove("active"), Some(json!(true)));
    assert_eq!(introspected.shift_remove("token_type"), Some(json!("Bearer")));
    assert_eq!(&claims, &Value::Object(introspected.clone()), "both say the same");
}

#[tokio::test]
async fn a_changed_token_is_no_token() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&["num_meta"]).await;
    let whole = browser.tokens(&[]).await;
    let part =
        |token: &Value, index: usize| token.as_str().unwrap().split('.').nth(index).unwrap().to_owned();
    let (token, other) = (&tokens["access_token"], &whole["access_token"]);
    let forged = json!(format!("{}.{}.{}", part(token, 0), part(other, 1), part(token, 2)));
    assert!(verified(&browser, &forged).await.is_none());
    assert!(!browser.is_active(&forged).await);
    assert_eq!(error(&browser.exchange(&forged).await.1), "invalid_request");
}

#[tokio::test]
async fn introspection_is_for_clients_with_a_secret() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let (token, client) = (tokens["access_token"].as_str().unwrap(), tokens["client"].as_str().unwrap());
    let (status, body) = browser.form("/introspect", None, &[("token", token), ("client_id", client)]).await;
    assert_eq!((status, error(&body)), (400, "unauthorized_client"));
    assert_eq!(browser.form("/introspect", None, &[("token", token)]).await.0, 401);
    assert_eq!(error(&browser.form("/introspect", SERVER, &[]).await.1), "invalid_request");
    for inactive in [&json!("x"), &tokens["refresh_token"]] {
        assert_eq!(browser.introspect(inactive).await, json!({ "active": false }));
    }
}

#[tokio::test]
async fn a_token_is_taken_back_by_its_owner() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let client = tokens["client"].as_str().unwrap();
    let other = browser.client().await;
    let revoke = async |client: &str, token: &Value| {
        let form = [("client_id", client), ("token", token.as_str().unwrap()), ("token_type_hint", "x")];
        browser.form("/revoke", None, &form).await
    };
    for token in [&tokens["access_token"], &tokens["refresh_token"]] {
        let (status, body) = revoke(&other, token).await;
        assert_eq!((status, error(&body)), (400, "unauthorized_client"));
    }
    assert_eq!(revoke(client, &json!("unknown")).await.0, 200);
    assert!(browser.is_active(&tokens["access_token"]).await);
    assert_eq!(revoke(client, &tokens["access_token"]).await.0, 200);
    assert!(!browser.is_active(&tokens["access_token"]).await);

    let (status, next) = browser.refresh(client, &tokens["refresh_token"]).await;
    assert_eq!(status, 200, "the grant is as it was");
    assert_eq!(revoke(client, &next["refresh_token"]).await.0, 200);
    assert!(!browser.is_active(&next["access_token"]).await);
    assert_eq!(error(&browser.refresh(client, &next["refresh_token"]).await.1), "invalid_grant");
    assert_eq!(error(&browser.form("/revoke", None, &[("client_id", client)]).await.1), "invalid_request");
}

#[tokio::test]
async fn keys_rotate_and_old_ones_stay_for_an_hour() {
    let browser = Browser::open().await;
    let control = Control::of(&browser.api).await;
    let kids = async || {
        let keys = browser.get("/jwks").await;
        let keys = keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned());
        keys.collect::<Vec<_>>()
    };
    let first = kids().await;
    let old = browser.tokens(&[]).await;
    let (status, body) = control.post("/oauth/rotate", json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(kids().await, [body["kid"].as_str().unwrap(), &first[0]]);
    let new = browser.tokens(&[]).await;
    for token in [&old["access_token"], &new["access_token"]] {
        assert!(verified(&browser, token).await.is_some());
        assert!(browser.is_active(token).await);
    }
    browser.pass(3600).await;
    assert_eq!(kids().await, [body["kid"].as_str().unwrap()]);
    assert!(verified(&browser, &old["access_token"]).await.is_none());
    for _ in 0..9 {
        browser.api.mock.rotate_oauth_key();
    }
    assert_eq!(kids().await.len(), 5, "bounded");
}

#[tokio::test]
async fn the_same_seed_signs_the_same_tokens() {
    let builder = || mock_api::MockApi::builder().seed(7).public_url("http://mock.example".parse().unwrap());
    let (one, two) = (Browser::of(builder()).await, Browser::of(builder()).await);
    assert_eq!(one.tokens(&[]).await, two.tokens(&[]).await);
    let other = Browser::of(builder().seed(8)).await;
    assert_ne!(one.get("/jwks").await, other.get("/jwks").await);
}

#[tokio::test]
async fn a_snapshot_keeps_tokens() {
    let builder = || mock_api::MockApi::builder().public_url("http://mock.example".parse().unwrap());
    let browser = Browser::of(builder()).await;
    let tokens = browser.tokens(&["num_meta"]).await;
    browser.api.mock.save_snapshot("signed-in").unwrap();
    let file = browser.api.mock.export_snapshot("signed-in").unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    for secret in [&tokens["access_token"], &tokens["refresh_token"], &json!("mcp-server-secret")] {
        assert!(!text.contains(secret.as_str().unwrap()), "only digests are kept");
    }
    browser.pass(700).await;
    browser.api.mock.reset();
    assert!(!browser.is_active(&tokens["access_token"]).await);
    browser.api.mock.restore_snapshot("signed-in").unwrap();
    assert!(browser.is_active(&tokens["access_token"]).await);

    let elsewhere = Browser::of(builder()).await;
    elsewhere.api.mock.import_snapshot("signed-in", &file).unwrap();
    elsewhere.api.mock.restore_snapshot("signed-in").unwrap();
    assert!(elsewhere.is_active(&tokens["access_token"]).await);
    assert_eq!(elsewhere.refresh(tokens["client"].as_str().unwrap(), &tokens["refresh_token"]).await.0, 200);
}

#[tokio::test]
async fn a_reset_of_a_tenant_takes_what_its_users_allowed() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    browser.api.mock.reset_tenant("tenant_other").unwrap();
    assert!(browser.is_active(&tokens["access_token"]).await);
    browser.api.mock.reset_tenant("tenant_demo").unwrap();
    assert!(!browser.is_active(&tokens["access_token"]).await);
    let client = tokens["client"].as_str().unwrap();
    assert_eq!(error(&browser.refresh(client, &tokens["refresh_token"]).await.1), "invalid_grant");
    assert_eq!(browser.redeem(client, &browser.code(client, &[]).await).await.0, 200, "clients stay");
}

#[tokio::test]
async fn a_grant_has_a_hundred_tokens_at_once() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let mut last = Value::Null;
    for _ in 0..99 {
        last = browser.exchange(&tokens["access_token"]).await.1;
    }
    assert!(browser.is_active(&tokens["access_token"]).await);
    assert!(browser.is_active(&last["access_token"]).await);
    let client = tokens["client"].as_str().unwrap();
    assert_eq!(browser.refresh(client, &tokens["refresh_token"]).await.0, 200);
    assert!(!browser.is_active(&tokens["access_token"]).await, "the oldest made room");
    assert!(browser.is_active(&last["access_token"]).await);
}
