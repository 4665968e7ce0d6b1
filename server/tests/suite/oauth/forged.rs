//! Tokens that must not be taken.

use serde_json::{Value, json};

use super::{NOW, World, claims, encode, signer, token, unsigned};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Refused as no good token, in a way that lets a client sign in again; nobody else has heard of it.
async fn refused(world: &World, name: &str, token: &str) {
    let answer = world.list(token).await;
    assert_eq!(answer.status, 401, "{name}: {}", answer.text);
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains(r#"error="invalid_token""#) && challenge.contains("resource_metadata="),
        "{name}: {challenge}"
    );
    assert!(token.len() < 8 || !answer.text.contains(token), "{name}: the token is repeated");
    assert!(world.api.received_requests().await.unwrap().is_empty(), "{name}");
    assert_eq!(world.asked("/token").await, 0, "{name}");
}

/// A header like that of a good token, with other members.
fn header(changes: Value) -> Value {
    let mut header = signer(1).header();
    for (name, value) in changes.as_object().unwrap() {
        header[name] = value.clone();
    }
    header
}

/// Signed with a secret, which the forger hopes is taken to be the public key.
fn with_secret(secret: &[u8]) -> String {
    let signed = unsigned(&header(json!({ "alg": "HS256" })), &claims(json!({})));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}

#[tokio::test]
async fn with_no_algorithm_or_with_a_shared_secret() {
    let world = World::new().await;
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let token = format!("{}.", unsigned(&header(json!({ "alg": algorithm })), &claims(json!({}))));
        refused(&world, algorithm, &token).await;
        refused(&world, algorithm, token.trim_end_matches('.')).await;
    }
    let point = signer(1).key.verifying_key().to_sec1_point(false);
    refused(&world, "HS256 with the point", &with_secret(point.as_bytes())).await;
    refused(&world, "HS256 with the published key", &with_secret(signer(1).jwk().to_string().as_bytes()))
        .await;
    refused(&world, "HS256 with nothing", &with_secret(b"")).await;
}

#[tokio::test]
async fn with_another_key() {
    let world = World::new().await;
    let claims = claims(json!({}));
    refused(&world, "another key under the same name", &signer(2).sign(&signer(1).header(), &claims)).await;
    refused(&world, "the name of no key", &signer(1).sign(&header(json!({ "kid": "key-9" })), &claims)).await;
    refused(
        &world,
        "a path for a name",
        &signer(1).sign(&header(json!({ "kid": "../../dev/null" })), &claims),
    )
    .await;
    let own = header(json!({ "jwk": signer(2).jwk(), "jku": "http://127.0.0.1:9/jwks" }));
    refused(&world, "a key of its own", &signer(2).sign(&own, &claims)).await;
}

#[tokio::test]
async fn for_another_time_place_or_use() {
    let world = World::new().await;
    for (name, changes) in [
        ("expired", json!({ "exp": NOW - 30 })),
        ("never expires", json!({ "exp": null })),
        ("not good yet", json!({ "nbf": NOW + 31 })),
        ("issued tomorrow", json!({ "iat": NOW + 86_400 })),
        ("other audience", json!({ "aud": "https://api.example.com" })),
        ("audience without its path", json!({ "aud": "https://mcp.example.com" })),
        ("audience in other letters", json!({ "aud": "https://mcp.example.com/MCP" })),
        ("no audience", json!({ "aud": null })),
        ("other issuer", json!({ "iss": "https://login.example.org" })),
        ("issuer with a slash", json!({ "iss": "https://login.example.com/" })),
        ("no issuer", json!({ "iss": null })),
        ("nobody", json!({ "sub": null, "client_id": null })),
        ("bound to a key", json!({ "cnf": { "jkt": "x" } })),
        ("numbers that are none", json!({ "number_ids": "num_a" })),
        ("a date that is none", json!({ "exp": "tomorrow" })),
    ] {
        refused(&world, name, &token(changes)).await;
    }
    for changes in [
        json!({ "typ": "dpop+jwt" }),
        json!({ "typ": "logout+jwt" }),
        json!({ "crit": ["b64"], "b64": true }),
        json!({ "alg": "ES384" }),
    ] {
        refused(&world, &changes.to_string(), &signer(1).sign(&header(changes.clone()), &claims(json!({}))))
            .await;
    }
    let mut null = claims(json!({}));
    null["number_ids"] = Value::Null;
    refused(&world, "numbers that are null", &signer(1).token(&null)).await;
}

#[tokio::test]
async fn cut_changed_or_too_long() {
    let world = World::new().await;
    let good = token(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let more = encode(claims(json!({ "tenant_id": "tenant-2" })).to_string().as_bytes());
    for (name, broken) in [
        ("one letter short", good.split_at(good.len() - 1).0.to_owned()),
        ("half", good.split_at(good.len() / 2).0.to_owned()),
        ("no signature", format!("{}.{}", parts[0], parts[1])),
        ("empty signature", format!("{}.{}.", parts[0], parts[1])),
        ("other claims", format!("{}.{more}.{}", parts[0], parts[2])),
        ("one part more", format!("{good}.{}", parts[2])),
        ("padded", format!("{good}==")),
        ("dots", "..".to_owned()),
        ("a word", "token".to_owned()),
        ("64 KiB", format!("{}.{}.{}", parts[0], "A".repeat(64 * 1024), parts[2])),
        ("64 KiB, well signed", token(json!({ "jti": "A".repeat(48 * 1024) }))),
        ("a quote", format!("{good}\"")),
    ] {
        refused(&world, name, &broken).await;
    }
    assert_eq!(world.list(&good).await.status, 200);
}
