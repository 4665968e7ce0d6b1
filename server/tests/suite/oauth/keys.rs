//! The published keys: fetched when they are needed, and not more often.

use serde_json::json;
use server::selection::Selection;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{NOW, World, claims, settings, signer, token};

/// A token of a key, good for a long time.
fn lasting(number: u8) -> String {
    signer(number).token(&claims(json!({ "exp": NOW + 1_000_000 })))
}

async fn status(world: &World, number: u8) -> u16 {
    world.list(&lasting(number)).await.status.as_u16()
}

#[tokio::test]
async fn are_fetched_once_until_they_are_old() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(status(&world, 1).await, 200);
    }
    assert_eq!(world.asked("/jwks").await, 1);
    world.pass(3600);
    assert_eq!(status(&world, 1).await, 200);
    renewed(&world).await;
    assert_eq!(world.asked("/jwks").await, 2);
}

/// Done when a fetch that is under way has ended: who comes with an unknown key waits for that.
async fn renewed(world: &World) {
    assert_eq!(status(world, 9).await, 401);
}

#[tokio::test]
async fn follow_a_rotation() {
    let world = World::new().await;
    assert_eq!(status(&world, 1).await, 200);
    world.pass(30);
    world.publish(&[&signer(2), &signer(1)]).await;
    assert_eq!((status(&world, 2).await, status(&world, 1).await), (200, 200));
    // The old key is taken back; that shows when the keys are fetched again.
    world.publish(&[&signer(2)]).await;
    world.pass(3600);
    assert_eq!(status(&world, 2).await, 200);
    renewed(&world).await;
    assert_eq!((status(&world, 2).await, status(&world, 1).await), (200, 401));
}

#[tokio::test]
async fn unknown_names_fetch_them_once_per_interval() {
    let world = World::new().await;
    for number in 2..10 {
        assert_eq!(status(&world, number).await, 401);
    }
    assert_eq!(world.asked("/jwks").await, 1);
    world.pass(30);
    for number in 2..10 {
        assert_eq!(status(&world, number).await, 401);
    }
    assert_eq!(world.asked("/jwks").await, 2);
    assert_eq!(status(&world, 1).await, 200);
}

#[tokio::test]
async fn the_last_good_ones_stay_while_there_are_no_others() {
    let world = World::new().await;
    assert_eq!(status(&world, 1).await, 200);
    let elsewhere = format!("{}/elsewhere", world.login.uri());
    world
        .login_answers(
            "GET",
            "/elsewhere",
            ResponseTemplate::new(200).set_body_json(json!({ "keys": [signer(2).jwk()] })),
        )
        .await;
    for (count, bad) in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "keys": "none" })),
        ResponseTemplate::new(200)
            .set_body_json(json!({ "keys": [signer(2).jwk()], "more": "x".repeat(300_000) })),
        ResponseTemplate::new(302).insert_header("location", elsewhere.as_str()),
    ]
    .into_iter()
    .enumerate()
    {
        world.answer_keys(bad).await;
        world.pass(3600);
        assert_eq!((status(&world, 1).await, status(&world, 2).await), (200, 401));
        assert_eq!(world.asked("/jwks").await, count + 2);
    }
    assert_eq!(world.asked("/elsewhere").await, 0, "a redirect was followed");
    // But not for ever: a day after they should have been fetched again.
    world.pass(24 * 3600);
    assert_eq!(status(&world, 1).await, 503);
}

#[tokio::test]
async fn without_any_nobody_can_say_whether_a_token_is_good() {
    let world = World::new().await;
    world.answer_keys(ResponseTemplate::new(503)).await;
    let answer = world.list(&token(json!({}))).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["code"]),
        (503, &json!("AUTHORIZATION_SERVER_UNAVAILABLE"))
    );
    assert_eq!(answer.header("retry-after"), "5");
    world.publish(&[&signer(1)]).await;
    world.pass(30);
    assert_eq!(world.list(&token(json!({}))).await.status, 200);
}

#[tokio::test]
async fn keys_for_other_uses_and_shared_secrets_are_none() {
    let world = World::new().await;
    let mut encrypting = signer(1).jwk();
    encrypting["use"] = "enc".into();
    let secret = json!({ "kty": "oct", "k": "aHVudGVyMg", "kid": "key-1", "alg": "HS256" });
    world
        .answer_keys(ResponseTemplate::new(200).set_body_json(json!({ "keys": [encrypting, secret] })))
        .await;
    assert_eq!(status(&world, 1).await, 401);
}

/// Where the settings do not say where things are, the metadata does; it is believed about its own host only.
#[tokio::test]
async fn are_found_by_the_metadata() {
    let elsewhere = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(json!({ "keys": [signer(1).jwk()] }));
    Mock::given(any()).respond_with(keys).mount(&elsewhere).await;
    for (issuer_path, at) in [
        ("", "/.well-known/oauth-authorization-server"),
        ("/tenant", "/.well-known/oauth-authorization-server/tenant"),
        ("/tenant", "/tenant/.well-known/openid-configuration"),
    ] {
        for (named, jwks, expected) in
            [("", "", 200), ("https://evil.example", "", 503), ("", elsewhere.uri().as_str(), 503)]
        {
            let login = MockServer::start().await;
            let issuer = format!("{}{issuer_path}", login.uri());
            let or = |given: &str, usual: String| if given.is_empty() { usual } else { given.to_owned() };
            let metadata = json!({ "issuer": or(named, issuer.clone()), "jwks_uri": or(jwks, format!("{}/jwks", login.uri())) });
            let mut oauth = settings(&login);
            oauth.issuer = issuer.parse().unwrap();
            oauth.jwks_uri = None;
            let world = World::of(login, oauth, Selection::default()).await;
            world.login_answers("GET", at, ResponseTemplate::new(200).set_body_json(&metadata)).await;
            let answer = world.list(&token(json!({ "iss": issuer }))).await;
            assert_eq!(answer.status, expected, "{at} {metadata}");
        }
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}
