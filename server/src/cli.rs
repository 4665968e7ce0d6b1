//! Options, exit codes, log and signals of the command line.

mod oauth;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use server::selection::SelectionOptions;
use server::stdio::StdioError;
use server::{Config, ConfigError, DEFAULT_UPSTREAM, InvalidKey, LimitArgs, StartError};
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// MCP server over the Pilot Status API: 54 tools for WhatsApp messaging.
///
/// Each caller uses its own API key, or an access token where OAuth is set up. Over HTTP it comes with every request; over stdio it is taken from the
/// environment. The server keeps no state and stores no key.
#[derive(Debug, Parser)]
#[command(name = "pilot-status-mcp", version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Environment:
  PILOT_STATUS_API_KEY   the key, for stdio
  PILOT_STATUS_ACCESS_TOKEN
                         an access token in its place
  PILOT_STATUS_OAUTH_CLIENT_SECRET
                         the secret that goes with --oauth-client-id
  PILOT_STATUS_BASE_URL  the API, unless --upstream is given
  RUST_LOG               what to log on standard error, such as debug

Exit codes: 0 after a signal or the end of input, 1 when serving fails, 2 when the options or the environment are wrong.

Example, against a mock on this machine:
  pilot-status-mcp http --upstream http://127.0.0.1:4010";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve streamable HTTP on /mcp; /health answers when the server is up
    Http(HttpOptions),
    /// Serve one client over standard input and output
    Stdio(UpstreamOptions),
}

#[derive(Debug, Args)]
pub(crate) struct HttpOptions {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Browser origin, scheme and host, that may call besides those on loopback; repeat for more
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Name by which clients may reach the server besides loopback and the address it listens on, such as mcp.example.com; * for any; repeat for more
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    #[command(flatten)]
    upstream: UpstreamOptions,
}

#[derive(Debug, Args)]
pub(crate) struct UpstreamOptions {
    /// Base URL of the API
    #[arg(long, env = "PILOT_STATUS_BASE_URL", default_value = DEFAULT_UPSTREAM, value_name = "URL")]
    upstream: String,
    /// Longest time for a call, retries included, in seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    upstream_timeout: u64,
    /// Give every tool an output schema; the definitions then take about twice the room
    #[arg(long, env = "PILOT_STATUS_OUTPUT_SCHEMAS")]
    output_schemas: bool,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    oauth: oauth::OAuthOptions,
}

impl HttpOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = self.upstream.config()?;
        config.listen = self.listen;
        config.allow_origins = self.allow_origin;
        config.allow_hosts = self.allow_host;
        Ok(config)
    }
}

impl UpstreamOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = Config::new(&self.upstream)?;
        config.upstream_timeout = Duration::from_secs(self.upstream_timeout);
        config.output_schemas = self.output_schemas;
        self.selection.apply(&mut config.selection);
        self.limits.apply(&mut config.limits);
        config.oauth = self.oauth.settings();
        Ok(config)
    }
}

/// Why the program ends with an error.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0} is not set: it holds the API key that the tools use, such as ps_…")]
    NoKey(&'static str),
    #[error("{0} is not an API key: {1}")]
    BadKey(&'static str, InvalidKey),
    #[error("{0} is not an access token")]
    BadToken(&'static str),
    #[error("set {0} or {1}, not both")]
    TwoCredentials(&'static str, &'static str),
    #[error(transparent)]
    Stdio(#[from] StdioError),
    #[error(transparent)]
    Run(#[from] io::Error),
}

impl Failure {
    /// Tells it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("pilot-status-mcp: {self}");
        match self {
            Self::Config(_)
            | Self::Start(StartError::Config(_))
            | Self::NoKey(_)
            | Self::BadKey(..)
            | Self::BadToken(_)
            | Self::TwoCredentials(..)
            | Self::Stdio(StdioError::Refused(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Logs to standard error: over stdio, standard output belongs to the protocol.
pub(crate) fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,server=info,pilot_status_mcp=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false).init();
}

/// SIGTERM and Ctrl-C, caught from the moment this is made.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn catch() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Done at the first of them.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
