//! `pilot-status-mock`: the mock as a program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use fixtures::{World, facts};
use mock_api::{Clock, MockApi, Time};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// With the system's allocator a send takes a tenth longer (benches/NOTES.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A stateful stand-in for the Pilot Status API: no message is sent, nothing costs money.
///
/// It starts from a world (the built-in demo world unless --world names a file) and answers under /v1 like the real API. Send a key of the world in the
/// header x-api-key: ps_demo_meta for the Meta number, ps_demo_web for the web number, ps_demo_tenant for the account.
#[derive(Debug, Parser)]
#[command(name = "pilot-status-mock", version, after_help = EXAMPLES)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4010", value_parser = parse_address)]
    listen: SocketAddr,
    /// World file to start from and to go back to on reset (YAML or JSON; format: fixtures/worlds/README.md)
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// `real`, `frozen`, which stands at 2026-06-20T10:00:00.000Z, or `frozen=ISO` with another instant, zone included
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = parse_clock)]
    clock: ClockChoice,
    /// Seed of ids and keys: the same seed, world and calls give the same answers
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Refuse unknown body fields with 400 UNKNOWN_FIELDS instead of ignoring them
    #[arg(long)]
    strict: bool,
    /// Token that /_mock asks for in the header x-control-token; without one /_mock is open on loopback and closed elsewhere
    #[arg(long, value_name = "TOKEN", env = "PILOT_STATUS_MOCK_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Hosts that webhooks may be delivered to besides loopback, without port; repeat it or separate them by commas
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    allow_webhook_hosts: Vec<String>,
    /// Base URL by which others reach the mock: OAuth tokens and their issuer name it
    #[arg(long, value_name = "URL", value_parser = parse_public_url)]
    public_url: Option<url::Url>,
    /// Hosts that OAuth client metadata documents may be fetched from besides loopback; repeat it or separate them by commas
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    allow_client_hosts: Vec<String>,
    /// How long a webhook's receiver may take to answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    webhook_timeout: u64,
    /// How many requests the journal keeps; 0 turns it off
    #[arg(long, value_name = "N", default_value_t = 1000)]
    journal: usize,
    /// Print how many facts about the API are reproduced and proven, per area and evidence, and exit
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    facts: Option<ListFormat>,
    /// Print the inputs that choose an outcome by themselves (see MAGIC.md), and exit
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    list_magic: Option<ListFormat>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ListFormat {
    Table,
    Json,
}

const EXAMPLES: &str = "\
Examples:
  pilot-status-mock
  pilot-status-mock --listen 127.0.0.1:0 --clock frozen=2026-06-20T10:00:00Z --seed 7
  curl -s http://127.0.0.1:4010/v1/conversations -H 'x-api-key: ps_demo_meta'
  curl -s -X POST http://127.0.0.1:4010/_mock/reset
  curl -s -X POST http://127.0.0.1:4010/_mock/clock/advance -d '{\"by\": \"PT1H\"}'

RUST_LOG=info (or mock_api=debug) in the environment shows what happens, on standard error.

Beside /v1 (and /api/v1): GET /openapi.json; OAuth under /oauth; the control API under /_mock, described by GET /_mock/openapi.json";

/// An address, or `localhost` with a port.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    local
        .as_deref()
        .unwrap_or(text)
        .parse()
        .map_err(|_| "expected an address with a port, as 127.0.0.1:4010".to_owned())
}

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
    instant.parse().map(ClockChoice::Frozen).map_err(|error| format!("{instant:?}: {error}"))
}

fn parse_public_url(text: &str) -> Result<url::Url, String> {
    let url: url::Url = text.parse().map_err(|error| format!("{error}"))?;
    let fits = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if fits { Ok(url) } else { Err("expected an http or https URL without query and fragment".to_owned()) }
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
    if let Some(format) = arguments.facts {
        return print_facts(format);
    }
    if let Some(format) = arguments.list_magic {
        return print_magic(format);
    }
    let mut builder =
        MockApi::builder().listen(arguments.listen).seed(arguments.seed).strict(arguments.strict);
    builder = builder.webhook_timeout(Duration::from_secs(arguments.webhook_timeout));
    let is_closed =
        !arguments.listen.ip().is_loopback() && arguments.control_token.as_deref().is_none_or(str::is_empty);
    builder = builder.allow_webhook_hosts(arguments.allow_webhook_hosts).journal(arguments.journal);
    builder = builder.allow_client_hosts(arguments.allow_client_hosts);
    if let Some(url) = arguments.public_url {
        builder = builder.public_url(url);
    }
    if let Some(token) = arguments.control_token {
        builder = builder.control_token(token);
    }
    if let Some(path) = arguments.world {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(&path).map_err(|error| format!("failed to read {file}: {error}"))?;
        builder = builder.world(World::parse(&file, &text)?);
    }
    if let ClockChoice::Frozen(instant) = arguments.clock {
        builder = builder.clock(Clock::frozen(instant));
    }
    let mut stop = StopSignal::new()?;
    let mock = builder.start().await?;
    println!("pilot-status-mock listening on {}", mock.url());
    if is_closed {
        eprintln!("/_mock is closed: off loopback it needs --control-token");
    }
    stop.next().await;
    tokio::select! {
        () = mock.stop() => {}
        // Who asks twice does not want to wait.
        () = stop.next() => {}
    }
    Ok(())
}

fn print_magic(format: ListFormat) -> Result<(), Box<dyn std::error::Error>> {
    match format {
        ListFormat::Table => print!("{}", mock_api::magic_text()),
        ListFormat::Json => println!("{}", serde_json::to_string_pretty(&mock_api::magic_json())?),
    }
    Ok(())
}

fn print_facts(format: ListFormat) -> Result<(), Box<dyn std::error::Error>> {
    let coverage = facts::coverage(&facts::load()?, &facts::left_out()?, &facts::proofs()?);
    match format {
        ListFormat::Table => println!("{coverage}"),
        ListFormat::Json => println!("{}", serde_json::to_string_pretty(&coverage)?),
    }
    Ok(())
}

/// SIGTERM and Ctrl-C.
struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
