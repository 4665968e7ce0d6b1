//! Which tools are listed and can be called: by the server's settings, and by the headers of a request, which can only narrow.

use serde_json::{Value, json};
use server::selection::Selection;
use server::{Running, Server};

use crate::common::{Answer, edit, headers, legacy, modern, modern_headers, modern_params, post, request};
use crate::gate::Gate;

const NOWHERE: &str = "http://127.0.0.1:9";

async fn start(selection: Selection) -> Running {
    Server::builder().upstream(NOWHERE).selection(selection).start().await.unwrap()
}

fn areas(names: &[&str], read_only: bool) -> Selection {
    Selection {
        areas: names.iter().map(|&name| name.to_owned()).collect(),
        read_only,
        ..Selection::default()
    }
}

/// A modern request with headers of its own.
async fn ask(server: &Running, method: &str, params: Value, extra: &[(&str, &str)]) -> Answer {
    let headers = edit(modern_headers(method, &params), extra);
    post(server, headers, request(method, modern_params(params)).to_string()).await
}

async fn list(server: &Running, extra: &[(&str, &str)]) -> (Vec<String>, String) {
    let result = ask(server, "tools/list", json!({}), extra).await.json()["result"].clone();
    let names = result["tools"].as_array().unwrap().iter();
    let names = names.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    (names, result["cacheScope"].as_str().unwrap().to_owned())
}

fn call(tool: &str) -> Value {
    json!({ "name": tool, "arguments": {} })
}

#[tokio::test]
async fn the_settings_decide_what_is_listed_and_called() {
    let server = start(areas(&["templates"], true)).await;
    assert_eq!(
        list(&server, &[]).await,
        (vec!["templates_list".into(), "templates_get".into()], "public".into())
    );
    let allowed = modern(&server, "tools/call", call("templates_get")).await;
    assert_eq!(allowed.json()["result"]["isError"], true);
    for tool in ["templates_delete", "messages_send"] {
        for answer in
            [legacy(&server, "tools/call", call(tool)).await, modern(&server, "tools/call", call(tool)).await]
        {
            assert_eq!(answer.error(), (200, -32602), "{tool}");
            let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(tool) && message.contains("--areas"), "{message}");
        }
    }
}

#[tokio::test]
async fn headers_narrow_the_list_and_the_calls_of_one_request() {
    let server = start(Selection::default()).await;
    let narrow = [("x-mcp-areas", "groups,channels"), ("x-mcp-readonly", "true")];
    let (names, scope) = list(&server, &narrow).await;
    assert_eq!(names, ["groups_list", "group_info", "group_invite", "newsletters_list"]);
    assert_eq!(scope, "private");
    let refused = ask(&server, "tools/call", call("group_pin"), &narrow).await;
    assert_eq!(refused.error(), (200, -32602));
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("x-mcp-readonly"));
    let allowed = ask(&server, "tools/call", call("group_info"), &narrow).await;
    assert_eq!(allowed.json()["result"]["isError"], true);
    assert_eq!(list(&server, &[]).await.1, "public");
    assert_eq!(list(&server, &[]).await.0.len(), 54);
    // Revisions before 2026-07-28 have no cache hints, and the same selection.
    let body = request("tools/list", json!({})).to_string();
    let result = post(&server, edit(headers(), &narrow), body).await.json()["result"].clone();
    assert_eq!((result["tools"].as_array().unwrap().len(), result.get("cacheScope")), (4, None));
}

#[tokio::test]
async fn headers_never_widen() {
    let server = start(areas(&["templates"], true)).await;
    for wide in [
        [("x-mcp-areas", "templates,messaging"), ("x-mcp-readonly", "false")],
        [
            ("x-mcp-tools", "templates_list,templates_get,templates_delete,messages_send"),
            ("x-mcp-readonly", "0"),
        ],
    ] {
        assert_eq!(list(&server, &wide).await.0, ["templates_list", "templates_get"]);
        for tool in ["templates_delete", "messages_send"] {
            assert_eq!(ask(&server, "tools/call", call(tool), &wide).await.error(), (200, -32602), "{tool}");
        }
    }
    assert!(list(&server, &[("x-mcp-areas", "calls")]).await.0.is_empty());
}

#[tokio::test]
async fn what_is_not_selected_never_reaches_the_api() {
    let gate = Gate::open().await;
    let server = Server::builder().upstream(gate.url()).start().await.unwrap();
    let get = json!({ "name": "message_get", "arguments": { "id": "a" } });
    let answer = ask(&server, "tools/call", get.clone(), &[("x-mcp-areas", "calls")]).await;
    assert_eq!(answer.error(), (200, -32602));
    // The first request that arrives is the second call's.
    let (answer, ()) =
        tokio::join!(ask(&server, "tools/call", get, &[("x-mcp-areas", "messaging")]), async {
            gate.arrival().await.answer(r#"{"id":"a"}"#).await;
        });
    assert_eq!(answer.json()["result"]["structuredContent"], json!({ "id": "a" }));
}

#[tokio::test]
async fn headers_that_cannot_be_followed_are_refused() {
    let server = start(Selection::default()).await;
    for (header, value, part) in [
        ("x-mcp-areas", "mesaging", "did you mean messaging?"),
        ("x-mcp-tools", "message_send", "did you mean messages_send?"),
        ("x-mcp-readonly", "perhaps", "true or false"),
        ("x-mcp-areas", "é", "list of names"),
    ] {
        let answer = ask(&server, "tools/list", json!({}), &[(header, value)]).await;
        assert_eq!(answer.error(), (400, -32602));
        assert_eq!(answer.json()["id"], 1);
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(header) && message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn a_near_name_is_suggested_among_those_that_are_selected() {
    let server = start(areas(&["groups"], false)).await;
    for (tool, hint) in [("groups_lists", Some("groups_list")), ("messages_sends", None)] {
        let message = legacy(&server, "tools/call", call(tool)).await.json()["error"]["message"].clone();
        let message = message.as_str().unwrap();
        assert!(message.starts_with(&format!("unknown tool: {tool}")), "{message}");
        assert_eq!(message.split("did you mean ").nth(1), hint.map(|hint| format!("{hint}?")).as_deref());
    }
}

#[test]
fn unknown_names_stop_the_start() {
    for selection in [
        areas(&["mesaging"], false),
        Selection { tools: vec!["message_send".into()], ..Selection::default() },
    ] {
        let error = Server::builder().upstream(NOWHERE).selection(selection).build().unwrap_err().to_string();
        assert!(error.contains("did you mean messag"), "{error}");
    }
}
