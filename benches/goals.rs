//! What this project sets itself to reach, as ratios within one run, and what this machine says of it.
//!
//! `cargo build --release --bins && cargo bench -p benches --bench goals`. Exits with 1 where a goal is missed. The ways that are compared take turns in short rounds, so that what else the machine
//! does meets them alike; run it when the machine does nothing else all the same. `cargo test` takes one round and only checks that it works: CI holds nobody to a time.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

mod local;
mod proxy;
mod ways;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::{Call, ProcessError, Programs, Revision, body, tools_list};
use futures_util::future::join_all;
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};
use ways::{Peers, Way};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AT_ONCE: usize = 32;
const CALLS_A_ROUND: usize = 100;

/// A figure, and what it is to be.
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

struct Line {
    what: String,
    goal: Goal,
    found: f64,
    unit: &'static str,
}

impl Line {
    fn holds(&self) -> bool {
        match self.goal {
            Goal::AtMost(most) => self.found <= most,
            Goal::AtLeast(least) => self.found >= least,
        }
    }

    fn print(&self) {
        let goal = match self.goal {
            Goal::AtMost(most) => format!("≤ {most}{}", self.unit),
            Goal::AtLeast(least) => format!("≥ {least}{}", self.unit),
        };
        let verdict = if self.holds() { "" } else { "missed" };
        println!("{:<78} {goal:>9} {:>9.2}{:<3} {verdict}", self.what, self.found, self.unit);
    }
}

fn line(what: impl Into<String>, goal: Goal, found: f64, unit: &'static str) -> Line {
    Line { what: what.into(), goal, found, unit }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the time that passes")]
async fn timed<T>(work: impl Future<Output = T>) -> Duration {
    let began = Instant::now();
    work.await;
    began.elapsed()
}

/// The middle one, in seconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).expect("a time").as_secs_f64()
}

/// The median time that each way takes for a call, one call at a time.
async fn latencies<const N: usize>(ways: [&Way<'_>; N], rounds: usize) -> [f64; N] {
    let mut times = [(); N].map(|()| Vec::with_capacity(rounds * CALLS_A_ROUND));
    for _ in 0..rounds {
        for (way, times) in ways.iter().zip(&mut times) {
            for _ in 0..CALLS_A_ROUND {
                times.push(timed(way.answer()).await);
            }
        }
    }
    times.map(median)
}

/// The median time that each way takes for a round of calls, so many at once.
async fn rounds_at_once<const N: usize>(ways: [&Way<'_>; N], rounds: usize) -> [f64; N] {
    let mut times = [(); N].map(|()| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for (way, times) in ways.iter().zip(&mut times) {
            let callers = (0..AT_ONCE).map(async |_| {
                for _ in 0..CALLS_A_ROUND / 4 {
                    way.answer().await;
                }
            });
            times.push(timed(join_all(callers)).await);
        }
    }
    times.map(median)
}

fn way<'a, 'b>(ways: &'a [(&str, Way<'b>)], name: &str) -> &'a Way<'b> {
    ways.iter().find_map(|(known, way)| (*known == name).then_some(way)).expect("a way of that name")
}

fn one_at_a_time(runtime: &Runtime, rounds: usize, lines: &mut Vec<Line>) {
    let peers = Peers::start(runtime, false);
    runtime.block_on(async {
        let ways = peers.ways(&Call::message_get(&peers.message().await)).await;
        let compared = ["static", "mock", "reverse_proxy", "server_modern"].map(|name| way(&ways, name));
        let [fixed, mock, proxy, server] = latencies(compared, rounds).await;
        let added = (server - mock) / (proxy - mock);
        lines.push(line(
            "what the server adds, of what a bare reverse proxy adds (p50)",
            Goal::AtMost(1.5),
            added,
            "×",
        ));
        lines.push(line(
            "message_get of the mock, of a static handler",
            Goal::AtLeast(0.6),
            fixed / mock,
            "×",
        ));
        let ways = peers.ways(&Call::messages_send("+5511988887777")).await;
        let [fixed, mock] = latencies(["static", "mock"].map(|name| way(&ways, name)), rounds).await;
        lines.push(line(
            "messages_send of the mock, of a static handler",
            Goal::AtLeast(0.3),
            fixed / mock,
            "×",
        ));
        let lists = peers.lists().await;
        let compared = ["static", "server_modern"].map(|name| way(&lists, name));
        let [fixed, server] = latencies(compared, rounds).await;
        lines.push(line(
            "tools/list, of a static handler of that size",
            Goal::AtLeast(0.5),
            fixed / server,
            "×",
        ));
    });
}

fn many_at_once(runtime: &Runtime, rounds: usize, lines: &mut Vec<Line>) {
    let peers = Peers::start(runtime, true);
    runtime.block_on(async {
        let ways = peers.ways(&Call::message_get(&peers.message().await)).await;
        let compared = ["reverse_proxy", "server_modern"].map(|name| way(&ways, name));
        let [proxy, server] = rounds_at_once(compared, rounds).await;
        let what = format!("throughput of the server with {AT_ONCE} calls at once, of a bare reverse proxy");
        lines.push(line(what, Goal::AtLeast(0.75), proxy / server, "×"));
    });
}

/// From the start of a process to its first answer.
async fn starts(times: usize, lines: &mut Vec<Line>) -> Result<(), ProcessError> {
    let client = Client::new();
    let mock = Programs::Own.mock()?;
    let (mut of_mock, mut of_server) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let first = async {
            let mock = Programs::Own.mock().expect("a mock");
            body(client.get(format!("{}/v1/conversations", mock.url))).await;
            mock
        };
        of_mock.push(timed(first).await);
        let first = async {
            let server = Programs::Own.server(&mock.url).expect("a server");
            body(tools_list(&client, &server.url, Revision::Modern)).await;
            server
        };
        of_server.push(timed(first).await);
    }
    for (what, times) in [("mock", of_mock), ("server", of_server)] {
        let what = format!("start of the {what} to its first answer");
        lines.push(line(what, Goal::AtMost(150.0), median(times) * 1000.0, "ms"));
    }
    Ok(())
}

fn sizes(lines: &mut Vec<Line>) -> Result<(), Box<dyn Error>> {
    for name in ["pilot-status-mock", "pilot-status-mcp", "pilot-status-conformance", "pilot-status-load"] {
        let bytes = std::fs::metadata(Programs::Own.find(name)?)?.len();
        #[expect(clippy::cast_precision_loss, reason = "a size is far from 2^53")]
        lines.push(line(format!("size of {name}"), Goal::AtMost(25.0), bytes as f64 / 1e6, "MB"));
    }
    Ok(())
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let only_try = !std::env::args().any(|argument| argument == "--bench");
    let rounds = if only_try { 1 } else { 100 };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut lines = Vec::new();
    one_at_a_time(&runtime, rounds, &mut lines);
    many_at_once(&runtime, rounds, &mut lines);
    runtime.block_on(starts(if only_try { 1 } else { 11 }, &mut lines))?;
    sizes(&mut lines)?;
    if only_try {
        println!("{} figures can be measured", lines.len());
        return Ok(ExitCode::SUCCESS);
    }
    lines.iter().for_each(Line::print);
    let reached = lines.iter().all(Line::holds);
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
