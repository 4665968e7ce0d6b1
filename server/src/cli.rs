//! Options of the command line.

mod oauth;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};
use server::selection::SelectionOptions;
use server::settings::{set, switch};
use server::{Config, ConfigError, DEFAULT_UPSTREAM, LimitArgs, LogFormat, Settings};

use crate::failure::Failure;

/// The variable that names the file of settings.
const FILE_VARIABLE: &str = "PILOT_STATUS_MCP_CONFIG";

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
Settings come from the file, then the environment, then these options; later ones win. --print-config shows them all.

Environment:
  PILOT_STATUS_API_KEY   the key, for stdio
  PILOT_STATUS_ACCESS_TOKEN
                         an access token in its place
  PILOT_STATUS_OAUTH_CLIENT_SECRET
                         the secret that goes with --oauth-client-id
  PILOT_STATUS_MCP_CONFIG
                         the file, unless --config is given
  PILOT_STATUS_MCP_…     any setting of the file: PILOT_STATUS_MCP_LOG__FORMAT is format in [log]
  PILOT_STATUS_BASE_URL  the API, as PILOT_STATUS_MCP_UPSTREAM
  PILOT_STATUS_AREAS, PILOT_STATUS_TOOLS, PILOT_STATUS_READ_ONLY, PILOT_STATUS_META_TOOLS, PILOT_STATUS_OUTPUT_SCHEMAS
                         as the options of that name
  RUST_LOG               what is logged, as PILOT_STATUS_MCP_LOG__LEVEL

Exit codes: 0 after a signal or the end of input, 1 when serving fails or at a second signal, 2 when a setting is wrong.

Example, against a mock on this machine:
  pilot-status-mcp http --upstream http://127.0.0.1:4010";

/// Said with the options themselves.
const SWITCHES: &str = "\
A switch without a value is on; with =false it turns off what the file or the environment turned on, as in --read-only=false.\nWherever a switch is set, true, 1 and yes are on, false, 0 and no are off.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve streamable HTTP on /mcp; /health tells that the server is up, /ready that the API answers
    #[command(after_help = SWITCHES)]
    Http(HttpOptions),
    /// Serve one client over standard input and output
    #[command(after_help = SWITCHES)]
    Stdio(CommonOptions),
}

#[derive(Debug, Args)]
pub(crate) struct HttpOptions {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Browser origin, scheme and host, that may call besides those on loopback; repeat for more
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Name by which clients may reach the server besides loopback and the address it listens on, such as mcp.example.com; * for any; repeat for more
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// Certificate and chain for TLS, a PEM file that is read anew on SIGHUP and when it changes
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS, a PEM file
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Address to serve Prometheus metrics on, on /metrics, with /health and /ready besides, such as 127.0.0.1:9090 [default: none]
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    common: CommonOptions,
}

#[derive(Debug, Args)]
pub(crate) struct CommonOptions {
    /// File of settings, TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the settings in force and where each came from, secrets hidden, check them as the start does but for what needs the network, and exit
    #[arg(long)]
    pub(crate) print_config: bool,
    #[arg(long, value_name = "URL", help = format!("Base URL of the API [default: {DEFAULT_UPSTREAM}]"))]
    upstream: Option<String>,
    /// Longest time for a call, retries included, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    upstream_timeout: Option<u64>,
    /// Longest time that calls in flight have to finish after SIGTERM, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    drain: Option<u64>,
    /// How the log on standard error is written [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, trace, off, or directives such as warn,server=debug [default: warn,server=info,pilot_status_mcp=info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Collector that takes OpenTelemetry spans as OTLP over HTTP, such as http://127.0.0.1:4318 [default: none]
    #[arg(long, value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// Give every tool an output schema; the definitions then take about twice the room
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    output_schemas: Option<bool>,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    oauth: oauth::OAuthOptions,
}

fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=3600)
}

impl Command {
    /// The settings: defaults, file, environment, then these options.
    pub(crate) fn settings(self) -> Result<Settings, Failure> {
        let variable = || std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty()).map(PathBuf::from);
        let file = self.common().config.clone().or_else(variable);
        let settings = Settings::load(file.as_deref(), std::env::vars_os())?;
        settings.with_flags(|config| match self {
            Self::Http(options) => options.apply(config),
            Self::Stdio(options) => options.apply(config),
        })
    }

    pub(crate) fn common(&self) -> &CommonOptions {
        match self {
            Self::Http(options) => &options.common,
            Self::Stdio(options) => options,
        }
    }
}

impl HttpOptions {
    fn apply(self, config: &mut Config) -> Result<(), Failure> {
        set(&mut config.listen, self.listen);
        set(&mut config.allow_origins, some(self.allow_origin));
        set(&mut config.allow_hosts, some(self.allow_host));
        config.tls.cert = self.tls_cert.or(config.tls.cert.take());
        config.tls.key = self.tls_key.or(config.tls.key.take());
        config.metrics.listen = self.metrics_listen.or(config.metrics.listen);
        self.common.apply(config)
    }
}

impl CommonOptions {
    fn apply(self, config: &mut Config) -> Result<(), Failure> {
        set(&mut config.upstream, url("--upstream", self.upstream)?);
        set(&mut config.upstream_timeout, self.upstream_timeout.map(Duration::from_secs));
        set(&mut config.drain, self.drain.map(Duration::from_secs));
        set(&mut config.log.format, self.log_format);
        set(&mut config.log.level, self.log_level);
        let collector = url("--otlp-endpoint", self.otlp_endpoint)?;
        config.telemetry.otlp_endpoint = collector.or(config.telemetry.otlp_endpoint.take());
        set(&mut config.output_schemas, self.output_schemas);
        self.selection.apply(&mut config.selection);
        self.limits.apply(&mut config.limits);
        self.oauth.apply(&mut config.oauth)
    }
}

/// Not left to clap, which would repeat a password that stands in it.
fn url<T: FromStr<Err = ConfigError>>(option: &str, raw: Option<String>) -> Result<Option<T>, Failure> {
    let refuse = |mistake| Failure::Setting { place: option.to_owned(), mistake };
    raw.map(|raw| raw.parse().map_err(refuse)).transpose()
}

/// A list, if anything was listed.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
