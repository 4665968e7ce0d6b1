//! Every layer, side by side: a static handler, the mock, a bare reverse proxy, and the server over HTTP in two revisions and over stdio; for a small read, a list of 100, a send, a send that is
//! refused, and the list of tools.
//!
//! `cargo bench -p benches --bench layers`. One call at a time, everything on one thread; `message_get_32` has 32 calls at once, and threads for each layer. Compare within one run only: absolute
//! times say more about the machine than about the code. What the server adds to a call of the mock is to be held against what the proxy adds; `goals` does so. `cargo test` runs each
//! once and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

mod local;
mod proxy;
mod ways;

use benches::{Call, sent};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};
use ways::{Peers, Way};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AT_ONCE: usize = 32;

fn measure(
    criterion: &mut Criterion,
    runtime: &Runtime,
    name: &str,
    ways: &[(&str, Way<'_>)],
    at_once: usize,
) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(at_once.try_into().unwrap_or(u64::MAX)));
    for (name, way) in ways {
        group.bench_function(*name, |bencher| {
            bencher.to_async(runtime).iter(|| join_all((0..at_once).map(|_| way.answer())));
        });
    }
    group.finish();
}

fn layers(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let peers = Peers::start(&runtime, false);
    let message = runtime.block_on(async {
        for contact in 0..100 {
            sent(&peers.client, &peers.mock.url(), &format!("+55119888800{contact:02}")).await;
        }
        peers.message().await
    });
    for (name, call) in [
        ("message_get", Call::message_get(&message)),
        ("conversations_list_100", Call::conversations_list()),
        ("messages_send_refused", Call::messages_send_refused()),
        ("messages_send", Call::messages_send("+5511988887777")),
    ] {
        measure(criterion, &runtime, name, &runtime.block_on(peers.ways(&call)), 1);
    }
    measure(criterion, &runtime, "tools_list", &runtime.block_on(peers.lists()), 1);
}

fn layers_at_once(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let peers = Peers::start(&runtime, true);
    let call = Call::message_get(&runtime.block_on(peers.message()));
    let ways = runtime.block_on(peers.ways(&call));
    measure(criterion, &runtime, &format!("message_get_{AT_ONCE}"), &ways, AT_ONCE);
}

criterion_group!(benches, layers, layers_at_once);
criterion_main!(benches);
