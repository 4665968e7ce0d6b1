//! OAuth from end to end, over real HTTP: a client library that nobody here wrote, the mock's authorization server, the MCP server, the mock's API.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod agent;
mod user;

use jiff::SignedDuration;
use mock_api::RequestFilter;
use serde_json::json;
use server::auth::Validation;

use agent::{Agent, World, code};

const OWN_NUMBER: &str = "num_meta";
const OTHER_NUMBER: &str = "num_web";

/// Asks for the list of tools, and counts them.
async fn count(agent: &Agent<'_>) -> usize {
    agent.ask("tools/list", json!({})).await["tools"].as_array().unwrap().len()
}

/// Every request that the API saw came with a token that was issued to the MCP server, not to its client.
fn only_exchanged_tokens(world: &World) -> usize {
    let requests = world.mock.requests(&RequestFilter::default());
    let requests: Vec<_> = requests.iter().filter(|request| request.path.starts_with("/v1")).collect();
    for request in &requests {
        assert_eq!(request.key_id.as_deref(), Some("mcp-server"), "{request:?}");
    }
    requests.len()
}

#[tokio::test]
async fn a_client_that_knows_only_the_address_signs_in_for_one_number() {
    let world = World::new(Validation::Jwks).await;
    let agent = Agent::sign_in(&world, &[OWN_NUMBER]).await;
    assert_eq!(count(&agent).await, 40);
    let conversations = agent.call("conversations_list", json!({})).await;
    assert_eq!(conversations["isError"], false, "{conversations}");
    for (tool, arguments, expected) in [
        ("conversations_list", json!({ "whatsappNumberId": OTHER_NUMBER }), "NUMBER_NOT_IN_GRANT"),
        ("numbers_list", json!({}), "NUMBER_SCOPE_NOT_ALLOWED"),
        ("webhook_get", json!({ "id": "wh_unknown" }), "WEBHOOK_NOT_FOUND"),
    ] {
        assert_eq!(code(&agent.call(tool, arguments).await), expected, "{tool}");
    }
    let sent = json!({ "destinationNumber": "+5511988887777", "text": "Oi" });
    let message = agent.call("messages_send", sent).await["structuredContent"]["id"].clone();
    let read = agent.call("message_get", json!({ "id": message })).await;
    assert_eq!(read["structuredContent"]["origin"], "MCP", "{read}");
    assert_eq!(only_exchanged_tokens(&world), 4, "what the server refuses does not reach the API");
}

#[tokio::test]
async fn of_several_numbers_each_call_names_one() {
    let world = World::new(Validation::Jwks).await;
    let agent = Agent::sign_in(&world, &[OWN_NUMBER, OTHER_NUMBER]).await;
    assert_eq!(code(&agent.call("conversations_list", json!({})).await), "NUMBER_REQUIRED");
    for number in [OWN_NUMBER, OTHER_NUMBER] {
        let answer = agent.call("conversations_list", json!({ "whatsappNumberId": number })).await;
        assert_eq!(answer["isError"], false, "{answer}");
    }
    assert_eq!(only_exchanged_tokens(&world), 2);
}

#[tokio::test]
async fn the_whole_tenant_may_do_everything() {
    let world = World::new(Validation::Jwks).await;
    let agent = Agent::sign_in(&world, &[]).await;
    assert_eq!(count(&agent).await, 54);
    let numbers = agent.call("numbers_list", json!({})).await;
    assert!(
        numbers["structuredContent"]["items"].as_array().is_some_and(|items| !items.is_empty()),
        "{numbers}"
    );
    assert_eq!(code(&agent.call("conversations_list", json!({})).await), "TENANT_SCOPE_NOT_ALLOWED");
    let named = agent.call("conversations_list", json!({ "whatsappNumberId": OTHER_NUMBER })).await;
    assert_eq!(named["isError"], false, "{named}");
    assert_eq!(only_exchanged_tokens(&world), 3);
}

#[tokio::test]
async fn an_expired_token_is_refused_and_a_refreshed_one_taken_even_from_a_new_key() {
    let world = World::new(Validation::Jwks).await;
    let mut agent = Agent::sign_in(&world, &[OWN_NUMBER]).await;
    assert_eq!(agent.call("conversations_list", json!({})).await["isError"], false);
    world.mock.advance(SignedDuration::from_mins(11)).await;
    let (status, challenge) = agent.refusal().await;
    assert_eq!(status, 401);
    assert!(challenge.contains(r#"error="invalid_token""#) && challenge.contains("expired"), "{challenge}");

    world.mock.rotate_oauth_key();
    agent.refresh().await;
    assert_eq!(agent.call("conversations_list", json!({})).await["isError"], false);
    only_exchanged_tokens(&world);
}

#[tokio::test]
async fn by_introspection_a_token_that_was_taken_back_ends_within_seconds() {
    let world = World::new(Validation::Introspection).await;
    let agent = Agent::sign_in(&world, &[OWN_NUMBER]).await;
    assert_eq!(agent.call("conversations_list", json!({})).await["isError"], false);
    agent.revoke().await;
    world.mock.advance(SignedDuration::from_secs(10)).await;
    assert_eq!(agent.refusal().await.0, 401);
    only_exchanged_tokens(&world);
}

/// The signature of a token that was taken back is still right; the exchange finds out, or the API does.
#[tokio::test]
async fn by_signature_a_token_that_was_taken_back_does_nothing() {
    let world = World::new(Validation::Jwks).await;
    let agent = Agent::sign_in(&world, &[OWN_NUMBER]).await;
    agent.revoke().await;
    assert_eq!(code(&agent.call("conversations_list", json!({})).await), "TOKEN_REFUSED");
    assert_eq!(only_exchanged_tokens(&world), 0);
}

#[tokio::test]
async fn a_token_for_the_api_is_none_for_the_server() {
    let world = World::new(Validation::Jwks).await;
    let agent = Agent::sign_in_for(&world, &[OWN_NUMBER], &world.mock.url()).await;
    let (status, challenge) = agent.refusal().await;
    assert_eq!(status, 401);
    assert!(challenge.contains("another resource"), "{challenge}");
    assert_eq!(only_exchanged_tokens(&world), 0);
}
