//! Calls over MCP: over HTTP or stdio, in the newest revision or in one of those before.

mod http;
mod kept;
mod peer;
mod result;
mod revision;
mod stdio;

use std::fmt;
use std::sync::{Arc, OnceLock};

use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Answer, Call, CallError, Target};
use crate::pace::{self, Later, Pace, Timely};
use http::Http;
use revision::NEWEST_LEGACY;
use stdio::{Connect, Stdio};

pub(crate) use http::read as read_message;
pub(crate) use peer::Peer;
pub use revision::{LEGACY_VERSIONS, PROTOCOL_VERSION, Revision};
pub(crate) use revision::{META_CAPABILITIES, META_SERVER, META_VERSION, handshake};

/// More pages than a list of 54 tools can need.
const MAX_PAGES: usize = 100;

/// The id of every request: one is under way at a time.
const ID: u64 = 1;

/// The way to a server.
#[derive(Debug)]
enum Transport {
    Http(Http),
    Stdio(Stdio),
}

/// What came back: a message, and over HTTP what it came with.
#[derive(Debug)]
struct Reply {
    status: Option<u16>,
    headers: HeaderMap,
    message: Value,
}

impl Timely for Reply {
    fn not_now(&self) -> Option<Later> {
        pace::not_now(self.status, &self.headers, &self.message).map(Later::by_server)
    }
}

/// The MCP server.
#[derive(Debug)]
pub struct Mcp {
    transport: Transport,
    /// What is spoken, once that is known.
    revision: OnceLock<Revision>,
}

impl Mcp {
    /// The server over HTTP whose endpoint is `endpoint`, path included.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self { transport: Transport::Http(Http::new(endpoint.into())), revision: OnceLock::new() }
    }

    /// The server over stdio that `command`, a program and its arguments, starts. There is a process for each key, which finds it in
    /// `PILOT_STATUS_API_KEY`.
    #[must_use]
    pub fn command(command: Vec<String>) -> Self {
        Self::over(stdio::program(command))
    }

    /// The server over stdio whose input and output `connect` opens, for a caller with the key that it is given.
    #[must_use]
    pub fn over_streams<I, O>(
        connect: impl Fn(&str) -> Result<(I, O), CallError> + Send + Sync + 'static,
    ) -> Self
    where
        I: AsyncWrite + Send + Unpin + 'static,
        O: AsyncRead + Send + Unpin + 'static,
    {
        Self::over(Arc::new(move |key| connect(key).map(|(input, output)| Peer::new(input, output))))
    }

    /// The server over stdio that `connect` starts.
    fn over(connect: Arc<Connect>) -> Self {
        Self { transport: Transport::Stdio(Stdio::new(connect)), revision: OnceLock::new() }
    }

    /// The same server for a client that speaks one revision only.
    #[must_use]
    pub fn speaking(&self, revision: Revision) -> Self {
        let transport = match &self.transport {
            Transport::Http(http) => Transport::Http(Http::new(http.endpoint.clone())),
            Transport::Stdio(stdio) => Transport::Stdio(stdio.again()),
        };
        Self { transport, revision: OnceLock::from(revision) }
    }

    /// The URL of the endpoint, over HTTP.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        match &self.transport {
            Transport::Http(http) => Some(&http.endpoint),
            Transport::Stdio(_) => None,
        }
    }

    /// A server over stdio that nobody has spoken with.
    pub(crate) fn fresh(&self, key: &str) -> Result<Peer, CallError> {
        match &self.transport {
            Transport::Http(_) => {
                Err(CallError::Unsupported("the server is not reached over stdio".to_owned()))
            }
            Transport::Stdio(stdio) => stdio.fresh(key),
        }
    }

    /// Whether anything answers, whatever it says. What a command starts is asked when it is needed.
    ///
    /// # Errors
    /// [`CallError::Unreachable`].
    pub async fn reach(&self) -> Result<(), CallError> {
        match &self.transport {
            Transport::Http(http) => http.reach().await,
            Transport::Stdio(_) => Ok(()),
        }
    }

    /// The JSON-RPC request that makes a call, as it goes over the wire in the newest revision.
    #[must_use]
    pub fn request(call: &Call<'_>) -> Value {
        Revision::Modern.request(ID, "tools/call", params(call))
    }

    /// Makes a call.
    ///
    /// # Errors
    /// [`CallError`] when the target gives no JSON, or cannot be asked so.
    pub async fn call(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        let revision = self.revision(call.key).await;
        let message = revision.request(ID, "tools/call", params(call));
        let reply = self.exchange(call.key, revision, &message).await?;
        Ok(result::read(revision, &message, reply))
    }

    /// The definitions of all tools, all pages, each when it is its turn.
    ///
    /// # Errors
    /// [`CallError`] when the target refuses to list, or gives no JSON.
    pub(crate) async fn list(&self, key: &str, pace: &Pace) -> Result<Vec<Value>, CallError> {
        let revision = self.revision(Some(key)).await;
        let (mut tools, mut params) = (Vec::new(), Map::new());
        for _ in 0..MAX_PAGES {
            let request = revision.request(ID, "tools/list", params);
            let page = pace.ask(|| self.exchange(Some(key), revision, &request)).await?;
            let mut message = page.message;
            let Some(Value::Array(page)) = message.pointer_mut("/result/tools").map(Value::take) else {
                return Err(unusable(format!("tools/list answered {message}")));
            };
            tools.extend(page);
            match message.pointer_mut("/result/nextCursor").map(Value::take) {
                Some(next) if !next.is_null() => params = Map::from_iter([("cursor".to_owned(), next)]),
                _ => return Ok(tools),
            }
        }
        Err(unusable("tools/list has no last page"))
    }

    /// Whether an MCP server answers `tools/list`, in any revision; also one that refuses to, or does not know the key.
    ///
    /// # Errors
    /// [`CallError`] when what answers speaks no MCP, or nothing does.
    pub(crate) async fn probe(&self, key: &str) -> Result<(), CallError> {
        let revision = self.revision(Some(key)).await;
        let request = revision.request(ID, "tools/list", Map::new());
        let Reply { status, message, .. } = self.exchange(Some(key), revision, &request).await?;
        let speaks = message.get("jsonrpc").is_some() && status != Some(404);
        if speaks || status.is_some_and(|status| matches!(status, 401 | 403) || pace::is_not_now(status)) {
            return Ok(());
        }
        let status = status.map(|status| format!("{status} with ")).unwrap_or_default();
        Err(unusable(format!("{status}{message}")))
    }

    /// What is spoken with this server: the newest revision, unless it does not know that one. Who is not let in, or
    /// has to wait, is not told, and asked again later.
    async fn revision(&self, key: Option<&str>) -> Revision {
        if let Some(revision) = self.revision.get() {
            return *revision;
        }
        let discover = Revision::Modern.request(ID, "server/discover", Map::new());
        let found = match self.exchange(key, Revision::Modern, &discover).await {
            Err(CallError::Unsupported(_)) => return Revision::Modern,
            Ok(reply) if matches!(reply.status, Some(401 | 403)) || reply.not_now().is_some() => {
                return Revision::Modern;
            }
            Ok(reply) if speaks_modern(&reply.message) => Revision::Modern,
            _ => Revision::Legacy(NEWEST_LEGACY),
        };
        *self.revision.get_or_init(|| found)
    }

    async fn exchange(
        &self,
        key: Option<&str>,
        revision: Revision,
        message: &Value,
    ) -> Result<Reply, CallError> {
        match &self.transport {
            Transport::Http(http) => http.exchange(key, revision, message).await,
            Transport::Stdio(stdio) => stdio.exchange(key, revision, message).await,
        }
    }
}

fn params(call: &Call<'_>) -> Map<String, Value> {
    let (name, arguments) = (json!(call.tool()), json!(call.arguments));
    Map::from_iter([("name".to_owned(), name), ("arguments".to_owned(), arguments)])
}

fn speaks_modern(answer: &Value) -> bool {
    let versions = answer.pointer("/result/supportedVersions").and_then(Value::as_array);
    versions.is_some_and(|versions| versions.iter().any(|version| version == PROTOCOL_VERSION))
}

fn unusable(reason: impl fmt::Display) -> CallError {
    CallError::unusable(Target::Mcp, reason)
}
