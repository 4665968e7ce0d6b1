//! One call through one layer, over and over on one thread, for a profiler. The allocator is the system's, which profilers know.
//!
//! `profile CALL LAYER TIMES`, where the call is `get`, `list`, `send`, `refused` or `tools` (the list of them), and the layer one of those of the benchmark `layers`. What two runs of different length differ by is
//! what the calls take, client included; see `NOTES.md`.

#![expect(clippy::expect_used, clippy::panic, reason = "a profile of what does not start is none")]

mod local;
mod proxy;
mod ways;

use benches::Call;
use tokio::runtime::Builder;
use ways::Peers;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("a call, a layer and how often");
    let (call, layer, times) = (next(), next(), next());
    let times: usize = times.parse().expect("a number");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let peers = Peers::start(&runtime, false);
    runtime.block_on(async {
        let ways = match call.as_str() {
            "get" => peers.ways(&Call::message_get(&peers.message().await)).await,
            "list" => peers.ways(&Call::conversations_list()).await,
            "send" => peers.ways(&Call::messages_send("+5511988887777")).await,
            "refused" => peers.ways(&Call::messages_send_refused()).await,
            "tools" => peers.lists().await,
            _ => panic!("the calls are get, list, send, refused and tools"),
        };
        let (_, way) = ways.iter().find(|(name, _)| *name == layer).expect("one of the layers");
        for _ in 0..times {
            assert!(!way.answer().await.is_empty());
        }
    });
}
