//! The mock at 1 thousand, 100 thousand and 1 million messages: what each costs in memory, and whether calls take the same at every size.
//!
//! `cargo bench -p benches --bench scale`. It fills one number twice, first with a conversation for each message, then with one long conversation. It sends everything through the API, lets
//! every message reach its last status on the clock, and calls at each size what must not grow: deep pages, filtered pages, the dashboard, one more send. Compare sizes within one run.
//! Memory is what this process has more than at its start, client included, in the dearest case: a conversation for each message. It fails when a million take more than 1 GiB.
//! `cargo test` runs it small, and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use mock_api::{Clock, MockApi};
use reqwest::Client;
use serde_json::json;
use tokio::runtime::Runtime;

const KEY: &str = "ps_demo_meta";
const TEMPLATE: &str = "boas_vindas";
const LIMIT: usize = 1 << 30;
/// How many messages are accepted between two steps of the clock.
const BATCH: usize = 10_000;
const AT_ONCE: usize = 32;

/// How messages are spread over conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    OneConversation,
    ConversationEach,
}

impl Spread {
    fn name(self) -> &'static str {
        match self {
            Self::OneConversation => "one_conversation",
            Self::ConversationEach => "a_conversation_each",
        }
    }

    fn destination(self, message: usize) -> String {
        match self {
            Self::OneConversation => "+5511988887777".to_owned(),
            Self::ConversationEach => format!("+55119{:08}", 10_000_000 + message),
        }
    }
}

struct Filled {
    mock: MockApi,
    client: Client,
    spread: Spread,
    messages: usize,
}

impl Filled {
    async fn new(spread: Spread) -> Self {
        let start = "2026-06-20T10:00:00Z".parse().expect("a time");
        let mock = MockApi::builder().clock(Clock::frozen(start)).journal(0).start().await.expect("a mock");
        Self { mock, client: Client::new(), spread, messages: 0 }
    }

    async fn send(&self, message: usize) {
        let body = json!({
            "destinationNumber": self.spread.destination(message),
            "templateId": TEMPLATE,
            "variables": { "nome": "Ana" },
        });
        let request =
            self.client.post(format!("{}/v1/messages/send", self.mock.url())).header("x-api-key", KEY);
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 202, "{:?}", answer.text().await);
    }

    async fn fill(&mut self, size: usize) {
        while self.messages < size {
            let until = (self.messages + BATCH).min(size);
            let sends = stream::iter(self.messages..until).map(|message| self.send(message));
            sends.buffer_unordered(AT_ONCE).for_each(|()| async {}).await;
            self.messages = until;
            self.mock.advance(SignedDuration::from_mins(1)).await;
        }
    }

    async fn get(&self, path: &str) {
        let request = self.client.get(format!("{}/v1{path}", self.mock.url())).header("x-api-key", KEY);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        drop(answer.bytes().await.expect("a body"));
    }
}

/// What must take the same at every size: the last page of each list, and lists that are filtered.
fn calls(size: usize) -> Vec<(&'static str, String)> {
    let last = size.div_ceil(100);
    vec![
        ("log_last_page", format!("/messages?pageSize=100&page={last}")),
        ("log_of_status", format!("/messages?pageSize=100&page={last}&status=READ&startDate=2026-06-01")),
        ("history_last_page", format!("/messages/history?pageSize=100&page={last}")),
        ("conversations_last_page", format!("/conversations?pageSize=100&page={last}")),
        ("unread", "/messages/unread?pageSize=100".to_owned()),
        ("dashboard", "/analytics/dashboard?period=90d&tz=America/Sao_Paulo".to_owned()),
    ]
}

fn sizes() -> &'static [usize] {
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    if is_test { &[10, 100] } else { &[1_000, 100_000, 1_000_000] }
}

fn resident() -> usize {
    memory_stats::memory_stats().expect("this process's memory").physical_mem
}

fn measure(criterion: &mut Criterion, spread: Spread) {
    let runtime = Runtime::new().expect("a runtime");
    let before = resident();
    let mut filled = runtime.block_on(Filled::new(spread));
    for size in sizes() {
        runtime.block_on(filled.fill(*size));
        if spread == Spread::ConversationEach {
            let taken = resident().saturating_sub(before);
            println!("{size} messages take {} MiB, {} bytes each", taken >> 20, taken / size);
            assert!(taken <= LIMIT, "{size} messages take {taken} bytes");
        }
        let mut group = criterion.benchmark_group(format!("scale/{}", spread.name()));
        group
            .sample_size(20)
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2));
        for (name, path) in calls(*size) {
            let id = BenchmarkId::new(name, size);
            group.bench_function(id, |bencher| bencher.to_async(&runtime).iter(|| filled.get(&path)));
        }
        let id = BenchmarkId::new("send", size);
        group.bench_function(id, |bencher| bencher.to_async(&runtime).iter(|| filled.send(0)));
        group.finish();
    }
}

fn scale(criterion: &mut Criterion) {
    for spread in [Spread::ConversationEach, Spread::OneConversation] {
        measure(criterion, spread);
    }
}

criterion_group!(benches, scale);
criterion_main!(benches);
