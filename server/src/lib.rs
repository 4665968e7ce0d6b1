//! MCP server over the Pilot Status API.
//!
//! Its tools are a table made from the contract at start: no tool has code of its own. A call goes through it in one direction, and the modules are best
//! read in that order:
//!
//! 1. [`http`] and [`stdio`] are the two transports. They find out who calls (a [`Caller`], see [`auth`]), refuse what is not a well-formed message
//!    ([`jsonrpc`]) and leave the protocol to `rmcp`.
//! 2. `Handler` answers the methods: discovery, the list of tools, calls.
//!    [`selection`] says which tools a caller sees, and `meta` has the two that can stand for all of them.
//! 3. `Calls` runs one call: [`Table`] finds the tool, `admission` asks whether the caller may call now, the caller's [`Grant`](auth::Grant) is held
//!    against it, [`validate`] checks the arguments, [`rules`] adds what holds over MCP only, [`request`] maps the arguments to a request, [`Upstream`] sends
//!    it, [`outcome`] turns the answer into a result, `cut` shortens a long list. `attempts` and `breaker` say how often the API is asked, [`Limits`]
//!    has the bounds that operators set.
//!
//! [`Server`] puts them together from a [`Config`], which [`settings`] reads from file, environment and command line:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = server::Server::builder().upstream("http://127.0.0.1:4010").start().await?;
//! println!("{}", server.mcp_url());
//! # Ok(()) }
//! ```

mod admission;
mod answer;
mod attempts;
pub mod auth;
mod base_url;
mod breaker;
mod budget;
mod call;
mod clock;
mod config;
mod cut;
mod diagnostics;
mod handler;
pub mod http;
pub mod jsonrpc;
mod key;
mod limits;
mod log;
mod meta;
mod names;
mod operation;
pub mod outbound;
pub mod outcome;
mod plain_url;
mod rate;
pub mod request;
mod retry_after;
mod room;
pub mod rules;
mod schema;
mod seconds;
mod secret;
pub mod selection;
mod server;
pub mod settings;
pub mod stdio;
mod table;
mod tls;
mod upstream;
pub mod validate;

pub use auth::{Caller, Credential, OAuth};
pub use base_url::{BaseUrl, DEFAULT_UPSTREAM};
use call::Calls;
pub use clock::Clock;
pub use config::{Config, ConfigError};
use handler::Handler;
pub use key::{InvalidKey, Key};
use limits::CallTimes;
pub use limits::{LimitArgs, Limits};
pub use log::{Log, LogFormat};
use operation::Metrics;
pub use operation::{MetricsSettings, Telemetry};
pub use plain_url::PlainUrl;
pub use secret::Secret;
pub use server::{Builder, Running, Server, StartError};
pub use settings::{Settings, SettingsError};
pub use table::{Entry, Table, TableError};
pub use tls::{Tls, TlsError};
pub use upstream::{Reply, Upstream, UpstreamError};

/// Name of this server, as in the protocol's `serverInfo`.
pub const NAME: &str = "pilot-status-mcp";
/// Version of this server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
