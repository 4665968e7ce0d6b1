//! What an operator can count.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::json;
use server::http::MAX_BODY_BYTES;
use server::{Limits, MetricsSettings, Running, Server};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{KEY, call, edit, get, headers, post, request, start};
use crate::gate::Gate;

/// A server that serves its metrics, and their URL.
async fn measured(upstream: &str, limits: Limits) -> (Running, String) {
    let metrics = MetricsSettings { listen: Some(([127, 0, 0, 1], 0).into()) };
    let server = Server::builder().upstream(upstream).metrics(metrics).limits(limits).start().await.unwrap();
    let url = server.metrics_url().unwrap();
    (server, url)
}

fn assert_has(page: &str, lines: &[&str]) {
    for line in lines {
        assert!(page.lines().any(|found| found == *line), "{line}: {page}");
    }
}

#[tokio::test]
async fn calls_are_counted_by_tool_status_and_outcome() {
    let upstream = MockServer::start().await;
    let found = ResponseTemplate::new(200).set_body_json(json!({ "id": "a" }));
    Mock::given(method("GET")).and(path("/v1/messages/a")).respond_with(found).mount(&upstream).await;
    let (server, url) = measured(&upstream.uri(), Limits::default()).await;
    for arguments in [json!({ "id": "a" }), json!({ "id": "a" }), json!({ "id": "b" }), json!({})] {
        call(&server, "message_get", arguments).await;
    }
    let page = get(url).await;
    assert!(page.header("content-type").starts_with("application/openmetrics-text"));
    assert_has(
        &page.text,
        &[
            r#"pilot_status_mcp_calls_total{tool="message_get",status="2xx",outcome="success"} 2"#,
            r#"pilot_status_mcp_calls_total{tool="message_get",status="404",outcome="refused"} 1"#,
            r#"pilot_status_mcp_calls_total{tool="message_get",status="400",outcome="refused"} 1"#,
            "pilot_status_mcp_calls_in_flight 0",
            r#"pilot_status_mcp_call_duration_seconds_count{tool="message_get"} 4"#,
            r#"pilot_status_mcp_upstream_duration_seconds_count{outcome="answered"} 3"#,
        ],
    );
    assert!(!page.text.contains(KEY));
}

#[tokio::test]
async fn a_call_that_is_given_up_is_counted_as_cancelled() {
    let gate = Gate::open().await;
    let (server, url) = measured(&gate.url(), Limits::default()).await;
    let body = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } }));
    let (client, address) = (crate::common::client(), server.mcp_url());
    let call = tokio::spawn(client.post(address).headers(headers()).body(body.to_string()).send());
    let held = gate.arrival().await;
    assert!(get(url.clone()).await.text.contains("pilot_status_mcp_calls_in_flight 1\n"));
    call.abort();
    drop(client);
    held.abandoned().await;
    let counted = r#"{tool="message_get",status="none",outcome="cancelled"} 1"#;
    while !get(url.clone()).await.text.contains(counted) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn metrics_are_served_nowhere_else() {
    let (server, url) = measured("http://127.0.0.1:9", Limits::default()).await;
    assert_eq!(get(format!("{}/metrics", server.url())).await.status, 404);
    assert_eq!(get(url.replace("/metrics", "/mcp")).await.status, 404);
    assert_eq!(start("http://127.0.0.1:9").await.metrics_url(), None);
}

/// The body of a call that reads a message, filled up to 3 MiB: two do not fit into the room for one that is as long as any may be.
fn long_call() -> Vec<u8> {
    let mut body = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } }))
        .to_string()
        .into_bytes();
    body.resize(3 * 1024 * 1024, b' ');
    body
}

fn of_another() -> HeaderMap {
    edit(headers(), &[("x-api-key", "ps_other")])
}

#[tokio::test]
async fn refusals_are_counted_by_the_bound() {
    let gate = Gate::open().await;
    let limits = Limits {
        calls: 1,
        calls_per_caller: 1,
        calls_per_minute: 1,
        burst: 1,
        body_bytes: MAX_BODY_BYTES,
        ..Limits::default()
    };
    let (server, url) = measured(&gate.url(), limits).await;
    // Those of tokens and keys that are not known have tests of their own.
    let reasons = ["rate", "caller_concurrency", "concurrency", "bodies"];
    let counted = |count: u8| {
        let line = |reason| format!(r#"pilot_status_mcp_refusals_total{{reason="{reason}"}} {count}"#);
        reasons.map(line)
    };
    let checks = async {
        let held = gate.arrival().await;
        let page = get(url.clone()).await.text;
        assert_has(&page, &counted(0).each_ref().map(String::as_str));
        assert_has(&page, &["pilot_status_mcp_callers 1"]);
        call(&server, "message_get", json!({ "id": "a" })).await;
        let short = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } }));
        assert_eq!(post(&server, of_another(), short.to_string()).await.status, 200);
        assert_eq!(post(&server, headers(), long_call()).await.status, 503);
        held.answer("{}").await;
    };
    let (answer, ()) = tokio::join!(post(&server, headers(), long_call()), checks);
    assert_eq!(answer.status, 200);
    call(&server, "message_get", json!({ "id": "a" })).await;
    let page = get(url).await.text;
    assert_has(&page, &counted(1).each_ref().map(String::as_str));
    // Who was refused at once is not kept book of.
    assert_has(&page, &["pilot_status_mcp_callers 1"]);
}

#[tokio::test]
async fn it_is_told_how_the_api_is_spared() {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).mount(&upstream).await;
    let limits = Limits {
        retries: 1,
        retry_pause: Duration::ZERO,
        breaker_failures: 2,
        breaker_open: Duration::from_secs(3600),
        ..Limits::default()
    };
    let (server, url) = measured(&upstream.uri(), limits).await;
    for (state, retries, not_sent) in [(0, 0, 0), (2, 1, 0), (2, 1, 1), (2, 1, 2)] {
        let page = get(url.clone()).await.text;
        for line in [
            format!("pilot_status_mcp_breaker_state {state}"),
            format!("pilot_status_mcp_upstream_retries_total {retries}"),
            format!("pilot_status_mcp_upstream_not_sent_total {not_sent}"),
        ] {
            assert_has(&page, &[&line]);
        }
        call(&server, "message_get", json!({ "id": "a" })).await;
    }
}
