//! The token that goes to the API is never the caller's.

use futures_util::future::join_all;
use serde_json::{Value, json};
use wiremock::matchers::{header, path};
use wiremock::{Mock, Request, ResponseTemplate};

use super::{NOW, World, exchanged, field, token};
use crate::common::failure;

/// The end of a token for the API names the caller's: see [`exchanged`].
fn expected(token: &str) -> String {
    let end: String = token.chars().rev().take(8).collect();
    format!("Bearer api-{end}")
}

async fn branding(world: &World, token: &str) -> Value {
    world.call(token, "branding_get", json!({})).await
}

/// Status and code of the refusal that a call ends with.
async fn refusal(world: &World, token: &str) -> (u64, String) {
    let failure = failure(&branding(world, token).await);
    (failure["status"].as_u64().unwrap(), failure["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_api_sees_the_exchanged_token_only() {
    let world = World::new().await;
    let token = token(json!({}));
    let reached = world.reached(&token, "branding_get", json!({})).await;
    assert_eq!((&reached["authorization"], &reached["key"]), (&json!(expected(&token)), &Value::Null));
    assert_eq!(world.api_requests(&token).await.len(), 1);

    let asked = &world.requests_of(&world.login, "/token").await[0];
    // "mcp server" and "hunter:2", each form-encoded.
    assert_eq!(asked.headers["authorization"], "Basic bWNwK3NlcnZlcjpodW50ZXIlM0Ey");
    for (name, value) in [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", token.as_str()),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "https://api.example.com"),
    ] {
        assert_eq!(field(asked, name), value);
    }
}

#[tokio::test]
async fn a_burst_exchanges_once_for_each_token() {
    let world = World::new().await;
    let tokens = [token(json!({ "jti": "a" })), token(json!({ "jti": "b" }))];
    let calls = (0..40).map(|index| world.reached(&tokens[index % 2], "branding_get", json!({})));
    for (index, reached) in join_all(calls).await.into_iter().enumerate() {
        assert_eq!(reached["authorization"], expected(&tokens[index % 2]));
    }
    assert_eq!(world.asked("/token").await, 2);
    for token in &tokens {
        assert_eq!(world.api_requests(token).await.len(), 40);
    }
}

#[tokio::test]
async fn an_exchanged_token_is_used_until_shortly_before_it_ends() {
    let world = World::new().await;
    let token = token(json!({ "exp": NOW + 1000 }));
    for (seconds, exchanges) in [(0, 1), (569, 1), (1, 2), (399, 2), (1, 3)] {
        world.pass(seconds);
        world.reached(&token, "branding_get", json!({})).await;
        assert_eq!(world.asked("/token").await, exchanges, "{seconds}");
    }
}

#[tokio::test]
async fn listing_tools_exchanges_nothing() {
    let world = World::new().await;
    assert_eq!(world.list(&token(json!({}))).await.status, 200);
    assert_eq!(world.asked("/token").await, 0);
}

#[tokio::test]
async fn failures_say_whose_they_are_and_never_reach_the_api() {
    let error =
        |status: u16, error: &str| ResponseTemplate::new(status).set_body_json(json!({ "error": error }));
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let refused = (401, "TOKEN_REFUSED");
    let forbidden = (502, "TOKEN_EXCHANGE_FAILED");
    let unavailable = (502, "AUTHORIZATION_SERVER_UNAVAILABLE");
    for (template, (status, code)) in [
        (error(400, "invalid_request"), refused),
        (error(400, "invalid_grant"), refused),
        (error(401, "invalid_client"), forbidden),
        (error(400, "unauthorized_client"), forbidden),
        (error(400, "invalid_target"), forbidden),
        (ResponseTemplate::new(404), forbidden),
        (error(500, "invalid_grant"), unavailable),
        (ResponseTemplate::new(200).set_body_string("<html>"), unavailable),
        (answer(json!({ "access_token": "a b" })), unavailable),
        (answer(json!({ "access_token": "a", "token_type": "DPoP" })), unavailable),
        (answer(json!({ "token": "a" })), unavailable),
        (ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:9/"), unavailable),
    ] {
        let world = World::new().await;
        let shown = format!("{template:?}");
        world.exchanges(template).await;
        let token = token(json!({}));
        assert_eq!(refusal(&world, &token).await, (status, code.to_owned()), "{shown}");
        assert!(world.api_requests(&token).await.is_empty());
    }
}

#[tokio::test]
async fn a_token_that_is_exchanged_for_itself_stays_here() {
    let world = World::new().await;
    let same = |request: &Request| {
        ResponseTemplate::new(200).set_body_json(json!({ "access_token": field(request, "subject_token") }))
    };
    world.exchanges(same).await;
    let token = token(json!({}));
    assert_eq!(refusal(&world, &token).await, (502, "TOKEN_EXCHANGE_FAILED".to_owned()));
    assert!(world.api_requests(&token).await.is_empty());
}

#[tokio::test]
async fn a_refusal_is_remembered_for_seconds_only() {
    let world = World::new().await;
    let token = token(json!({}));
    world.exchanges(ResponseTemplate::new(500)).await;
    for _ in 0..5 {
        assert_eq!(refusal(&world, &token).await.0, 502);
    }
    assert_eq!(world.asked("/token").await, 1);
    world.exchanges(exchanged).await;
    world.pass(1);
    world.reached(&token, "branding_get", json!({})).await;
}

#[tokio::test]
async fn a_token_that_the_api_refuses_is_not_used_again() {
    let world = World::new().await;
    let token = token(json!({}));
    let refusal_of_the_api = json!({ "error": "Invalid token", "code": "UNAUTHORIZED" });
    Mock::given(path("/v1/branding"))
        .and(header("authorization", expected(&token).as_str()))
        .respond_with(ResponseTemplate::new(401).set_body_json(refusal_of_the_api))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&world.api)
        .await;
    assert_eq!(refusal(&world, &token).await, (401, "UNAUTHORIZED".to_owned()));
    world.reached(&token, "branding_get", json!({})).await;
    assert_eq!(world.asked("/token").await, 2);
}
