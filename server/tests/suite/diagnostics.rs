//! The tools of the conformance suite, which show what the protocol's machinery does; nobody has them who does not ask for them.

use serde_json::{Value, json};
use server::selection::Selection;
use server::{Running, Server};

use crate::common::{call, edit, legacy, modern, modern_headers, modern_params, post, request};

const NOWHERE: &str = "http://127.0.0.1:9";

async fn start() -> Running {
    let selection = Selection { diagnostic_tools: true, ..Selection::default() };
    Server::builder().upstream(NOWHERE).selection(selection).start().await.unwrap()
}

async fn names(server: &Running) -> Vec<String> {
    let answer = legacy(server, "tools/list", json!({})).await.json();
    let tools = answer["result"]["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn they_come_after_the_54_and_only_when_asked_for() {
    let listed = names(&start().await).await;
    let plain = names(&crate::common::start(NOWHERE).await).await;
    let (api, diagnostic) = listed.split_at(54);
    assert_eq!(api, plain);
    assert_eq!(diagnostic.len(), 10);
    let server = crate::common::start(NOWHERE).await;
    for tool in diagnostic {
        assert_eq!(
            legacy(&server, "tools/call", json!({ "name": tool })).await.error(),
            (200, -32602),
            "{tool}"
        );
    }
}

#[tokio::test]
async fn content_of_every_kind() {
    let server = start().await;
    for (tool, types) in [
        ("test_simple_text", json!(["text"])),
        ("test_image_content", json!(["image"])),
        ("test_audio_content", json!(["audio"])),
        ("test_embedded_resource", json!(["resource"])),
        ("test_multiple_content_types", json!(["text", "image", "resource"])),
    ] {
        let result = call(&server, tool, json!({})).await;
        let found: Vec<&Value> =
            result["content"].as_array().unwrap().iter().map(|block| &block["type"]).collect();
        assert_eq!(json!(found), types, "{tool}");
    }
    assert_eq!(call(&server, "test_error_handling", json!({})).await["isError"], true);
}

#[tokio::test]
async fn progress_turns_the_answer_into_a_stream() {
    let server = start().await;
    let params = json!({ "name": "test_tool_with_progress" });
    let mut with_token = modern_params(params.clone());
    with_token["_meta"]["progressToken"] = json!("token");
    let headers = modern_headers("tools/call", &params);
    let answer = post(&server, headers, request("tools/call", with_token).to_string()).await;
    assert!(answer.header("content-type").starts_with("text/event-stream"));
    let messages =
        answer.text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| !data.is_empty());
    let messages: Vec<Value> = messages.map(|data| serde_json::from_str(data).unwrap()).collect();
    let told: Vec<&Value> = messages.iter().map(|message| &message["params"]["progress"]).collect();
    assert_eq!(told[..3], [&json!(0.0), &json!(50.0), &json!(100.0)]);
    assert!(messages[3]["result"].is_object() && messages.len() == 4);
    // Nobody asked for it: one answer, as JSON.
    assert_eq!(modern(&server, "tools/call", params).await.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_capability_that_the_client_lacks_is_named() {
    let server = start().await;
    let params = json!({ "name": "test_missing_capability" });
    let answer = modern(&server, "tools/call", params.clone()).await;
    assert_eq!(answer.error(), (400, -32021));
    assert_eq!(answer.json()["error"]["data"], json!({ "requiredCapabilities": { "sampling": {} } }));
    let mut able = modern_params(params.clone());
    able["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({ "sampling": {} });
    let answer =
        post(&server, modern_headers("tools/call", &params), request("tools/call", able).to_string()).await;
    assert_eq!(answer.json()["result"]["isError"], false);
}

#[tokio::test]
async fn arguments_that_are_repeated_in_headers_must_agree() {
    let server = start().await;
    let params = json!({ "name": "test_custom_headers", "arguments": { "region": "south" } });
    let body = request("tools/call", modern_params(params.clone())).to_string();
    for (header, expected) in [
        ("south", None),
        ("=?base64?c291dGg=?=", None),
        ("north", Some((400, -32020))),
        ("", Some((400, -32020))),
    ] {
        let headers = edit(modern_headers("tools/call", &params), &[("mcp-param-region", header)]);
        let answer = post(&server, headers, body.clone()).await;
        match expected {
            Some(error) => assert_eq!(answer.error(), error, "{header}"),
            None => assert_eq!(answer.json()["result"]["isError"], false, "{header}"),
        }
    }
}
