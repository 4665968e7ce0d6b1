//! What a send costs the mock, with and without a journal, and with more and more webhooks to tell of it.
//!
//! `cargo bench -p benches --bench mock`. Everything runs on one thread. `cargo test` runs each once and only checks that it works. What grows with the state is in `scale`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

mod local;

use axum::Router;
use axum::http::StatusCode;
use benches::{Call, KEY, body};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::SignedDuration;
use mock_api::{Builder, Clock, MockApi};
use reqwest::Client;
use serde_json::json;
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TO: &str = "+5511988887777";
/// From the acceptance of a message to the last that becomes of it.
const LIFE: SignedDuration = SignedDuration::from_mins(1);

fn runtime() -> Runtime {
    RuntimeBuilder::new_current_thread().enable_all().build().expect("a runtime")
}

fn frozen() -> Builder {
    MockApi::builder().clock(Clock::frozen("2026-06-20T10:00:00Z".parse().expect("a time")))
}

fn journal(criterion: &mut Criterion) {
    let (runtime, client) = (runtime(), Client::new());
    let mut group = criterion.benchmark_group("journal");
    for (name, builder) in [("off", frozen().journal(0)), ("on", frozen())] {
        let mock = runtime.block_on(builder.start()).expect("a mock");
        let send = Call::messages_send(TO).over_rest(&client, &mock.url());
        group.bench_function(name, |bencher| {
            bencher.to_async(&runtime).iter(|| body(send.try_clone().expect("text")));
        });
    }
    group.finish();
}

/// A mock with so many webhooks for everything that becomes of a message.
async fn with_webhooks(client: &Client, receiver: &str, webhooks: usize) -> MockApi {
    let mock = frozen().journal(0).start().await.expect("a mock");
    for webhook in 0..webhooks {
        let hook = json!({ "url": format!("{receiver}/{webhook}"), "events": ["*"] }).to_string();
        let request = client.post(format!("{}/v1/webhooks", mock.url())).header("x-api-key", KEY);
        let answer = request.header("content-type", "application/json").body(hook).send().await;
        assert_eq!(answer.expect("an answer").status(), 201);
    }
    mock
}

/// A message from its acceptance until every webhook has been told of all that becomes of it.
fn fan_out(criterion: &mut Criterion) {
    let (runtime, client) = (runtime(), Client::new());
    let mut group = criterion.benchmark_group("fan_out");
    group.sample_size(20);
    let receiver = Router::new().fallback(async || StatusCode::NO_CONTENT);
    let receiver = runtime.block_on(local::serve(receiver));
    for webhooks in [0, 1, 10, 100] {
        let mock = runtime.block_on(with_webhooks(&client, &receiver, webhooks));
        let send = Call::messages_send(TO).over_rest(&client, &mock.url());
        group.bench_function(BenchmarkId::from_parameter(webhooks), |bencher| {
            bencher.to_async(&runtime).iter(async || {
                body(send.try_clone().expect("text")).await;
                mock.advance(LIFE).await;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, journal, fan_out);
criterion_main!(benches);
