//! An upstream in trouble: an error that says so, never a panic, never a hang.

use std::time::Duration;

use crate::common::{self, call, failure, start};
use crate::gate::Gate;
use serde_json::{Value, json};
use server::{Limits, Running, Server};
use tokio::net::TcpListener;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn told(server: &Running) -> (Value, Value) {
    let failure = failure(&call(server, "message_get", json!({ "id": "msg_1" })).await);
    assert!(!failure["error"].as_str().unwrap().contains("msg_1"), "{failure}");
    (failure["status"].clone(), failure["code"].clone())
}

/// What is told of an upstream that gives this answer.
async fn told_of(answer: ResponseTemplate) -> (Value, Value) {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(answer).expect(1).mount(&upstream).await;
    told(&plain(&upstream.uri()).await).await
}

/// A server that asks once and tells what came of it.
pub(crate) async fn plain(upstream: &str) -> Running {
    Server::builder().upstream(upstream).limits(Limits::plain()).start().await.unwrap()
}

/// What is told of an upstream that writes this and closes the connection.
async fn told_of_bytes(bytes: &str) -> (Value, Value) {
    let gate = Gate::open().await;
    let server = plain(&gate.url()).await;
    let (told, ()) = tokio::join!(told(&server), async { gate.arrival().await.answer_raw(bytes).await });
    told
}

#[tokio::test]
async fn down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(told(&start(&url).await).await, (json!(502), json!("UPSTREAM_UNREACHABLE")));
}

#[tokio::test]
async fn slow() {
    let upstream = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({})).set_delay(Duration::from_secs(3600));
    Mock::given(any()).respond_with(answer).mount(&upstream).await;
    let server = Server::builder().upstream(upstream.uri()).upstream_timeout(Duration::from_millis(50));
    assert_eq!(told(&server.start().await.unwrap()).await, (json!(504), json!("UPSTREAM_TIMEOUT")));
}

#[tokio::test]
async fn silent_in_the_middle_of_an_answer() {
    let gate = Gate::open().await;
    let server = Server::builder()
        .upstream(gate.url())
        .upstream_timeout(Duration::from_millis(200))
        .start()
        .await
        .unwrap();
    let stall = async { gate.arrival().await.begin("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{").await };
    let (told, _held) = tokio::join!(told(&server), stall);
    assert_eq!(told, (json!(504), json!("UPSTREAM_TIMEOUT")));
}

#[tokio::test]
async fn broken_off() {
    assert_eq!(told_of_bytes("").await, (json!(502), json!("UPSTREAM_UNREACHABLE")));
    let truncated = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
    assert_eq!(told_of_bytes(truncated).await, (json!(502), json!("UPSTREAM_INVALID_RESPONSE")));
}

#[tokio::test]
async fn not_json() {
    let invalid = |status: u16| (json!(status), json!("UPSTREAM_INVALID_RESPONSE"));
    let html = |status| ResponseTemplate::new(status).set_body_raw("<html></html>", "text/html");
    assert_eq!(told_of(html(200)).await, invalid(502));
    assert_eq!(told_of(html(503)).await, invalid(503));
    assert_eq!(told_of(ResponseTemplate::new(302)).await, invalid(502));
    assert_eq!(told_of(ResponseTemplate::new(503)).await, invalid(503));
    assert_eq!(
        told_of(ResponseTemplate::new(200).set_body_raw("{\"a\":", "application/json")).await,
        invalid(502)
    );
    assert_eq!(
        told_of(ResponseTemplate::new(200).set_body_raw(vec![0xff; 9], "application/json")).await,
        invalid(502)
    );
    assert_eq!(told_of(ResponseTemplate::new(200).set_body_json("text")).await, invalid(502));
    let nested = "[".repeat(1_000_000);
    assert_eq!(
        told_of(ResponseTemplate::new(200).set_body_raw(nested, "application/json")).await,
        invalid(502)
    );
}

/// The reference knows none, but a 204 to a DELETE is what other APIs answer, and what was done must not be told as a failure.
#[tokio::test]
async fn a_success_without_a_body() {
    for status in [200, 204] {
        let upstream = MockServer::start().await;
        Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(status)).mount(&upstream).await;
        let result = call(&plain(&upstream.uri()).await, "webhooks_delete", json!({ "id": "a" })).await;
        assert_eq!(
            (&result["isError"], &result["structuredContent"]),
            (&json!(false), &json!({})),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    assert_eq!(told_of(answer).await, (json!(502), json!("UPSTREAM_INVALID_RESPONSE")));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn too_long() {
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "a": "x".repeat(8 * 1024 * 1024) }));
    assert_eq!(told_of(answer).await, (json!(502), json!("UPSTREAM_INVALID_RESPONSE")));
}

#[tokio::test]
async fn stopping_waits_for_calls_in_flight() {
    let gate = Gate::open().await;
    let server = start(&gate.url()).await;
    let url = server.mcp_url();
    let body =
        common::request("tools/call", json!({ "name": "message_get", "arguments": { "id": "msg_1" } }));
    let call = common::send(reqwest::Method::POST, &url, common::headers(), body.to_string());
    let stop = async {
        let held = gate.arrival().await;
        let (stopped, ()) = tokio::join!(server.stop(), held.answer("{\"id\":\"msg_1\"}"));
        stopped.unwrap();
    };
    let (answer, ()) = tokio::join!(call, stop);
    assert_eq!(answer.json()["result"]["structuredContent"], json!({ "id": "msg_1" }));
}
