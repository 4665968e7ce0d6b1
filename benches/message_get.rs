//! One small read, `message_get`: straight from the mock, through a bare reverse proxy, and through the server over HTTP. What the server adds is to be held against what the proxy adds.
//!
//! `cargo bench -p benches --bench message_get`. One call at a time (`message_get`), and 32 at once (`message_get_32`). Compare within one run only; absolute times say more about the machine than
//! about the code. `-- --test` runs each once and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use std::net::Ipv4Addr;
use std::num::NonZero;
use std::thread::available_parallelism;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use server::{Limits, Running, Server};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const KEY: &str = "ps_demo_meta";
const AT_ONCE: usize = 32;

async fn answer(request: RequestBuilder) -> Bytes {
    request.send().await.expect("an answer").bytes().await.expect("a body")
}

async fn json(request: RequestBuilder) -> Value {
    serde_json::from_slice(&answer(request).await).expect("JSON")
}

/// Passes every request on and every answer back: the least that something between client and API can do.
async fn pass_on(State((client, base)): State<(Client, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut headers = parts.headers;
    headers.remove("host");
    let passed = client.request(parts.method, format!("{base}{target}")).headers(headers).body(body);
    let answer = passed.send().await.expect("an answer");
    let mut response = Response::new(Body::empty());
    (*response.status_mut(), *response.headers_mut()) = (answer.status(), answer.headers().clone());
    *response.body_mut() = answer.bytes().await.expect("a body").into();
    response
}

/// Starts the bare reverse proxy before a base URL, and gives its own.
async fn start_proxy(base: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(pass_on).with_state((Client::new(), base));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
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

/// What is measured, and one message to read. Each has threads of its own, as a process would: with many calls at once as many as there are cores, else one,
/// so that what is measured is the way of the call, and not the luck of the scheduler with threads that have nothing to do.
struct Peers {
    client: Client,
    _runtimes: [Runtime; 3],
    mock: MockApi,
    proxy: String,
    server: Running,
    id: String,
    call: String,
}

impl Peers {
    fn start(runtime: &Runtime, at_once: usize) -> Self {
        let threads = if at_once == 1 { 1 } else { available_parallelism().map_or(2, NonZero::get) };
        let [of_mock, of_proxy, of_server] = [(); 3].map(|()| threads_of(threads));
        let client = Client::new();
        let mock = of_mock.block_on(MockApi::builder().start()).expect("a mock");
        let proxy = of_proxy.block_on(start_proxy(mock.url()));
        // A benchmark asks more often than a caller may.
        let server = Server::builder().upstream(mock.url()).limits(Limits::plain());
        let server = of_server.block_on(server.start()).expect("a server");
        let id = runtime.block_on(Self::sent(&client, &mock));
        let call = tool_call(&id);
        Self { client, _runtimes: [of_mock, of_proxy, of_server], mock, proxy, server, id, call }
    }

    /// Sends a message and returns its id.
    async fn sent(client: &Client, mock: &MockApi) -> String {
        let body = json!({ "destinationNumber": "+5511988887777", "text": "Oi" }).to_string();
        let request = client.post(format!("{}/v1/messages/send", mock.url())).header("x-api-key", KEY);
        let sent = json(request.header("content-type", "application/json").body(body)).await;
        sent.pointer("/id").and_then(Value::as_str).expect("an id").to_owned()
    }

    fn over_rest(&self, base: &str) -> RequestBuilder {
        self.client.get(format!("{base}/v1/messages/{}", self.id)).header("x-api-key", KEY)
    }

    fn over_mcp(&self) -> RequestBuilder {
        let request = self.client.post(self.server.mcp_url()).header("x-api-key", KEY);
        let request = request.header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        request.header("mcp-name", "message_get").body(self.call.clone())
    }

    async fn check(&self) {
        for base in [&self.mock.url(), &self.proxy] {
            assert_eq!(json(self.over_rest(base)).await.pointer("/id"), Some(&json!(self.id)), "{base}");
        }
        let result = json(self.over_mcp()).await;
        assert_eq!(result.pointer("/result/structuredContent/id"), Some(&json!(self.id)), "the server");
    }
}

fn measure(criterion: &mut Criterion, runtime: &Runtime, peers: &Peers, at_once: usize) {
    let name = if at_once == 1 { "message_get".to_owned() } else { format!("message_get_{at_once}") };
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(at_once.try_into().unwrap_or(u64::MAX)));
    let mock = peers.mock.url();
    let calls: [(&str, &dyn Fn() -> RequestBuilder); 3] = [
        ("mock", &|| peers.over_rest(&mock)),
        ("reverse_proxy", &|| peers.over_rest(&peers.proxy)),
        ("server_http", &|| peers.over_mcp()),
    ];
    for (name, request) in calls {
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter(|| join_all((0..at_once).map(|_| answer(request()))));
        });
    }
    group.finish();
}

fn threads_of(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().expect("a runtime")
}

fn message_get(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    for at_once in [1, AT_ONCE] {
        let peers = Peers::start(&runtime, at_once);
        runtime.block_on(peers.check());
        measure(criterion, &runtime, &peers, at_once);
    }
}

criterion_group!(benches, message_get);
criterion_main!(benches);
