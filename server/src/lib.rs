//! MCP server over the Pilot Status API.
//!
//! Its tools are a table made from the contract at start: no tool has code of its own. A call goes through it in one direction, and the modules are best
//! read in that order:
//!
//! 1. [`http`] and [`stdio`] are the two transports. They find out who calls (a [`Key`]), refuse what is not a well-formed message ([`jsonrpc`]) and
//!    leave the protocol to `rmcp`.
//! 2. [`Handler`] answers the methods: discovery, the list of tools, calls.
//! 3. [`Calls`] runs one call: [`Table`] finds the tool, [`validate`] checks the arguments, [`rules`] adds what holds over MCP only, [`request`] maps the
//!    arguments to a request, [`Upstream`] sends it, [`outcome`] turns the answer into a result.
//!
//! [`Server`] puts them together from a [`Config`], which [`settings`] reads from file, environment and command line:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = server::Server::builder().upstream("http://127.0.0.1:4010").start().await?;
//! println!("{}", server.mcp_url());
//! # Ok(()) }
//! ```

mod base_url;
mod call;
mod config;
mod handler;
pub mod http;
pub mod jsonrpc;
mod key;
mod log;
mod operation;
pub mod outcome;
pub mod request;
pub mod rules;
pub mod schema;
mod seconds;
mod server;
pub mod settings;
pub mod stdio;
mod table;
mod tls;
mod upstream;
pub mod validate;

pub use base_url::{BaseUrl, DEFAULT_UPSTREAM};
pub use call::Calls;
pub use config::{Config, ConfigError};
pub use handler::Handler;
pub use key::{InvalidKey, Key};
pub use log::{Log, LogFormat};
pub use operation::{Metrics, MetricsSettings, RequestId, Telemetry};
pub use server::{Builder, Running, Server, StartError};
pub use settings::{Settings, SettingsError};
pub use table::{Entry, Table, TableError};
pub use tls::{Tls, TlsError};
pub use upstream::{Reply, Upstream, UpstreamError};

/// Name of this server, as in the protocol's `serverInfo`.
pub const NAME: &str = "pilot-status-mcp";
/// Version of this server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
