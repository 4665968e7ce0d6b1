//! How much, how often, how long: what callers are told at each bound, and that nothing passes it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Limits, Running, Server};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{
    self, KEY, call, edit, failure, headers, legacy, modern_headers, modern_params, post, request,
};
use crate::gate::Gate;

async fn start(upstream: &str, limits: Limits) -> Running {
    Server::builder().upstream(upstream).limits(limits).start().await.unwrap()
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&upstream).await;
    upstream
}

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "id": "msg_1" }))
}

async fn asked(upstream: &MockServer) -> usize {
    upstream.received_requests().await.unwrap().len()
}

/// The result of reading a message with that key.
async fn read_as(server: &Running, key: &str) -> Value {
    let body = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "msg_1" } }));
    let headers = edit(headers(), &[("x-api-key", key)]);
    let answer = post(server, headers, body.to_string()).await;
    assert_eq!(answer.status, 200);
    answer.json()["result"].clone()
}

async fn read(server: &Running) -> Value {
    read_as(server, KEY).await
}

/// What is told at a bound; the wait is a number that makes sense.
fn told(result: &Value) -> (u64, String) {
    let failure = failure(result);
    assert!(
        failure["retryAfterSeconds"].as_u64().is_some_and(|seconds| (1..=60).contains(&seconds)),
        "{failure}"
    );
    (failure["status"].as_u64().unwrap(), failure["code"].as_str().unwrap().to_owned())
}

fn refusal(status: u64, code: &str) -> (u64, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn calls_of_one_key_are_limited_and_no_others() {
    let upstream = answering(ok()).await;
    let limits = Limits { calls_per_minute: 1, burst: 2, ..Limits::default() };
    let server = start(&upstream.uri(), limits).await;
    for _ in 0..2 {
        assert_eq!(read(&server).await["isError"], false);
    }
    assert_eq!(told(&read(&server).await), refusal(429, "SERVER_RATE_LIMITED"));
    assert_eq!(asked(&upstream).await, 2);
    assert_eq!(read_as(&server, "ps_other").await["isError"], false);
    // Only calls of tools cost anything.
    assert!(legacy(&server, "tools/list", json!({})).await.json()["result"].is_object());
    let params = json!({ "name": "message_get", "arguments": { "id": "a" } });
    let body = request("tools/call", modern_params(params.clone())).to_string();
    let modern = post(&server, modern_headers("tools/call", &params), body).await;
    assert_eq!(told(&modern.json()["result"]), refusal(429, "SERVER_RATE_LIMITED"));
}

#[tokio::test]
async fn calls_at_once_are_limited_per_key_and_in_all() {
    let gate = Gate::open().await;
    let limits = Limits { calls: 2, calls_per_caller: 1, ..Limits::plain() };
    let server = start(&gate.url(), limits).await;
    // Keys that the API has not accepted yet have half of the calls only.
    for key in [KEY, "ps_b", "ps_c"] {
        let (result, ()) =
            tokio::join!(read_as(&server, key), async { gate.arrival().await.answer("{}").await });
        assert_eq!(result["isError"], false);
    }
    let checks = async {
        let first = gate.arrival().await;
        assert_eq!(told(&read(&server).await), refusal(429, "SERVER_CONCURRENCY_LIMITED"));
        let others = async {
            let second = gate.arrival().await;
            assert_eq!(told(&read_as(&server, "ps_c").await), refusal(503, "SERVER_BUSY"));
            second.answer("{}").await;
        };
        let (other, ()) = tokio::join!(read_as(&server, "ps_b"), others);
        assert_eq!(other["isError"], false);
        first.answer("{}").await;
    };
    let (result, ()) = tokio::join!(read(&server), checks);
    assert_eq!(result["isError"], false);
    // What is done makes room.
    let (result, ()) = tokio::join!(read(&server), async { gate.arrival().await.answer("{}").await });
    assert_eq!(result["isError"], false);
}

#[tokio::test]
async fn a_tool_may_have_a_time_of_its_own() {
    let upstream = answering(ok().set_delay(Duration::from_secs(3600))).await;
    let limits = Limits {
        tool_timeouts: BTreeMap::from([("message_get".to_owned(), Duration::from_millis(50))]),
        ..Limits::default()
    };
    let server = Server::builder().upstream(upstream.uri()).upstream_timeout(Duration::from_secs(3600));
    let server = server.limits(limits).start().await.unwrap();
    let failure = failure(&read(&server).await);
    assert_eq!((&failure["status"], &failure["code"]), (&json!(504), &json!("UPSTREAM_TIMEOUT")));
}

#[tokio::test]
async fn limits_that_let_nothing_through_or_name_no_tool_are_refused_at_the_start() {
    let nowhere = || Server::builder().upstream("http://127.0.0.1:9");
    assert!(nowhere().limits(Limits { calls: 0, ..Limits::default() }).build().is_err());
    let long = nowhere().with(|config| config.max_response_bytes = 1024 * 1024 * 1024);
    let told = long.build().unwrap_err().to_string();
    assert!(told.contains("answer_bytes") && told.contains("at least 3221225472"), "{told}");
    let misnamed = BTreeMap::from([("mesage_get".to_owned(), Duration::from_secs(1))]);
    let error =
        nowhere().limits(Limits { tool_timeouts: misnamed, ..Limits::default() }).build().unwrap_err();
    assert!(error.to_string().contains("message_get"), "{error}");
}

fn eager() -> Limits {
    Limits { retry_pause: Duration::ZERO, retry_seed: Some(1), ..Limits::default() }
}

#[tokio::test]
async fn reads_are_tried_again_and_nothing_else() {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&upstream).await;
    Mock::given(any()).respond_with(ok()).mount(&upstream).await;
    let server = start(&upstream.uri(), eager()).await;
    assert_eq!(read(&server).await["isError"], false);
    assert_eq!(asked(&upstream).await, 3);

    let upstream = answering(ResponseTemplate::new(503)).await;
    let server = start(&upstream.uri(), eager()).await;
    for (tool, arguments) in [
        (
            "messages_send",
            json!({ "text": "a", "destinationNumber": "+5511988887777", "idempotencyKey": "k" }),
        ),
        ("messages_cancel", json!({ "messageIds": ["msg_1"] })),
        ("webhooks_delete", json!({ "id": "wh_1" })),
        ("webhooks_update", json!({ "id": "wh_1", "url": "https://example.com/a" })),
    ] {
        let before = asked(&upstream).await;
        let told = failure(&call(&server, tool, arguments).await);
        assert_eq!((&told["status"], asked(&upstream).await - before), (&json!(503), 1), "{tool}: {told}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew_for_a_read() {
    let gate = Gate::open().await;
    let server = start(&gate.url(), eager()).await;
    let upstream = async {
        gate.arrival().await.reset();
        gate.arrival().await.answer_raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{").await;
        gate.arrival().await.answer(r#"{"id":"msg_1"}"#).await;
    };
    let (result, ()) = tokio::join!(read(&server), upstream);
    assert_eq!(result["structuredContent"], json!({ "id": "msg_1" }));
}

#[tokio::test]
async fn retry_after_as_a_date_is_told_as_seconds() {
    let answer = ResponseTemplate::new(429)
        .set_body_json(json!({ "error": "e", "code": "RATE_LIMITED" }))
        .insert_header("date", "Sun, 22 Nov 2026 10:00:00 GMT")
        .insert_header("retry-after", "Sun, 22 Nov 2026 10:00:45 GMT");
    let upstream = answering(answer).await;
    // Later than any call may last: it is told, not waited for.
    assert_eq!(failure(&read(&start(&upstream.uri(), eager()).await).await)["retryAfterSeconds"], 45);
    assert_eq!(asked(&upstream).await, 1);
}

#[tokio::test]
async fn an_api_that_keeps_failing_is_left_alone() {
    let limits = Limits {
        breaker_failures: 3,
        retries: 0,
        breaker_open: Duration::from_secs(60),
        ..Limits::default()
    };
    let upstream = answering(ResponseTemplate::new(500).set_body_json(json!({ "error": "e" }))).await;
    let server = start(&upstream.uri(), limits.clone()).await;
    for _ in 0..3 {
        assert_eq!(failure(&read(&server).await)["code"], "HTTP_500");
    }
    assert_eq!(told(&read(&server).await), refusal(503, "UPSTREAM_UNAVAILABLE"));
    assert_eq!(told(&read_as(&server, "ps_other").await), refusal(503, "UPSTREAM_UNAVAILABLE"));
    assert_eq!(asked(&upstream).await, 3);
    for status in [400, 404, 429] {
        let upstream = answering(ResponseTemplate::new(status).set_body_json(json!({ "error": "e" }))).await;
        let server = start(&upstream.uri(), limits.clone()).await;
        for _ in 0..5 {
            assert_eq!(failure(&read(&server).await)["status"], status);
        }
    }
}

#[tokio::test]
async fn a_breaker_closes_again_when_the_api_is_back() {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(502)).up_to_n_times(1).mount(&upstream).await;
    Mock::given(any()).respond_with(ok()).mount(&upstream).await;
    let limits =
        Limits { breaker_failures: 1, retries: 0, breaker_open: Duration::ZERO, ..Limits::default() };
    let server = start(&upstream.uri(), limits).await;
    assert_eq!(failure(&read(&server).await)["status"], 502);
    for _ in 0..3 {
        assert_eq!(read(&server).await["isError"], false);
    }
}

#[tokio::test]
async fn a_long_list_is_cut_at_a_whole_item() {
    let messages: Vec<Value> = (0..2000).map(|id| json!({ "id": id, "text": "x".repeat(200) })).collect();
    let page = json!({ "messages": messages, "total": 2000, "page": 1, "pageSize": 2000, "totalPages": 1 });
    let upstream = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(&upstream)
        .await;
    let result = call(&common::start(&upstream.uri()).await, "messages_unread", json!({})).await;
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.len() <= 256 * 1024 && text.len() > 250 * 1024, "{} bytes", text.len());
    let structured = &result["structuredContent"];
    assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), structured);
    let shown = structured["messages"].as_array().unwrap().len();
    assert_eq!(structured["messages"], json!(messages[..shown]));
    assert_eq!(structured["truncated"]["next"], json!({ "page": 2, "pageSize": shown }));
}

#[tokio::test]
async fn bodies_at_once_are_bounded() {
    let gate = Gate::open().await;
    let limits = Limits { body_bytes: server::http::MAX_BODY_BYTES, ..Limits::plain() };
    let server = start(&gate.url(), limits).await;
    let long = |body: Value| {
        let mut body = body.to_string().into_bytes();
        body.resize(3 * 1024 * 1024, b' ');
        body
    };
    let ping = || long(request("ping", json!({})));
    let first = long(request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })));
    let checks = async {
        let held = gate.arrival().await;
        let answer = post(&server, headers(), ping()).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
        assert_eq!(
            (&answer.json()["code"], &answer.json()["retryAfterSeconds"]),
            (&json!("SERVER_BUSY"), &json!(1))
        );
        assert_eq!(legacy(&server, "ping", json!({})).await.status, 200);
        held.answer("{}").await;
    };
    let (answer, ()) = tokio::join!(post(&server, headers(), first), checks);
    assert_eq!(answer.status, 200);
    assert_eq!(post(&server, headers(), ping()).await.status, 200);
}
