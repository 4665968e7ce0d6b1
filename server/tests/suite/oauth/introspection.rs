//! Tokens that only the authorization server can read.

use std::num::{NonZeroU32, NonZeroUsize};

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::auth::Validation;
use wiremock::ResponseTemplate;

use super::{NOW, World, claims, field};
use crate::common::failure;
use crate::gate::Gate;

const TOKEN: &str = "opaque-0123456789";

/// A world whose authorization server says this about every token.
async fn world(answer: Value) -> World {
    let world = World::with(|oauth| oauth.validation = Validation::Introspection).await;
    tells(&world, answer).await;
    world
}

async fn tells(world: &World, answer: Value) {
    world.login_answers("POST", "/introspect", ResponseTemplate::new(200).set_body_json(answer)).await;
}

/// Active, with these claims in the place of the good ones.
fn active(changes: Value) -> Value {
    let mut answer = claims(changes);
    answer["active"] = true.into();
    answer
}

async fn status(world: &World, token: &str) -> u16 {
    world.list(token).await.status.as_u16()
}

#[tokio::test]
async fn active_tokens_are_taken_and_exchanged() {
    let world = world(active(json!({ "number_ids": ["num_a"], "iss": null, "exp": null }))).await;
    let reached = world.reached(TOKEN, "conversations_list", json!({})).await;
    assert_eq!(
        (&reached["authorization"], &reached["number"]),
        (&json!("Bearer api-98765432"), &json!("num_a"))
    );
    world.api_requests(TOKEN).await;
    let failure = failure(&world.call(TOKEN, "numbers_list", json!({})).await);
    assert_eq!(failure["code"], "NUMBER_SCOPE_NOT_ALLOWED");
    let asked = &world.requests_of(&world.login, "/introspect").await[0];
    assert_eq!(
        (field(asked, "token").as_str(), field(asked, "token_type_hint").as_str()),
        (TOKEN, "access_token")
    );
    assert!(asked.headers["authorization"].to_str().unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn a_token_of_which_no_end_is_known_is_exchanged_as_seldom_as_any() {
    let world = world(active(json!({ "exp": null }))).await;
    for _ in 0..5 {
        world.reached(TOKEN, "branding_get", json!({})).await;
        world.pass(60);
    }
    assert_eq!(world.asked("/token").await, 1);
    world.pass(270);
    world.reached(TOKEN, "branding_get", json!({})).await;
    assert_eq!(world.asked("/token").await, 2, "what was exchanged lasts 600 s, less 30 s");
}

#[tokio::test]
async fn others_are_refused() {
    for (answer, expected) in [
        (json!({ "active": false }), 401),
        (
            json!({ "active": false, "iss": super::ISSUER, "aud": super::RESOURCE, "sub": "u", "scope": "api" }),
            401,
        ),
        (active(json!({ "aud": "https://api.example.com" })), 401),
        (active(json!({ "aud": null })), 401),
        (active(json!({ "iss": "https://login.example.org" })), 401),
        (active(json!({ "exp": NOW - 30 })), 401),
        (active(json!({ "nbf": NOW + 31 })), 401),
        (active(json!({ "scope": "other" })), 403),
        (json!({ "active": "yes" }), 503),
        (json!([]), 503),
    ] {
        let world = world(answer.clone()).await;
        assert_eq!(status(&world, TOKEN).await, expected, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_is_used_for_seconds() {
    let world = world(active(json!({}))).await;
    let all = join_all((0..20).map(|_| status(&world, TOKEN))).await;
    assert_eq!((all, world.asked("/introspect").await), (vec![200; 20], 1));
    assert_eq!(status(&world, "another").await, 200);
    assert_eq!(world.asked("/introspect").await, 2);
    tells(&world, json!({ "active": false })).await;
    world.pass(9);
    assert_eq!(status(&world, TOKEN).await, 200, "the answer is kept for 10 s");
    world.pass(1);
    assert_eq!(status(&world, TOKEN).await, 401);
    tells(&world, active(json!({}))).await;
    assert_eq!(status(&world, TOKEN).await, 401, "as is a refusal");
    world.pass(10);
    assert_eq!(status(&world, TOKEN).await, 200);
}

#[tokio::test]
async fn a_kept_answer_does_not_outlive_the_token() {
    let world = World::with(|oauth| {
        oauth.validation = Validation::Introspection;
        oauth.introspection_age_seconds = 300;
    })
    .await;
    tells(&world, active(json!({ "exp": NOW + 60 }))).await;
    assert_eq!(status(&world, TOKEN).await, 200);
    world.pass(90);
    assert_eq!(status(&world, TOKEN).await, 401);
    assert_eq!(world.asked("/introspect").await, 1);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_from_a_bad_token() {
    let world = world(active(json!({}))).await;
    world.login_answers("POST", "/introspect", ResponseTemplate::new(401)).await;
    for _ in 0..3 {
        assert_eq!(status(&world, TOKEN).await, 503);
    }
    assert_eq!(world.asked("/introspect").await, 1);
    tells(&world, active(json!({}))).await;
    world.pass(1);
    assert_eq!(status(&world, TOKEN).await, 200);
}

/// A world that asks about one unknown token in a minute, and whose authorization server says that all are good.
async fn reluctant() -> World {
    let world = World::with(|oauth| {
        oauth.validation = Validation::Introspection;
        oauth.introspections_per_minute = NonZeroU32::MIN;
    })
    .await;
    tells(&world, active(json!({}))).await;
    world
}

#[tokio::test]
async fn a_flood_of_unknown_tokens_does_not_reach_the_authorization_server() {
    let world = reluctant().await;
    assert_eq!(status(&world, TOKEN).await, 200);
    for number in 0..100 {
        let refused = world.list(&format!("made-up-{number}")).await;
        let told = (refused.status.as_u16(), refused.json()["code"].clone());
        assert_eq!(told, (503, json!("SERVER_BUSY")));
        let seconds: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(refused.json()["retryAfterSeconds"], seconds);
    }
    assert_eq!(world.asked("/introspect").await, 1);
    // Who is known is asked about as ever.
    world.pass(10);
    assert_eq!((status(&world, TOKEN).await, world.asked("/introspect").await), (200, 2));
}

#[tokio::test]
async fn made_up_tokens_do_not_drive_out_the_known_ones() {
    let world = World::with(|oauth| {
        oauth.validation = Validation::Introspection;
        oauth.max_cached_tokens = NonZeroUsize::MIN;
    })
    .await;
    tells(&world, active(json!({}))).await;
    assert_eq!(status(&world, TOKEN).await, 200);
    tells(&world, json!({ "active": false })).await;
    for number in 0..10 {
        assert_eq!(status(&world, &format!("made-up-{number}")).await, 401);
    }
    assert_eq!((status(&world, TOKEN).await, world.asked("/introspect").await), (200, 11));
}

#[tokio::test]
async fn questions_at_once_are_bounded() {
    let gate = Gate::open().await;
    let world = World::with(|oauth| {
        oauth.validation = Validation::Introspection;
        oauth.introspection_endpoint = Some(format!("{}/introspect", gate.url()).parse().unwrap());
        oauth.introspections_at_once = NonZeroUsize::MIN;
    })
    .await;
    let checks = async {
        let held = gate.arrival().await;
        assert_eq!(status(&world, "another").await, 503);
        held.answer(&active(json!({})).to_string()).await;
    };
    let (first, ()) = tokio::join!(status(&world, TOKEN), checks);
    assert_eq!(first, 200);
    let checks = async { gate.arrival().await.answer(&active(json!({})).to_string()).await };
    let (another, ()) = tokio::join!(status(&world, "another"), checks);
    assert_eq!(another, 200);
}

#[tokio::test]
async fn a_refused_token_is_remembered_even_where_good_ones_are_not() {
    let world = World::with(|oauth| {
        oauth.validation = Validation::Introspection;
        oauth.introspection_age_seconds = 0;
    })
    .await;
    tells(&world, json!({ "active": false })).await;
    for _ in 0..10 {
        assert_eq!(status(&world, TOKEN).await, 401);
    }
    assert_eq!(world.asked("/introspect").await, 1);
    world.pass(5);
    tells(&world, active(json!({}))).await;
    for _ in 0..2 {
        assert_eq!(status(&world, TOKEN).await, 200);
    }
    assert_eq!(world.asked("/introspect").await, 3);
}
