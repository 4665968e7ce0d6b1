//! Resident memory of `pilot-status-mcp` before and after a million calls of `message_get`, 32 at once.
//!
//! `cargo build --release --bins && cargo bench -p benches --bench memory`. Fails above 40 MiB. The server is a process of its own with its default settings, but for the limit to how often
//! one may call. `cargo test` makes a thousand calls and only checks that it works.

use std::env::args;

use benches::{Call, Programs, Revision, body, sent};
use futures_util::{StreamExt, stream};
use mock_api::MockApi;
use reqwest::Client;
use tokio::runtime::Runtime;

const LIMIT_KIB: u64 = 40 * 1024;
const CALLS: usize = 1_000_000;
const AT_ONCE: usize = 32;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only_try = !args().any(|argument| argument == "--bench");
    let calls = if only_try { 1_000 } else { CALLS };
    Runtime::new()?.block_on(async {
        let mock = MockApi::builder().journal(0).start().await?;
        let server = Programs::Own.server(&mock.url())?;
        let client = Client::new();
        let call = Call::message_get(&sent(&client, &mock.url(), "+5511988887777").await);
        let resident = || {
            server
                .resident()
                .map(|bytes| bytes / 1024)
                .ok_or("this system does not tell how much memory a process has")
        };
        let before = resident()?;
        let made = |_| body(call.over_mcp(&client, &server.url, Revision::Modern));
        let mut answers = stream::iter(0..calls).map(made).buffer_unordered(AT_ONCE);
        let mut wrong = 0;
        while let Some(answer) = answers.next().await {
            wrong += usize::from(
                !answer.windows(call.expected.len()).any(|part| part == call.expected.as_bytes()),
            );
        }
        let after = resident()?;
        println!("{calls} calls, {AT_ONCE} at once: {before} KiB resident before, {after} KiB after");
        assert_eq!(wrong, 0, "calls that were not answered with the message");
        assert!(only_try || after < LIMIT_KIB, "more than {LIMIT_KIB} KiB");
        Ok(())
    })
}
