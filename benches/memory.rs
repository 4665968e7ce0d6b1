//! Resident memory of `pilot-status-mcp` and of `pilot-status-mock` after a million calls of `message_get`, 32 at once.
//!
//! `cargo build --release --bins && cargo bench -p benches --bench memory`. Fails where the server has more than 40 MiB, or where the mock, whose state these calls leave as it is, grows once its
//! journal is full. Both are processes of their own with their default settings, but for the server's limit to how often one may call. `cargo test` makes a thousand calls and only
//! checks that it works.

use std::env::args;

use benches::{Call, Process, Programs, Revision, body, sent};
use futures_util::{StreamExt, stream};
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use tokio::runtime::Runtime;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const CALLS: usize = 1_000_000;
const AT_ONCE: usize = 32;
const SERVER_KIB: u64 = 40 * 1024;
/// What the mock may grow by in the nine tenths of the calls that find its journal full: pages that the allocator takes at times.
const GROWTH_KIB: u64 = 4 * 1024;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let only_try = !args().any(|argument| argument == "--bench");
    let calls = if only_try { 1_000 } else { CALLS };
    Runtime::new()?.block_on(async {
        let (first, server) = of_server(calls).await?;
        println!("server, {calls} calls, {AT_ONCE} at once: {first} KiB resident before, {server} KiB after");
        let (first, mock) = of_mock(calls).await?;
        println!("mock, likewise: {first} KiB resident after a tenth of the calls, {mock} KiB after all");
        assert!(only_try || server < SERVER_KIB, "the server has more than {SERVER_KIB} KiB");
        assert!(only_try || mock < first + GROWTH_KIB, "the mock grew by more than {GROWTH_KIB} KiB");
        Ok(())
    })
}

async fn of_server(calls: usize) -> Result<(u64, u64)> {
    let mock = MockApi::builder().journal(0).start().await?;
    let server = Programs::Own.server(&mock.url())?;
    let client = Client::new();
    let call = Call::message_get(&sent(&client, &mock.url(), "+5511988887777").await);
    let before = resident(&server)?;
    make(calls, &call, || call.over_mcp(&client, &server.url, Revision::Modern)).await;
    Ok((before, resident(&server)?))
}

async fn of_mock(calls: usize) -> Result<(u64, u64)> {
    let mock = Programs::Own.mock_with(&[])?;
    let client = Client::new();
    let call = Call::message_get(&sent(&client, &mock.url, "+5511988887777").await);
    let request = || call.over_rest(&client, &mock.url);
    make(calls / 10, &call, request).await;
    let full = resident(&mock)?;
    make(calls - calls / 10, &call, request).await;
    Ok((full, resident(&mock)?))
}

/// Makes calls, all of which must be answered with the message.
async fn make(calls: usize, call: &Call, request: impl Fn() -> RequestBuilder) {
    let mut answers = stream::iter(0..calls).map(|_| body(request())).buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        let is_right = answer.windows(call.expected.len()).any(|part| part == call.expected.as_bytes());
        assert!(is_right, "not the message: {}", String::from_utf8_lossy(&answer));
    }
}

fn resident(process: &Process) -> Result<u64> {
    Ok(process.resident().ok_or("this system does not tell how much memory a process has")? / 1024)
}
