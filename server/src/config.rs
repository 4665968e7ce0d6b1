//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base_url::veiled;
use crate::room::COPIES;
use crate::selection::{Selection, SelectionError};
use crate::settings::switch;
use crate::{BaseUrl, Limits, Log, MetricsSettings, OAuth, Telemetry, Tls, TlsError, seconds};

/// Longest answer that can be read, in bytes: 1 GiB.
const MAX_RESPONSE: usize = 1024 * 1024 * 1024;

/// Settings of a server, as they stand in a file too. [`Config::default`] has the defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Base URL of the API.
    pub upstream: BaseUrl,
    /// Address to listen on over HTTP; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Browser origins that may call besides those on loopback, such as `https://app.example.com`.
    pub allow_origins: Vec<String>,
    /// Names, with or without port, by which clients may reach the server besides loopback and the address it listens on; `*` is any.
    pub allow_hosts: Vec<String>,
    /// Longest wait for a connection to the API.
    #[serde(rename = "connect_timeout_seconds", with = "seconds")]
    pub connect_timeout: Duration,
    /// Longest time for a call: connecting, the whole answer of the API, retries. [`Limits::tool_timeouts`] names exceptions.
    #[serde(rename = "upstream_timeout_seconds", with = "seconds")]
    pub upstream_timeout: Duration,
    /// Longest answer of the API that is read, in bytes; at most a third of [`Limits::answer_bytes`].
    pub max_response_bytes: usize,
    /// Longest wait for the body of a request.
    #[serde(rename = "body_timeout_seconds", with = "seconds")]
    pub body_timeout: Duration,
    /// Whether tool definitions carry an `outputSchema`.
    #[serde(deserialize_with = "switch::deserialize")]
    pub output_schemas: bool,
    /// Longest time that calls in flight have to finish once the server is told to stop.
    #[serde(rename = "drain_seconds", with = "seconds")]
    pub drain: Duration,
    /// Which tools are served.
    pub selection: Selection,
    /// How much, how often, how long.
    pub limits: Limits,
    /// How access tokens are taken; without it, and without [`OAuth::issuer`] in it, only API keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    /// The log.
    pub log: Log,
    /// TLS.
    pub tls: Tls,
    /// Metrics.
    pub metrics: MetricsSettings,
    /// Traces.
    pub telemetry: Telemetry,
}

/// A setting that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The builder was not told where the API is.
    #[error("no upstream was named")]
    NoUpstream,
    /// A URL that cannot be read, holds credentials, or where a base URL is wanted, is none.
    #[error("the URL {url:?} cannot be used: {reason}")]
    Url {
        /// The URL, without credentials it may hold.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An origin that is allowed is not an origin.
    #[error("{:?} is not an origin, such as https://app.example.com", veiled(.0))]
    Origin(String),
    /// A host that is allowed is not a host.
    #[error("{:?} is not a host, such as mcp.example.com, mcp.example.com:8443 or [::1]", veiled(.0))]
    Host(String),
    /// The certificate cannot be served.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The selection names what there is not.
    #[error("the selection of tools cannot be used: {0}")]
    Selection(#[from] SelectionError),
    /// A bound cannot be used.
    #[error("the limit {name} cannot be used: {reason}")]
    Limit {
        /// Its name, as in the configuration.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Another value cannot be used.
    #[error("{name} cannot be used: {reason}")]
    Value {
        /// Its name, as in the configuration.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting of [`Config::oauth`] cannot be used.
    #[error("oauth.{field} {reason}")]
    OAuth {
        /// Its name.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ConfigError {
    /// The setting that is at fault, as a path such as `limits.calls`; a URL is refused where it is read, and knows of none.
    #[must_use]
    pub fn setting(&self) -> Option<String> {
        match self {
            Self::Url { .. } => None,
            Self::NoUpstream => Some("upstream".to_owned()),
            Self::Origin(_) => Some("allow_origins".to_owned()),
            Self::Host(_) => Some("allow_hosts".to_owned()),
            Self::Tls(error) => Some(error.setting().to_owned()),
            Self::Selection(SelectionError::Area { .. }) => Some("selection.areas".to_owned()),
            Self::Selection(SelectionError::Tool { .. }) => Some("selection.tools".to_owned()),
            Self::Selection(_) => Some("selection".to_owned()),
            Self::Limit { name, .. } => Some(format!("limits.{name}")),
            Self::Value { name, .. } => Some((*name).to_owned()),
            Self::OAuth { field, .. } => Some(format!("oauth.{field}")),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upstream: BaseUrl::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            upstream_timeout: Duration::from_secs(30),
            max_response_bytes: 8 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            output_schemas: false,
            drain: Duration::from_secs(30),
            selection: Selection::default(),
            limits: Limits::default(),
            oauth: None,
            log: Log::default(),
            tls: Tls::default(),
            metrics: MetricsSettings::default(),
            telemetry: Telemetry::default(),
        }
    }
}

impl Config {
    /// The defaults, over the API at `upstream`.
    ///
    /// # Errors
    /// [`ConfigError::Url`] when it is not an http or https URL, or has more than scheme, host, port and path.
    pub fn new(upstream: &str) -> Result<Self, ConfigError> {
        Ok(Self { upstream: upstream.parse()?, ..Self::default() })
    }

    /// Checks the values that a program can set and a file cannot, and those of the limits, for a server with these tools.
    pub(crate) fn check(&self, tools: &[&str]) -> Result<(), ConfigError> {
        for (name, time) in [
            ("connect_timeout_seconds", self.connect_timeout),
            ("upstream_timeout_seconds", self.upstream_timeout),
            ("body_timeout_seconds", self.body_timeout),
            ("drain_seconds", self.drain),
            ("tls.check_seconds", self.tls.check),
        ] {
            if !seconds::fits(&time) {
                return Err(ConfigError::Value { name, reason: seconds::ALLOWED.to_owned() });
            }
        }
        if !(1..=MAX_RESPONSE).contains(&self.max_response_bytes) {
            let reason = format!("it must be from 1 to {MAX_RESPONSE}");
            return Err(ConfigError::Value { name: "max_response_bytes", reason });
        }
        let least = COPIES * self.max_response_bytes;
        if self.limits.answer_bytes < least {
            let reason = format!("it must be at least {least}, three times max_response_bytes");
            return Err(ConfigError::Limit { name: "answer_bytes", reason });
        }
        self.limits.check(tools)
    }
}
