//! What a grant for single numbers lets a caller do (U-25).

use fixtures::Contract;
use fixtures::contract::Scope;
use serde_json::{Value, json};

use super::{World, token};
use crate::common::failure;

pub(super) fn granted(numbers: &[&str]) -> String {
    token(json!({ "number_ids": numbers }))
}

/// Tools of one scope, by the contract.
pub(super) fn tools(scope: Scope) -> Vec<String> {
    let contract = Contract::load().unwrap();
    contract
        .tools()
        .filter(|(_, operation)| operation.scope == scope)
        .map(|(tool, _)| tool.name.clone())
        .collect()
}

async fn refused(world: &World, token: &str, tool: &str, arguments: Value, expected: (u64, &str)) {
    let failure = failure(&world.call(token, tool, arguments.clone()).await);
    assert_eq!(
        (failure["status"].as_u64().unwrap(), failure["code"].as_str().unwrap()),
        expected,
        "{tool} {arguments}"
    );
    assert!(failure["error"].is_string());
    assert!(world.api_requests(token).await.is_empty(), "{tool}: the API was asked");
    assert_eq!(world.asked("/token").await, 0, "{tool}: the token was exchanged");
}

#[tokio::test]
async fn one_number_is_the_default() {
    let world = World::new().await;
    let token = granted(&["num_a"]);
    for arguments in [json!({}), json!({ "whatsappNumberId": "num_a" })] {
        let reached = world.reached(&token, "conversations_list", arguments).await;
        assert_eq!(reached["number"], "num_a");
    }
    let body = json!({ "url": "https://example.com/hook", "name": "hook" });
    world.reached(&token, "webhooks_create", body).await;
    let asked = world.api_requests(&token).await;
    let body: Value = serde_json::from_slice(&asked.last().unwrap().body).unwrap();
    assert_eq!(body["whatsappNumberId"], "num_a");
}

#[tokio::test]
async fn other_numbers_are_out_of_reach() {
    let world = World::new().await;
    for numbers in [&["num_a"][..], &["num_a", "num_b"], &[]] {
        for tool in ["conversations_list", "webhooks_list", "groups_list"] {
            let arguments = json!({ "whatsappNumberId": "num_c" });
            refused(&world, &granted(numbers), tool, arguments, (403, "NUMBER_NOT_IN_GRANT")).await;
        }
    }
    refused(&world, &granted(&[]), "conversations_list", json!({}), (403, "NUMBER_NOT_IN_GRANT")).await;
    // The grant counts before the arguments do.
    let arguments = json!({ "whatsappNumberId": "num_c", "page": "one", "what": 1 });
    refused(&world, &granted(&["num_a"]), "conversations_list", arguments, (403, "NUMBER_NOT_IN_GRANT"))
        .await;
}

#[tokio::test]
async fn of_several_numbers_one_must_be_named() {
    let world = World::new().await;
    let token = granted(&["num_a", "num_b"]);
    for tool in ["conversations_list", "webhooks_list"] {
        refused(&world, &token, tool, json!({}), (400, "NUMBER_REQUIRED")).await;
        refused(&world, &token, tool, json!({ "whatsappNumberId": null }), (400, "NUMBER_REQUIRED")).await;
    }
    let reached = world.reached(&token, "conversations_list", json!({ "whatsappNumberId": "num_b" })).await;
    assert_eq!(reached["number"], "num_b");
}

#[tokio::test]
async fn the_account_is_out_of_reach_and_out_of_sight() {
    let world = World::new().await;
    let tenant_tools = tools(Scope::Tenant);
    assert_eq!(tenant_tools.len(), 14);
    for numbers in [&["num_a"][..], &["num_a", "num_b"]] {
        let token = granted(numbers);
        for tool in &tenant_tools {
            refused(&world, &token, tool, json!({}), (403, "NUMBER_SCOPE_NOT_ALLOWED")).await;
        }
        let listed = world.list(&token).await.json();
        let names: Vec<&str> = listed["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap())
            .collect();
        assert_eq!(names.len(), 54 - tenant_tools.len());
        assert!(!tenant_tools.iter().any(|tool| names.contains(&tool.as_str())), "{names:?}");
        assert_eq!(listed["result"]["cacheScope"], "private");
    }
    let unknown = world.ask(&granted(&["num_a"]), "tools/call", json!({ "name": "numbers_lists" })).await;
    assert_eq!(unknown.json()["error"]["code"], -32602);
}

/// A list that says that all may keep it would be shown to those who may see less.
#[tokio::test]
async fn the_whole_tenant_sees_all_tools_for_itself() {
    let world = World::new().await;
    let token = token(json!({}));
    let listed = world.list(&token).await.json();
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 54);
    assert_eq!(listed["result"]["cacheScope"], "private");
    let reached = world.reached(&token, "conversations_list", json!({})).await;
    assert_eq!(reached["number"], Value::Null);
}
