//! What is called: the API over REST, or the MCP server over HTTP or stdio.

mod answer;
mod http;
mod mcp;
mod rest;
mod revision;
mod sessions;
mod stdio;
mod wire;

use fixtures::Operation;
use serde_json::{Map, Value};
use thiserror::Error;

pub use mcp::Mcp;
pub use rest::Rest;
pub use revision::Revision;
pub use stdio::{Peer, Stdio};
pub use wire::Wire;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// One call, as any target can make it.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The operation behind the tool.
    pub operation: &'a Operation,
    /// Who calls, as a place in the list of credentials that the target was given; `None` is nobody.
    pub caller: Option<usize>,
    /// The flat arguments.
    pub arguments: Map<String, Value>,
    /// Whether anybody wants to know what the answer says.
    pub keep: bool,
}

impl Call<'_> {
    /// The tool's name.
    #[must_use]
    pub fn tool(&self) -> &str {
        self.operation.tool.as_ref().map_or(self.operation.id.as_str(), |tool| tool.name.as_str())
    }
}

/// The JSON of the API, null unless it is to be kept; or the code of the failure.
pub type Answer = Result<Value, String>;

/// What can be called, by many at once.
pub trait Target: Send + Sync + 'static {
    /// Makes a call and reads its answer to the end.
    fn call(&self, call: Call<'_>) -> impl Future<Output = Answer> + Send;
}

/// Nothing answers where the target should be.
#[derive(Debug, Error)]
#[error("{address} cannot be reached: {reason}")]
pub struct Unreachable {
    /// URL or command line.
    pub address: String,
    /// What happened.
    pub reason: String,
}

/// A target of any kind.
#[derive(Debug)]
pub enum AnyTarget {
    /// The API.
    Rest(Rest),
    /// The server over HTTP.
    Mcp(Mcp),
    /// The server over stdio.
    Stdio(Stdio),
}

impl AnyTarget {
    /// Whether anything answers, whatever it says. In a revision of MCP that has `initialize`, this says it, and the server must agree.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn reach(&self) -> Result<(), Unreachable> {
        match self {
            Self::Rest(rest) => rest.reach().await,
            Self::Mcp(mcp) => mcp.reach().await,
            Self::Stdio(stdio) => stdio.reach().await,
        }
    }

    /// Ends the sessions and the processes that it is made of, where there are any.
    pub async fn end(&self) {
        match self {
            Self::Rest(_) => {}
            Self::Mcp(mcp) => mcp.end().await,
            Self::Stdio(stdio) => stdio.end().await,
        }
    }
}

impl Target for AnyTarget {
    async fn call(&self, call: Call<'_>) -> Answer {
        match self {
            Self::Rest(rest) => rest.call(call).await,
            Self::Mcp(mcp) => mcp.call(call).await,
            Self::Stdio(stdio) => stdio.call(call).await,
        }
    }
}
