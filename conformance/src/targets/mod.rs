//! The two sides of every check, and what they have in common: a call of a tool, and its answer.

mod mcp;
mod raw;
mod rest;
mod wire;

use std::fmt;
use std::time::Duration;

use fixtures::Operation;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};
use thiserror::Error;

pub use mcp::{LEGACY_VERSIONS, Mcp, PROTOCOL_VERSION, Revision};
pub(crate) use mcp::{META_CAPABILITIES, META_SERVER, META_VERSION, Peer, handshake};
pub(crate) use raw::{Heard, Raw, Sender};
pub use rest::Rest;
pub(crate) use wire::NUMBER_HEADER;
pub use wire::Wire;

/// Longest wait for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Longest answer that is read, in bytes.
pub(crate) const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The API: the mock.
    Rest,
    /// The MCP server in front of it.
    Mcp,
}

impl Target {
    /// Both, in the order in which they are reported.
    pub const ALL: [Self; 2] = [Self::Rest, Self::Mcp];

    /// The name, as in the ids of checks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Mcp => "mcp",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One call of a tool, as either side can make it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The operation behind the tool.
    pub operation: &'a Operation,
    /// The raw API key, or `Bearer` and an access token; `None` sends none.
    pub key: Option<&'a str>,
    /// The flat arguments.
    pub arguments: &'a Map<String, Value>,
}

impl Call<'_> {
    /// The tool's name.
    #[must_use]
    pub fn tool(&self) -> &str {
        self.operation.tool.as_ref().map_or(self.operation.id.as_str(), |tool| tool.name.as_str())
    }
}

/// What came back, in terms that both sides share.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Whether the call was carried out.
    pub ok: bool,
    /// The HTTP status. Over MCP that which a refusal names; a success names none.
    pub status: Option<u16>,
    /// The JSON of the API. Over MCP a refusal's `status` is taken out of it, so that it equals that of the API.
    pub body: Value,
    /// The headers of the HTTP answer.
    pub headers: HeaderMap,
    /// Whether HTTP or JSON-RPC refused the request, so that no tool was called. Always false over REST, where the transport is the API.
    pub by_transport: bool,
    /// What is wrong with the form of the answer, whatever it says.
    pub defects: Vec<String>,
}

impl Answer {
    /// The error code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.body.get("code").and_then(Value::as_str).filter(|_| !self.ok)
    }
}

/// A call that brought no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    /// REST has no way to say it, such as an empty path segment.
    #[error("cannot be said over REST: {0}")]
    Inexpressible(String),
    /// The target cannot be made to do it, or must not be.
    #[error("{0}")]
    Unsupported(String),
    /// The mock refuses to be steered so.
    #[error("the control API refused: {0}")]
    Control(String),
    /// Nothing answers at the address of a target.
    #[error("{target}: {url} cannot be reached: {reason}")]
    Unreachable {
        /// The side.
        target: Target,
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },
    /// What answers at the address of a target is something else.
    #[error("{target}: {at} is no {wanted}: {reason}")]
    Stranger {
        /// The side.
        target: Target,
        /// The address.
        at: String,
        /// What it should be.
        wanted: &'static str,
        /// How it was told.
        reason: String,
    },
    /// The target did not answer, or not with JSON.
    #[error("{target} gave no usable answer: {reason}")]
    Unusable {
        /// The side.
        target: Target,
        /// What happened.
        reason: String,
    },
}

impl CallError {
    pub(crate) fn unusable(target: Target, reason: impl fmt::Display) -> Self {
        Self::Unusable { target, reason: reason.to_string() }
    }
}

/// The header that shows a credential.
pub(crate) fn credential(key: &str) -> (&'static str, &str) {
    if key.starts_with("Bearer ") { ("authorization", key) } else { ("x-api-key", key) }
}

/// Whether anything answers at a URL, whatever it says.
async fn reach(client: &reqwest::Client, target: Target, url: &str) -> Result<(), CallError> {
    match client.get(url).send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            // The first cause says more than "error sending request".
            let causes =
                std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
            let reason = causes.last().map(ToString::to_string).unwrap_or_default();
            Err(CallError::Unreachable { target, url: url.to_owned(), reason })
        }
    }
}

/// A client: no proxy, no redirects, and an end to waiting.
pub(crate) fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .user_agent(concat!("pilot-status-conformance/", env!("CARGO_PKG_VERSION")));
    // Building fails only where the machine has no TLS roots; then every call over TLS fails and says so.
    builder.build().unwrap_or_default()
}

/// The body of an answer, as far as it is not too long.
pub(crate) async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(format!("an answer of more than {MAX_ANSWER} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
