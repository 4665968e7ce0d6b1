//! One small read, `message_get`: straight from the mock, through a bare reverse proxy, and through the server over HTTP. What the server adds is to be held against what the proxy adds.
//!
//! `cargo bench -p benches --bench message_get`. One call at a time (`message_get`), and 32 at once (`message_get_32`). Compare within one run only; absolute times say more about the machine than
//! about the code. `-- --test` runs each once and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

mod proxy;

use benches::{Message, body, json};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use server::{Limits, Running, Server};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AT_ONCE: usize = 32;

/// What is measured, and one message to read.
struct Peers {
    /// Keeps the threads of the peers, where they have some of their own.
    _runtimes: [Option<Runtime>; 3],
    mock: MockApi,
    proxy: String,
    server: Running,
    message: Message,
}

impl Peers {
    /// With many calls at once each peer has as many threads as there are cores, as a process of its own would. One call at a time runs on the one thread of
    /// `runtime`: what is measured is then the work that its way takes, and not the luck of the scheduler with threads that have nothing to do.
    fn start(runtime: &Runtime, at_once: usize) -> Self {
        let own = [(); 3].map(|()| (at_once > 1).then(|| Runtime::new().expect("a runtime")));
        let [of_mock, of_proxy, of_server] = own.each_ref().map(|own| own.as_ref().unwrap_or(runtime));
        let mock = of_mock.block_on(MockApi::builder().start()).expect("a mock");
        let proxy = of_proxy.block_on(proxy::start(mock.url()));
        // A benchmark asks more often than a caller may.
        let server = Server::builder().upstream(mock.url()).limits(Limits::plain());
        let server = of_server.block_on(server.start()).expect("a server");
        let message = runtime.block_on(Message::send(&Client::new(), &mock.url()));
        Self { _runtimes: own, mock, proxy, server, message }
    }

    async fn check(&self) {
        for base in [&self.mock.url(), &self.proxy] {
            assert_eq!(
                json(self.message.over_rest(base)).await.pointer("/id"),
                Some(&json!(self.message.id)),
                "{base}"
            );
        }
        let result = json(self.message.over_mcp(&self.server.url())).await;
        assert_eq!(
            result.pointer("/result/structuredContent/id"),
            Some(&json!(self.message.id)),
            "the server"
        );
    }
}

fn measure(criterion: &mut Criterion, runtime: &Runtime, peers: &Peers, at_once: usize) {
    let name = if at_once == 1 { "message_get".to_owned() } else { format!("message_get_{at_once}") };
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(at_once.try_into().unwrap_or(u64::MAX)));
    let (mock, server) = (peers.mock.url(), peers.server.url());
    let calls: [(&str, &dyn Fn() -> RequestBuilder); 3] = [
        ("mock", &|| peers.message.over_rest(&mock)),
        ("reverse_proxy", &|| peers.message.over_rest(&peers.proxy)),
        ("server_http", &|| peers.message.over_mcp(&server)),
    ];
    for (name, request) in calls {
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter(|| join_all((0..at_once).map(|_| body(request()))));
        });
    }
    group.finish();
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
