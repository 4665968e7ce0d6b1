//! `pilot-status-mock`: the mock as a program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fixtures::World;
use mock_api::{Clock, MockApi, Time};

/// A stateful stand-in for the Pilot Status API: no message is sent, nothing costs money.
///
/// It starts from a world (the built-in demo world unless --world names a file) and answers under /v1 like the real API. Send a key of the world in the
/// header x-api-key: ps_demo_meta for the Meta number, ps_demo_web for the web number, ps_demo_tenant for the account.
#[derive(Debug, Parser)]
#[command(name = "pilot-status-mock", version, after_help = EXAMPLES)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// World file to start from and to go back to on reset (YAML or JSON; format: fixtures/worlds/README.md)
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// `real`, `frozen`, or `frozen=ISO` with the instant it stands at
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = parse_clock)]
    clock: ClockChoice,
    /// Seed of ids and keys: the same seed, world and calls give the same answers
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Refuse unknown body fields with 400 UNKNOWN_FIELDS instead of ignoring them
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  pilot-status-mock
  pilot-status-mock --listen 127.0.0.1:0 --clock frozen=2026-06-20T10:00:00Z --seed 7
  curl -s http://127.0.0.1:4010/v1/conversations -H 'x-api-key: ps_demo_meta'

Beside /v1 (and /api/v1): GET /openapi.json, GET /_mock/health, POST /_mock/reset";

/// Where a frozen clock stands unless told otherwise.
const FROZEN_AT: &str = "2026-06-20T10:00:00.000Z";

#[derive(Debug, Clone, Copy)]
enum ClockChoice {
    Real,
    Frozen(Time),
}

fn parse_clock(text: &str) -> Result<ClockChoice, String> {
    let instant = match text.split_once('=') {
        None if text == "real" => return Ok(ClockChoice::Real),
        None if text == "frozen" => FROZEN_AT,
        Some(("frozen", instant)) => instant,
        _ => return Err("expected real, frozen or frozen=ISO (frozen=2026-06-20T10:00:00Z)".to_owned()),
    };
    instant
        .parse()
        .map(ClockChoice::Frozen)
        .map_err(|error| format!("{instant:?} is not an ISO 8601 instant: {error}"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder =
        MockApi::builder().listen(arguments.listen).seed(arguments.seed).strict(arguments.strict);
    if let Some(path) = arguments.world {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(&path).map_err(|error| format!("failed to read {file}: {error}"))?;
        builder = builder.world(World::parse(&file, &text)?);
    }
    if let ClockChoice::Frozen(instant) = arguments.clock {
        builder = builder.clock(Clock::frozen(instant));
    }
    let stop = stop_signal()?;
    let mock = builder.start().await?;
    println!("pilot-status-mock listening on {}", mock.url());
    stop.await;
    mock.stop().await;
    Ok(())
}

/// Resolves on SIGTERM and on Ctrl-C.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
