//! The two tools that stand for all others, under a grant for single numbers (U-25): they reach no further than the tools they stand for.

use std::collections::BTreeSet;

use fixtures::Area;
use fixtures::contract::Scope;
use serde_json::{Value, json};
use server::selection::Selection;
use wiremock::MockServer;

use super::grants::{granted, tools};
use super::{World, settings};
use crate::common::failure;

async fn world() -> World {
    let login = MockServer::start().await;
    let oauth = settings(&login);
    World::of(login, oauth, Selection { meta_tools: true, ..Selection::default() }).await
}

/// The one result of a request that goes the short way, and of the same through `rmcp`, which a parameter too many leads to.
async fn result(world: &World, token: &str, method: &str, params: Value) -> Value {
    let mut odd = params.clone();
    odd["x-more"] = json!(1);
    let short = world.ask(token, method, params).await.json();
    assert_eq!(short, world.ask(token, method, odd).await.json());
    short["result"].clone()
}

async fn call(world: &World, token: &str, tool: &str, arguments: Value) -> Value {
    let params = json!({ "name": "tools_call", "arguments": { "name": tool, "arguments": arguments } });
    result(world, token, "tools/call", params).await
}

/// The names of the tools that a search finds.
async fn found(world: &World, token: &str, search: Value) -> BTreeSet<String> {
    let params = json!({ "name": "tools_search", "arguments": search });
    let found = result(world, token, "tools/call", params).await;
    let tools = found["structuredContent"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

async fn refused(world: &World, token: &str, tool: &str, arguments: Value) -> String {
    let failure = failure(&call(world, token, tool, arguments).await);
    assert!(world.api_requests(token).await.is_empty(), "{tool}: the API was asked");
    assert_eq!(world.asked("/token").await, 0, "{tool}: the token was exchanged");
    failure["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_grant_excludes_is_not_found() {
    let world = world().await;
    let token = granted(&["num_a"]);
    let mut reachable = BTreeSet::new();
    for area in Area::ALL.map(Area::name) {
        let search = json!({ "query": "list", "area": area, "limit": 20 });
        reachable.extend(found(&world, &token, search).await);
    }
    let expected = [Scope::Number, Scope::Either].map(tools).concat();
    assert_eq!(reachable, BTreeSet::from_iter(expected));
    for tool in tools(Scope::Tenant) {
        let found = found(&world, &token, json!({ "query": tool, "limit": 20 })).await;
        assert!(!found.contains(&tool), "{tool}");
    }
}

#[tokio::test]
async fn what_the_grant_excludes_cannot_be_called() {
    let world = world().await;
    let token = granted(&["num_a"]);
    for tool in tools(Scope::Tenant) {
        assert_eq!(refused(&world, &token, &tool, json!({})).await, "NUMBER_SCOPE_NOT_ALLOWED", "{tool}");
    }
    // A name that is nearly that of such a tool leads to none.
    let near = call(&world, &token, "numbers_lists", json!({})).await;
    let told = near["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("unknown tool") && !told.contains("numbers_list?"), "{told}");
}

#[tokio::test]
async fn a_call_is_bound_to_the_number_that_was_granted() {
    let world = world().await;
    let named = |number: &str| json!({ "whatsappNumberId": number });
    for (numbers, arguments, code) in [
        (&["num_a"][..], named("num_b"), "NUMBER_NOT_IN_GRANT"),
        (&["num_a", "num_b"], named("num_c"), "NUMBER_NOT_IN_GRANT"),
        (&["num_a", "num_b"], json!({}), "NUMBER_REQUIRED"),
        (&[], json!({}), "NUMBER_NOT_IN_GRANT"),
    ] {
        let refused = refused(&world, &granted(numbers), "conversations_list", arguments.clone()).await;
        assert_eq!(refused, code, "{numbers:?} {arguments}");
    }
    for (numbers, arguments, number) in [
        (&["num_a"][..], json!({}), "num_a"),
        (&["num_a"], named("num_a"), "num_a"),
        (&["num_a", "num_b"], named("num_b"), "num_b"),
    ] {
        let result = call(&world, &granted(numbers), "conversations_list", arguments.clone()).await;
        assert_eq!(result["structuredContent"]["number"], number, "{numbers:?} {arguments}: {result}");
    }
}

#[tokio::test]
async fn the_list_is_for_the_one_who_got_it() {
    let world = world().await;
    let listed = result(&world, &granted(&["num_a"]), "tools/list", json!({})).await;
    let names = listed["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["tools_search", "tools_call"]);
    assert_eq!(listed["cacheScope"], "private");
}
