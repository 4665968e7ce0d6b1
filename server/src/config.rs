//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::Url;
use thiserror::Error;

use crate::selection::{Selection, SelectionError};
use crate::{Limits, OAuth};

/// The API that the command line uses when none is named.
pub const DEFAULT_UPSTREAM: &str = "https://pilotstatus.com.br";

/// Settings of a server. [`Config::new`] has the defaults.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base URL of the API; paths from `/v1` on are added to it.
    pub upstream: Url,
    /// Address to listen on over HTTP; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Browser origins that may call besides those on loopback, such as `https://app.example.com`.
    pub allow_origins: Vec<String>,
    /// Names, with or without port, by which clients may reach the server besides loopback and the address it listens on; `*` is any.
    pub allow_hosts: Vec<String>,
    /// Longest wait for a connection to the API.
    pub connect_timeout: Duration,
    /// Longest time for a call: connecting, the whole answer of the API, retries. [`Limits::tool_timeouts`] names exceptions.
    pub upstream_timeout: Duration,
    /// Longest answer of the API that is read, in bytes.
    pub max_response_bytes: usize,
    /// Longest wait for the body of a request.
    pub body_timeout: Duration,
    /// Whether tool definitions carry an `outputSchema`.
    pub output_schemas: bool,
    /// Which tools are served.
    pub selection: Selection,
    /// How much, how often, how long.
    pub limits: Limits,
    /// How access tokens are taken; without it only API keys are.
    pub oauth: Option<OAuth>,
}

/// A setting that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The builder was not told where the API is.
    #[error("no upstream was named")]
    NoUpstream,
    /// The upstream is not a base URL.
    #[error("the upstream {url:?} cannot be used: {reason}")]
    Upstream {
        /// The URL, without credentials it may hold.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An origin that is allowed is not an origin.
    #[error("{0:?} is not an origin, such as https://app.example.com")]
    Origin(String),
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
    /// A setting of [`Config::oauth`] cannot be used.
    #[error("oauth.{field} {reason}")]
    OAuth {
        /// Its name.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Config {
    /// The defaults, over the API at `upstream`.
    ///
    /// # Errors
    /// [`ConfigError::Upstream`] when it is not an http or https URL, or has more than scheme, host, port and path.
    pub fn new(upstream: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            upstream: parse_upstream(upstream)?,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            upstream_timeout: Duration::from_secs(30),
            max_response_bytes: 8 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            output_schemas: false,
            selection: Selection::default(),
            limits: Limits::default(),
            oauth: None,
        })
    }
}

fn parse_upstream(raw: &str) -> Result<Url, ConfigError> {
    let refuse =
        |url: &str, reason: &str| ConfigError::Upstream { url: url.to_owned(), reason: reason.to_owned() };
    let url = Url::parse(raw).map_err(|error| refuse(raw, &error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse(url.host_str().unwrap_or_default(), "it must not hold credentials"));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refuse(raw, "it must begin with http:// or https:// and name a host"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse(raw, "it must not have a query or a fragment"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_base_url() {
        for raw in ["http://127.0.0.1:4010", "https://pilotstatus.com.br/", "https://example.com/api"] {
            assert!(Config::new(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn refuses_other_urls_without_showing_credentials() {
        for raw in [
            "",
            "pilotstatus.com.br",
            "ftp://example.com",
            "http://example.com/?a=1",
            "http://example.com/#a",
            "http://u:secret@h",
        ] {
            let error = Config::new(raw).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
