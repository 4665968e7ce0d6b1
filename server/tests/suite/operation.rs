//! Readiness, request ids, and the end of a server.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{Limits, MetricsSettings, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{self, Answer, LONG, edit, get, headers, request, send, start};

async fn ready(server: &Running) -> Answer {
    get(format!("{}/ready", server.url())).await
}

async fn upstream(answer: ResponseTemplate) -> MockServer {
    let upstream = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&upstream).await;
    upstream
}

#[tokio::test]
async fn is_ready_when_the_api_answers_at_all() {
    for status in [200, 401, 404] {
        let upstream = upstream(ResponseTemplate::new(status)).await;
        let server = start(&upstream.uri()).await;
        for _ in 0..3 {
            assert_eq!(ready(&server).await.status, 200, "{status}");
        }
        // One probe serves all who ask within its time, and it bears no credential.
        let probes = upstream.received_requests().await.unwrap();
        assert_eq!(probes.len(), 1);
        assert!(!probes[0].headers.contains_key("x-api-key"));
        assert!(!probes[0].headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn is_not_ready_when_it_does_not_and_says_why_without_saying_where() {
    let failing = upstream(ResponseTemplate::new(503)).await;
    for (url, reason) in [(failing.uri(), "fails"), ("http://127.0.0.1:9".to_owned(), "cannot be reached")] {
        let server = start(&url).await;
        let answer = ready(&server).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (503, &json!("unavailable")));
        assert!(answer.json()["reason"].as_str().unwrap().contains(reason), "{}", answer.text);
        assert!(!answer.text.contains("127.0.0.1"));
        assert_eq!(get(format!("{}/health", server.url())).await.status, 200);
    }
}

/// Probes that waited for a connection like anybody would have a server restarted for being busy.
#[tokio::test]
async fn probes_beside_the_metrics_wait_for_no_caller() {
    let upstream = upstream(ResponseTemplate::new(401)).await;
    let metrics = MetricsSettings { listen: Some(([127, 0, 0, 1], 0).into()) };
    let server = Server::builder().upstream(upstream.uri()).metrics(metrics);
    let server = server.limits(Limits { connections: 1, ..Limits::default() }).start().await.unwrap();
    let ask = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut buffer = [0; 1024];
    let mut first = TcpStream::connect(server.address()).await.unwrap();
    first.write_all(ask).await.unwrap();
    assert_ne!(first.read(&mut buffer).await.unwrap(), 0);
    // The one connection is taken.
    let mut second = TcpStream::connect(server.address()).await.unwrap();
    second.write_all(ask).await.unwrap();
    let beside = |path: &str| get(server.metrics_url().unwrap().replace("/metrics", path));
    assert_eq!(beside("/health").await.json()["status"], "ok");
    assert_eq!(beside("/ready").await.json()["status"], "ready");
    assert_eq!(second.try_read(&mut buffer).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    // One readiness on both, so that the API is asked once for both.
    drop((first, second));
    assert_eq!(ready(&server).await.status, 200);
    assert_eq!(upstream.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_is_named_by_who_asks_or_by_the_server() {
    let server = start("http://127.0.0.1:9").await;
    let ping = request("ping", json!({})).to_string();
    let named = |name: &'static str| {
        let (headers, ping) = (edit(headers(), &[("x-request-id", name)]), ping.clone());
        let server = &server;
        async move { common::post(server, headers, ping).await.header("x-request-id").to_owned() }
    };
    assert_eq!(named("abc-1").await, "abc-1");
    let own = [named("").await, named("two words").await];
    assert!(own[0] != own[1] && !own.contains(&"two words".to_owned()), "{own:?}");
}

#[tokio::test]
async fn a_server_that_stops_refuses_what_is_new_and_finishes_what_is_not() {
    let gate = crate::gate::Gate::open().await;
    let server = start(&gate.url()).await;
    let (url, base) = (server.mcp_url(), server.url());
    let body = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } }));
    let call = tokio::spawn({
        let url = url.clone();
        async move { send(Method::POST, &url, headers(), body.to_string()).await }
    });
    let held = gate.arrival().await;
    let stopped = tokio::spawn(server.stop());
    let stopping = async {
        loop {
            let answer = get(format!("{base}/ready")).await;
            if answer.text.contains("stopping") {
                return answer;
            }
        }
    };
    let readiness = tokio::time::timeout(LONG, stopping).await.unwrap();
    assert_eq!(readiness.status, 503);
    let refused = send(Method::POST, &url, headers(), request("ping", json!({})).to_string()).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "1"));
    assert_eq!(refused.header("connection"), "close");
    assert_eq!(refused.json()["code"], "SERVER_STOPPING");
    assert_eq!(refused.json()["retryAfterSeconds"], 1);
    held.answer(r#"{"id":"a"}"#).await;
    let answer = call.await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["result"]["structuredContent"]["id"], "a");
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_stops_waits_no_longer_than_it_is_told_and_asks_for_nothing_more() {
    let params = json!({ "name": "message_get", "arguments": { "id": "a" } });
    let mut with_progress = params.clone();
    with_progress["task"] = json!(null);
    // By the short way of plain calls, and by that of all others.
    for params in [params, with_progress] {
        let gate = crate::gate::Gate::open().await;
        let server = Server::builder().upstream(gate.url()).drain(std::time::Duration::from_millis(1));
        // Nothing else would end the request before the test gives up.
        let server = server.upstream_timeout(60 * LONG).start().await.unwrap();
        let call = tokio::spawn(send_quietly(server.mcp_url(), request("tools/call", params)));
        let held = gate.arrival().await;
        server.stop().await.unwrap();
        tokio::time::timeout(LONG, held.abandoned()).await.unwrap();
        call.await.unwrap();
    }
}

async fn send_quietly(url: String, body: Value) {
    let client = crate::common::client();
    _ = client.post(url).headers(headers()).body(body.to_string()).send().await;
}
