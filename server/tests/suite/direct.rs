//! Calls that go the short way and calls that `rmcp` answers are answered alike.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use server::selection::Selection;
use server::{Running, Server};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{edit, headers, modern_headers, modern_params, post, request, start};

/// An API where `message_get` succeeds or fails by the id, and `numbers_list` answers with a list.
async fn upstream() -> MockServer {
    let upstream = MockServer::start().await;
    for (place, status, body) in [
        ("/v1/messages/good", 200, json!({ "id": "good", "text": "\"é\" \u{1F600}\n", "n": 1.50 })),
        ("/v1/messages/gone", 404, json!({ "error": "Message not found", "code": "NOT_FOUND" })),
        (
            "/v1/messages/late",
            429,
            json!({ "error": "Slow down", "code": "RATE_LIMITED", "retryAfterSeconds": 7 }),
        ),
        ("/v1/numbers", 200, json!([{ "id": "num_1" }])),
    ] {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method("GET")).and(path(place)).respond_with(answer).mount(&upstream).await;
    }
    upstream
}

/// Status, type and body of the answer.
async fn told(server: &Running, headers: HeaderMap, message: &Value) -> (u16, String, Value) {
    let answer = post(server, headers, message.to_string()).await;
    assert!(answer.headers.contains_key("x-request-id"));
    (answer.status.as_u16(), answer.header("content-type").to_owned(), answer.json())
}

/// Sends a call the short way and the long one, which an argument beside name and arguments leads to, and returns the one answer that both got.
async fn alike(server: &Running, headers: HeaderMap, params: Value) -> (u16, Value) {
    let short = told(server, headers.clone(), &request("tools/call", params.clone())).await;
    let mut params = params;
    params["x-more"] = json!(1);
    let long = told(server, headers, &request("tools/call", params)).await;
    assert_eq!(short, long);
    (short.0, short.2)
}

#[tokio::test]
async fn both_ways_answer_alike() {
    let upstream = upstream().await;
    let plain = start(&upstream.uri()).await;
    let schemas = Server::builder().upstream(upstream.uri()).output_schemas(true).start().await.unwrap();
    let calls = [
        json!({ "name": "message_get", "arguments": { "id": "good" } }),
        json!({ "name": "message_get", "arguments": { "id": "gone" } }),
        json!({ "name": "message_get", "arguments": { "id": "late" } }),
        json!({ "name": "message_get", "arguments": {} }),
        json!({ "name": "message_get" }),
        json!({ "name": "numbers_list", "arguments": {} }),
        json!({ "name": "no_such_tool", "arguments": {} }),
    ];
    for server in [&plain, &schemas] {
        for call in &calls {
            let (status, body) =
                alike(server, modern_headers("tools/call", call), modern_params(call.clone())).await;
            assert_eq!((status, &body["id"]), (200, &json!(1)), "{body}");
            let revisions = ["", "2025-03-26", "2025-06-18", "2025-11-25"];
            for revision in revisions {
                let headers = edit(headers(), &[("mcp-protocol-version", revision)]);
                let (status, body) = alike(server, headers, call.clone()).await;
                assert_eq!((status, &body["result"]["resultType"]), (200, &Value::Null), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn lists_are_alike_too() {
    let plain = start("http://127.0.0.1:9").await;
    let schemas =
        Server::builder().upstream("http://127.0.0.1:9").output_schemas(true).start().await.unwrap();
    let few = Selection { meta_tools: true, ..Selection::default() };
    let meta = Server::builder().upstream("http://127.0.0.1:9").selection(few).start().await.unwrap();
    for server in [&plain, &schemas, &meta] {
        for areas in ["", "numbers", ""] {
            let modern =
                edit(modern_headers("tools/list", &json!({})), &[("x-mcp-areas", areas), ("mcp-name", "")]);
            let (legacy, select) = (headers(), [("x-mcp-areas", areas)]);
            for (headers, params) in [(modern, modern_params(json!({}))), (edit(legacy, &select), json!({}))]
            {
                let short = told(server, headers.clone(), &request("tools/list", params.clone())).await;
                let mut params = params;
                params["x-more"] = json!(1);
                assert_eq!(short, told(server, headers, &request("tools/list", params)).await);
                assert!(!short.2["result"]["tools"].as_array().unwrap().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_selection_holds_on_both_ways() {
    let upstream = upstream().await;
    let server = start(&upstream.uri()).await;
    let call = json!({ "name": "message_get", "arguments": { "id": "good" } });
    for (areas, refused) in [("numbers", true), ("messaging", false)] {
        let headers = edit(modern_headers("tools/call", &call), &[("x-mcp-areas", areas)]);
        let (_, body) = alike(&server, headers, modern_params(call.clone())).await;
        assert_eq!(body.get("error").is_some(), refused, "{body}");
    }
}

/// What is not plainly in order is left to `rmcp`, which refuses it.
#[tokio::test]
async fn what_headers_and_metadata_do_not_agree_on_is_refused() {
    let upstream = upstream().await;
    let server = start(&upstream.uri()).await;
    let call = json!({ "name": "message_get", "arguments": { "id": "good" } });
    let good = modern_headers("tools/call", &call);
    for (header, value, code) in [
        ("mcp-method", "tools/list", -32020),
        ("mcp-method", "", -32020),
        ("mcp-name", "numbers_list", -32020),
        ("mcp-name", "", -32020),
        ("mcp-protocol-version", "2025-11-25", -32020),
        ("mcp-protocol-version", "", -32020),
    ] {
        let message = request("tools/call", modern_params(call.clone()));
        let (status, _, body) = told(&server, edit(good.clone(), &[(header, value)]), &message).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!(code)), "{header}: {value:?}: {body}");
    }
    let mut params = modern_params(call.clone());
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!("none");
    let (status, _, body) = told(&server, good.clone(), &request("tools/call", params)).await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!(-32602)), "{body}");
    let named = edit(good, &[("mcp-name", "=?base64?bWVzc2FnZV9nZXQ=?=")]);
    let (status, _, body) = told(&server, named, &request("tools/call", modern_params(call))).await;
    assert_eq!((status, &body["result"]["structuredContent"]["id"]), (200, &json!("good")), "{body}");
}
