//! Streamable HTTP: a `POST` for each message.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::kept::Kept;
use super::revision::{Revision, agreed, handshake};
use super::{Reply, unusable};
use crate::pace;
use crate::targets::{CallError, Target, bounded, client, credential, reach};

/// What a handshake came to.
#[derive(Debug, Clone)]
struct Session {
    version: String,
    /// Only of servers that have sessions.
    id: Option<String>,
}

/// A server at a URL.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) endpoint: String,
    client: reqwest::Client,
    sessions: Kept<Session>,
}

impl Http {
    pub(super) fn new(endpoint: String) -> Self {
        Self { endpoint, client: client(), sessions: Kept::default() }
    }

    pub(super) async fn reach(&self) -> Result<(), CallError> {
        reach(&self.client, Target::Mcp, &self.endpoint).await
    }

    pub(super) async fn exchange(
        &self,
        key: Option<&str>,
        revision: Revision,
        message: &Value,
    ) -> Result<Reply, CallError> {
        match revision {
            Revision::Modern => self.post(key, message, |request| modern(request, message)).await,
            Revision::Legacy(version) => self.in_session(key, version, message).await,
        }
    }

    async fn in_session(
        &self,
        key: Option<&str>,
        version: &str,
        message: &Value,
    ) -> Result<Reply, CallError> {
        let of = key.unwrap_or_default();
        if let Some(session) = self.sessions.take(of) {
            let reply = self.post(key, message, |request| session.on(request)).await?;
            if reply.status != Some(404) || session.id.is_none() {
                self.sessions.keep(of, session);
                return Ok(reply);
            }
            // The server has forgotten the session.
        }
        let (initialize, initialized) = handshake(version);
        let reply = self.post(key, &initialize, |request| request).await?;
        let Some(version) = agreed(&reply.message).map(str::to_owned) else { return Ok(reply) };
        let id = reply.headers.get("mcp-session-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let session = Session { version, id };
        self.send(key, &initialized, |request| session.on(request)).await?;
        let reply = self.post(key, message, |request| session.on(request)).await?;
        self.sessions.keep(of, session);
        Ok(reply)
    }

    /// Sends a message that is answered by one.
    async fn post(
        &self,
        key: Option<&str>,
        message: &Value,
        headers: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Reply, CallError> {
        let (status, headers, body) = self.send(key, message, headers).await?;
        // What stands in front of a server says "not now" in its own way.
        let message = read(&headers, &body).or_else(|| pace::is_not_now(status).then_some(Value::Null));
        let message = message.ok_or_else(|| unusable(format!("{status} with {body:?}")))?;
        Ok(Reply { status: Some(status), headers, message })
    }

    async fn send(
        &self,
        key: Option<&str>,
        message: &Value,
        headers: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<(u16, HeaderMap, String), CallError> {
        let mut request = self
            .client
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some((name, value)) = key.map(credential) {
            request = request.header(name, value);
        }
        let response = headers(request).body(message.to_string()).send().await.map_err(unusable)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = bounded(response).await.map_err(unusable)?;
        Ok((status, headers, String::from_utf8_lossy(&body).into_owned()))
    }
}

impl Session {
    fn on(&self, request: RequestBuilder) -> RequestBuilder {
        // The first two revisions know no such header, and ignore it.
        let request = request.header("mcp-protocol-version", &self.version);
        match &self.id {
            Some(id) => request.header("mcp-session-id", id),
            None => request,
        }
    }
}

/// The headers that repeat what the message says.
fn modern(request: RequestBuilder, message: &Value) -> RequestBuilder {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let request =
        request.header("mcp-protocol-version", Revision::Modern.name()).header("mcp-method", text("/method"));
    if text("/method") == "tools/call" { request.header("mcp-name", text("/params/name")) } else { request }
}

/// The JSON-RPC message of an answer: the body, or the last event of a stream.
pub(crate) fn read(headers: &HeaderMap, body: &str) -> Option<Value> {
    let streamed =
        headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let text =
        if streamed { body.lines().filter_map(|line| line.strip_prefix("data:")).next_back()? } else { body };
    serde_json::from_str(text.trim()).ok()
}
