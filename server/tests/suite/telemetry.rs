//! Spans, as a collector receives them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message;
use reqwest::Method;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{headers, request, send};
use crate::process::Program;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector, and an API that knows one message.
async fn servers() -> (MockServer, MockServer) {
    let (collector, api) = (MockServer::start().await, MockServer::start().await);
    let taken = ResponseTemplate::new(200);
    Mock::given(method("POST")).and(path("/v1/traces")).respond_with(taken).mount(&collector).await;
    let found = ResponseTemplate::new(200).set_body_json(json!({ "id": "a" }));
    Mock::given(method("GET")).and(path("/v1/messages/a")).respond_with(found).mount(&api).await;
    (collector, api)
}

async fn call(program: &Program, id: &str, meta: Value) {
    let params = json!({ "name": "message_get", "arguments": { "id": id }, "_meta": meta });
    let url = format!("{}/mcp", program.url);
    let answer = send(Method::POST, &url, headers(), request("tools/call", params).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn spans(collector: &MockServer) -> Vec<Span> {
    let requests = collector.received_requests().await.unwrap();
    let exports = requests.iter().map(|export| ExportTraceServiceRequest::decode(&*export.body).unwrap());
    let scopes = exports.flat_map(|export| export.resource_spans).flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// A proxy of the environment is for the world outside.
#[tokio::test]
async fn a_collector_on_this_machine_is_reached_past_a_proxy() {
    let (collector, api) = servers().await;
    let nowhere = "http://127.0.0.1:9";
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, nowhere));
    let none = [("NO_PROXY", ""), ("no_proxy", "")];
    let environment = [&proxies[..], &none].concat();
    let program = Program::start_in(&environment, &api.uri(), &["--otlp-endpoint", &collector.uri()]).await;
    call(&program, "a", json!({})).await;
    program.signal("-TERM").await;
    assert_eq!(program.end().await.0, Some(0));
    assert_eq!(spans(&collector).await.len(), 1);
}

#[tokio::test]
async fn a_call_is_a_span_in_the_trace_of_the_client() {
    let (collector, api) = servers().await;
    let program = Program::start(&api.uri(), &["--otlp-endpoint", &collector.uri()]).await;
    let meta = json!({ "traceparent": format!("00-{TRACE}-{PARENT}-01"), "tracestate": "vendor=1" });
    call(&program, "a", meta).await;
    call(&program, "b", json!({ "traceparent": "nonsense" })).await;
    program.signal("-TERM").await;
    assert_eq!(program.end().await.0, Some(0));

    let spans = spans(&collector).await;
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!(span.name, "tools/call message_get");
    }
    let (first, second) = (&spans[0], &spans[1]);
    assert_eq!((hex(&first.trace_id), hex(&first.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    assert_eq!(first.status.as_ref().map_or(0, |status| status.code), StatusCode::Unset as i32);
    assert!(second.parent_span_id.is_empty() && hex(&second.trace_id) != TRACE);
    assert_eq!(second.status.as_ref().unwrap().code, StatusCode::Error as i32);

    let told = api.received_requests().await.unwrap();
    for (span, told) in spans.iter().zip(&told) {
        let parent = format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id));
        assert_eq!(told.headers["traceparent"], parent);
    }
    assert_eq!(told[0].headers["tracestate"], "vendor=1");
    assert!(!told[1].headers.contains_key("tracestate"));
    let exported = collector.received_requests().await.unwrap();
    let text =
        exported.iter().map(|export| String::from_utf8_lossy(&export.body).into_owned()).collect::<String>();
    assert!(!text.contains(crate::common::KEY));
}

#[tokio::test]
async fn without_a_collector_the_api_is_told_nothing() {
    let (_, api) = servers().await;
    let program = Program::start(&api.uri(), &[]).await;
    call(&program, "a", json!({ "traceparent": format!("00-{TRACE}-{PARENT}-01") })).await;
    assert!(!api.received_requests().await.unwrap()[0].headers.contains_key("traceparent"));
}

#[tokio::test]
async fn a_collector_that_is_down_does_no_harm() {
    let (_, api) = servers().await;
    let program = Program::start(&api.uri(), &["--otlp-endpoint", "http://127.0.0.1:9"]).await;
    call(&program, "a", json!({})).await;
    program.signal("-TERM").await;
    let (code, log) = program.end().await;
    assert_eq!(code, Some(0));
    assert!(log.iter().any(|line| line.contains("spans cannot be exported")), "{log:?}");
}
