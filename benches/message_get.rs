//! One small read, `message_get`, straight from the mock and through the server over HTTP: the difference is what the server adds.
//!
//! `cargo bench -p benches`. Compare the two within one run only; absolute times say more about the machine than about the code.
//! `cargo bench -p benches -- --test` runs each once and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use server::{Limits, Server};
use tokio::runtime::Runtime;

const KEY: &str = "ps_demo_meta";

async fn answer(request: RequestBuilder) -> Value {
    let body = request.send().await.expect("an answer").bytes().await.expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

/// Sends a message and returns its id.
async fn sent(client: &Client, mock: &MockApi) -> String {
    let body = json!({ "destinationNumber": "+5511988887777", "text": "Oi" }).to_string();
    let request = client.post(format!("{}/v1/messages/send", mock.url())).header("x-api-key", KEY);
    let sent = answer(request.header("content-type", "application/json").body(body)).await;
    sent.pointer("/id").and_then(Value::as_str).expect("an id").to_owned()
}

fn tool_call(id: &str) -> String {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": "message_get",
            "arguments": { "id": id },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    })
    .to_string()
}

fn message_get(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let (mock, server, id) = runtime.block_on(async {
        let mock = MockApi::builder().start().await.expect("a mock");
        let server =
            Server::builder().upstream(mock.url()).limits(Limits::plain()).start().await.expect("a server");
        let id = sent(&client, &mock).await;
        (mock, server, id)
    });
    let (direct, endpoint, body) =
        (format!("{}/v1/messages/{id}", mock.url()), server.mcp_url(), tool_call(&id));
    let over_rest = || client.get(&direct).header("x-api-key", KEY);
    let over_mcp = || {
        let request =
            client.post(&endpoint).header("x-api-key", KEY).header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        request.header("mcp-name", "message_get").body(body.clone())
    };
    runtime.block_on(async {
        assert_eq!(answer(over_rest()).await.pointer("/id"), Some(&json!(id)), "the mock answers");
        let result = answer(over_mcp()).await;
        assert_eq!(result.pointer("/result/structuredContent/id"), Some(&json!(id)), "the server answers");
    });

    let mut group = criterion.benchmark_group("message_get");
    group.bench_function("mock", |bencher| bencher.to_async(&runtime).iter(|| answer(over_rest())));
    group.bench_function("server_http", |bencher| bencher.to_async(&runtime).iter(|| answer(over_mcp())));
    group.finish();
}

criterion_group!(benches, message_get);
criterion_main!(benches);
