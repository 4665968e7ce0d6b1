//! Two tools in place of all others.

use serde_json::{Value, json};
use server::selection::Selection;
use server::{Limits, MetricsSettings, Running, Server};

use crate::common::{call, edit, failure, get, headers, legacy, modern, post, request};
use crate::gate::Gate;

const NOWHERE: &str = "http://127.0.0.1:9";

async fn start(upstream: &str, selection: Selection) -> Running {
    let selection = Selection { meta_tools: true, ..selection };
    Server::builder().upstream(upstream).selection(selection).start().await.unwrap()
}

fn names(result: &Value) -> Vec<&str> {
    assert_ne!(result["isError"], true, "{result}");
    let tools = result["structuredContent"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// Where the problems of a refused call are, and what they are.
fn problems(result: &Value) -> Vec<(String, String)> {
    let failure = failure(result);
    assert_eq!(failure["code"], "VALIDATION_ERROR");
    let text = |issue: &Value, key: &str| issue[key].as_str().unwrap().to_owned();
    let issues = failure["details"]["issues"].as_array().unwrap();
    issues.iter().map(|issue| (text(issue, "path"), text(issue, "message"))).collect()
}

#[tokio::test]
async fn only_the_two_are_listed_and_they_are_small() {
    let server = start(NOWHERE, Selection::default()).await;
    let result = modern(&server, "tools/list", json!({})).await.json()["result"].clone();
    let tools = result["tools"].as_array().unwrap();
    assert_eq!(
        (&tools[0]["name"], &tools[1]["name"], tools.len()),
        (&json!("tools_search"), &json!("tools_call"), 2)
    );
    assert!(result["tools"].to_string().len() < 3000);
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], true);
    // Some tool writes, and some tool removes.
    assert_eq!(tools[1]["annotations"]["readOnlyHint"], false);
    assert_eq!(tools[1]["annotations"]["destructiveHint"], true);
    let discovered = modern(&server, "server/discover", json!({})).await.json()["result"].clone();
    assert!(discovered["instructions"].as_str().unwrap().contains("tools_search"));

    let harmless = start(NOWHERE, Selection { read_only: true, ..Selection::default() }).await;
    let result = modern(&harmless, "tools/list", json!({})).await.json()["result"].clone();
    assert_eq!(result["tools"][1]["annotations"]["readOnlyHint"], true);
    assert_eq!(result["tools"][1]["annotations"]["destructiveHint"], false);
}

#[tokio::test]
async fn they_are_not_there_unless_asked_for() {
    let server = crate::common::start(NOWHERE).await;
    for tool in ["tools_search", "tools_call", "test_simple_text"] {
        assert_eq!(legacy(&server, "tools/call", json!({ "name": tool })).await.error(), (200, -32602));
    }
}

#[tokio::test]
async fn a_search_tells_what_a_call_needs() {
    let server = start(NOWHERE, Selection::default()).await;
    let result = call(&server, "tools_search", json!({ "query": "send a message", "limit": 3 })).await;
    assert_eq!(names(&result).len(), 3);
    assert_eq!(names(&result)[0], "messages_send");
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, result["structuredContent"]);
    let listed = legacy(&crate::common::start(NOWHERE).await, "tools/list", json!({})).await.json();
    let definition = &listed["result"]["tools"][0];
    for key in ["name", "description", "inputSchema", "annotations"] {
        assert_eq!(text["tools"][0][key], definition[key], "{key}");
    }
    assert_eq!(text["tools"][0]["area"], "messaging");
    assert!(text["found"].as_u64().unwrap() > 3);

    let result =
        call(&server, "tools_search", json!({ "query": "list", "area": "webhooks", "limit": 20 })).await;
    assert!(
        names(&result).contains(&"webhooks_list")
            && names(&result).iter().all(|name| name.starts_with("webhook"))
    );
    // The tools that do not fit come last.
    let result =
        call(&server, "tools_search", json!({ "query": "deliveries", "area": "webhooks", "limit": 20 }))
            .await;
    assert_eq!((names(&result).len(), names(&result)[0]), (6, "webhook_events"));
    let nothing = call(&server, "tools_search", json!({ "query": "xyzzy" })).await;
    assert!(names(&nothing).is_empty());
    assert!(nothing["structuredContent"]["hint"].is_string());
    assert_eq!(names(&call(&server, "tools_search", json!({ "query": "number" })).await).len(), 5);
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused() {
    let server = start(NOWHERE, Selection::default()).await;
    for (arguments, path) in [
        (json!({}), "/query"),
        (json!({ "query": "" }), "/query"),
        (json!({ "query": "x".repeat(201) }), "/query"),
        (json!({ "query": "x", "limit": 0 }), "/limit"),
        (json!({ "query": "x", "limit": 21 }), "/limit"),
        (json!({ "query": "x", "area": "everything" }), "/area"),
        (json!({ "query": "x", "areas": [] }), "/areas"),
    ] {
        let result = call(&server, "tools_search", arguments.clone()).await;
        assert_eq!(problems(&result)[0].0, path, "{arguments}");
    }
}

#[tokio::test]
async fn a_call_does_what_the_tool_does() {
    let gate = Gate::open().await;
    let server = start(&gate.url(), Selection::default()).await;
    let arguments = json!({ "name": "message_get", "arguments": { "id": "a" } });
    let (result, ()) = tokio::join!(call(&server, "tools_call", arguments), async {
        gate.arrival().await.answer(r#"{"id":"a"}"#).await;
    });
    assert_eq!(result["structuredContent"], json!({ "id": "a" }));
}

#[tokio::test]
async fn a_call_is_checked_as_the_tool_is() {
    let server = start(NOWHERE, Selection::default()).await;
    for (arguments, path, message) in [
        (json!({}), "/name", "is required"),
        (
            json!({ "name": "message_gets" }),
            "/name",
            "unknown tool: message_gets; did you mean message_get?; tools_search finds",
        ),
        (json!({ "name": "tools_call", "arguments": {} }), "/name", "unknown tool: tools_call"),
        (json!({ "name": "message_get" }), "/id", "is required"),
        (json!({ "name": "message_get", "arguments": { "id": 7 } }), "/id", "must be string"),
        (json!({ "name": "message_get", "arguments": [] }), "/arguments", "must be object"),
    ] {
        let result = call(&server, "tools_call", arguments.clone()).await;
        let found = problems(&result);
        assert!(
            found.iter().any(|problem| problem.0 == path && problem.1.contains(message)),
            "{arguments}: {found:?}"
        );
    }
    let direct =
        legacy(&server, "tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).await;
    assert_eq!(direct.error(), (200, -32602));
    assert!(direct.json()["error"]["message"].as_str().unwrap().contains("tools_call"));
}

#[tokio::test]
async fn selections_hold_for_searches_and_calls() {
    let server = start(NOWHERE, Selection { areas: vec!["templates".into()], ..Selection::default() }).await;
    let found = call(&server, "tools_search", json!({ "query": "send message template", "limit": 20 })).await;
    assert!(!names(&found).is_empty() && names(&found).iter().all(|name| name.starts_with("templates_")));
    let refused =
        call(&server, "tools_call", json!({ "name": "messages_send", "arguments": { "text": "a" } })).await;
    assert!(problems(&refused)[0].1.contains("--areas"));

    let narrow = edit(headers(), &[("x-mcp-readonly", "true")]);
    for (tool, arguments) in [
        ("tools_search", json!({ "query": "templates", "limit": 20 })),
        ("tools_call", json!({ "name": "templates_delete", "arguments": { "id": "t" } })),
    ] {
        let body = request("tools/call", json!({ "name": tool, "arguments": arguments })).to_string();
        let result = post(&server, narrow.clone(), body).await.json()["result"].clone();
        match tool {
            "tools_search" => assert_eq!(names(&result).len(), 2),
            _ => assert!(problems(&result)[0].1.contains("x-mcp-readonly")),
        }
    }
}

#[tokio::test]
async fn a_search_is_admitted_and_counted_like_any_call() {
    let limits = Limits { calls_per_minute: 1, burst: 3, ..Limits::default() };
    let selection = Selection { meta_tools: true, ..Selection::default() };
    let metrics = MetricsSettings { listen: Some("127.0.0.1:0".parse().unwrap()) };
    let server = Server::builder().upstream(NOWHERE).selection(selection).limits(limits).metrics(metrics);
    let server = server.start().await.unwrap();
    assert!(!names(&call(&server, "tools_search", json!({ "query": "send" })).await).is_empty());
    for (tool, arguments) in [("tools_search", json!({})), ("tools_call", json!({ "name": "nope" }))] {
        assert_eq!(failure(&call(&server, tool, arguments).await)["code"], "VALIDATION_ERROR");
    }
    for tool in ["tools_search", "tools_call"] {
        let refused = failure(&call(&server, tool, json!({ "query": "send" })).await);
        assert_eq!(refused["code"], "SERVER_RATE_LIMITED", "{tool}");
    }
    let page = get(server.metrics_url().unwrap()).await.text;
    for (tool, status, outcome) in [
        ("tools_search", "2xx", "success"),
        ("tools_search", "400", "refused"),
        ("tools_search", "429", "refused"),
        ("tools_call", "400", "refused"),
        ("tools_call", "429", "refused"),
    ] {
        let line = format!(
            r#"pilot_status_mcp_calls_total{{tool="{tool}",status="{status}",outcome="{outcome}"}} 1"#
        );
        assert!(page.contains(&line), "{line} in {page}");
    }
}
