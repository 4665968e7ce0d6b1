//! Which tokens are taken, and what those who bring none are told.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{NOW, World, bearing, claims, encode, signer, token};
use crate::common::{self, edit, headers};

/// Signed elsewhere, with a key that is not kept: the claims `iss`, `aud`, `sub`, `iat`, `exp`.
const RSA_MODULUS: &str = "4lgxwXhIQcX8EwKjgOhQ7xWHKgeIXPflsnGxXgkDXg36CWATc0R4sxrmQlw2aS4G9P93ZPUfrdCNW7p9tV8_MM9teDYtcjd0Q_ZNIHcfqljmRGxdsSxl-sZEbcFMZgljNWWeKpCqKfNa3G8l2cLYh5MhdmSx0EJzWRp9y80G-vYFkuXrCWZM2S1CdnVuSvl5yTmgGQf26P4kXIRmohKCCr6NpC5PL_Ea99KUl-EK0uYac0f7KC12eF7JRLbJ6VLKV5IG958TSOwPlsataW9BQEsZry2nmHmk5hLgvTcXgz58_h6h00g_a3dc15GmG8Om_hrgfM7LjI0cpf8SnpmwSQ";
const RSA_TOKEN: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwiYXVkIjoiaHR0cHM6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwic3ViIjoidXNlciIsImV4cCI6MTgwMDAwMDYwMCwiaWF0IjoxODAwMDAwMDAwfQ.U-He2IJPUiRBOySrp8CWB6DHIugyGS6uLQiH8c4nnotp-ccezCBRXaW_goRp1mpdvoKs5ai91bDsxQf6dfKMVvDEaaumsQGvuZuBzNL_bDCM2D-NEuLL1lZMvB0ypz8IZGFSApLkXbVyIJj0EF0Ue5qf7NotNZSySEmICR4Tqc1cWaFT4cqJSFewM2PMDBFCenwfVfZ6NSjdrq96TrS3wJ3aYCTPL4X6MyPW7o08IX4HdptHKj7Oc55gHAKUOyuOPNKGEimueh2J0LzefcS_ZWhlIUcjUwgL4yXY0wj0hZmkEh85BZDPQIUFpTwOmw5aBDu9qFRgJ-KhTP-MTgRRsA";
const ED25519_POINT: &str = "6DpEL1eGB_hfz0T34xChBcnRcSEFNf6j9ojdapuB9YE";
const ED25519_TOKEN: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6ImVkIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwiYXVkIjoiaHR0cHM6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwic3ViIjoidXNlciIsImV4cCI6MTgwMDAwMDYwMCwiaWF0IjoxODAwMDAwMDAwfQ.ja-iOvG2OiTPvWry2eDLUye1i9WTF3ENpCA8BM912Z4N9iiQq_buIXni4kNfQ1qvacSmOkqnOXf4tkwlOWvUDA";

const CHALLENGE: &str = r#"Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp", scope="api""#;

#[tokio::test]
async fn good_tokens_are_taken() {
    let world = World::new().await;
    for changes in [
        json!({}),
        json!({ "aud": ["https://other.example.com", super::RESOURCE] }),
        json!({ "scope": "more api" }),
        json!({ "nbf": NOW }),
        // The clocks may differ.
        json!({ "exp": NOW - 29 }),
        json!({ "iat": NOW + 29 }),
    ] {
        let answer = world.list(&token(changes.clone())).await;
        assert_eq!(answer.status, 200, "{changes}: {}", answer.text);
    }
    for kind in [json!("JWT"), json!("application/at+jwt"), json!("AT+JWT"), Value::Null] {
        let mut header = signer(1).header();
        header["typ"] = kind;
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = world.list(&signer(1).sign(&header, &claims(json!({})))).await;
        assert_eq!(answer.status, 200, "{header}: {}", answer.text);
    }
}

#[tokio::test]
async fn tokens_that_others_signed_with_rsa_and_ed25519_are_taken() {
    let world = World::with(|oauth| oauth.scopes.clear()).await;
    let keys = json!({ "keys": [
        { "kty": "RSA", "n": RSA_MODULUS, "e": "AQAB", "kid": "rsa", "use": "sig" },
        { "kty": "OKP", "crv": "Ed25519", "x": ED25519_POINT, "kid": "ed" },
        { "kty": "what is this", "kid": "unknown" },
    ] });
    world.answer_keys(ResponseTemplate::new(200).set_body_json(keys)).await;
    for good in [RSA_TOKEN, ED25519_TOKEN] {
        assert_eq!(world.list(good).await.status, 200, "{good}");
        let (signed, _) = good.rsplit_once('.').unwrap();
        assert_eq!(world.list(&format!("{signed}.{}", encode(&[1; 256]))).await.status, 401);
    }
}

#[tokio::test]
async fn keys_are_taken_beside_tokens_unless_told_otherwise() {
    let answer = World::new().await.post(headers(), listing()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let world = World::with(|oauth| oauth.api_keys = false).await;
    let answer = world.post(headers(), listing()).await;
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, CHALLENGE));
    assert_eq!(world.list(&token(json!({}))).await.status, 200);
}

#[tokio::test]
async fn without_settings_only_keys_are_taken() {
    let server = common::start("http://127.0.0.1:9").await;
    let answer = common::post(&server, bearing(headers(), &token(json!({}))), listing()).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").starts_with("ApiKey "));
}

#[tokio::test]
async fn a_key_and_a_token_at_once_are_refused() {
    let world = World::new().await;
    for other in [format!("Bearer {}", token(json!({}))), "Basic YTpi".to_owned()] {
        let answer = world.post(edit(headers(), &[("authorization", &other)]), listing()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!("CREDENTIALS_AMBIGUOUS")));
        let told = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(told.contains("x-api-key") && told.contains("Authorization"), "{told}");
    }
}

#[tokio::test]
async fn who_brings_nothing_is_told_where_to_sign_in() {
    let world = World::new().await;
    for other in ["", "Basic YTpi", "Bearer"] {
        let headers = edit(headers(), &[("x-api-key", ""), ("authorization", other)]);
        let answer = world.post(headers, listing()).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, CHALLENGE), "{other}");
    }
}

#[tokio::test]
async fn too_few_scopes_are_403_with_all_that_are_needed() {
    let world = World::with(|oauth| oauth.scopes = vec!["api".into(), "more".into()]).await;
    for scope in ["api", "more", "", "apimore"] {
        let answer = world.list(&token(json!({ "scope": scope }))).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (403, &json!("INSUFFICIENT_SCOPE")),
            "{scope}"
        );
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains(r#"error="insufficient_scope""#) && challenge.contains(r#"scope="api more""#),
            "{challenge}"
        );
    }
    assert_eq!(world.list(&token(json!({ "scope": "more api" }))).await.status, 200);
}

/// The credential is judged on every request, before its body.
#[tokio::test]
async fn the_body_of_who_is_not_let_in_is_not_read() {
    let world = World::new().await;
    let expired = token(json!({ "exp": NOW - 100 }));
    for body in ["no json", r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "[]"] {
        let answer = world.post(bearing(headers(), &expired), body.to_owned()).await;
        assert_eq!(answer.status, 401, "{body}");
    }
    let good = token(json!({}));
    assert_eq!(world.list(&good).await.status, 200);
    world.pass(631);
    assert_eq!(world.list(&good).await.status, 401, "it has expired since");
}

fn listing() -> String {
    common::request("tools/list", json!({})).to_string()
}
