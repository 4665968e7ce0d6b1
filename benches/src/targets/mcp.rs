//! The MCP server over HTTP, in the newest revision: a `POST` for each call, no session.

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::{Answer, Call, Target, Unreachable, answer, http};
use crate::scenario::Credential;

/// The revision that is spoken.
const REVISION: &str = "2026-07-28";

/// A server at a URL.
#[derive(Debug)]
pub struct Mcp {
    endpoint: String,
    client: Client,
    callers: Vec<(HeaderName, HeaderValue)>,
}

impl Mcp {
    /// The server whose endpoint is `endpoint`, path included.
    #[must_use]
    pub fn new(endpoint: &str, callers: &[Credential]) -> Self {
        Self { endpoint: endpoint.to_owned(), client: http::client(), callers: http::headers_of(callers) }
    }

    pub(super) async fn reach(&self) -> Result<(), Unreachable> {
        http::reach(&self.client, &self.endpoint).await
    }
}

impl Target for Mcp {
    async fn call(&self, call: Call<'_>) -> Answer {
        let mut request = self
            .client
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", REVISION)
            .header("mcp-method", "tools/call")
            .header("mcp-name", call.tool());
        if let Some((name, value)) = call.caller.and_then(|caller| self.callers.get(caller)) {
            request = request.header(name, value);
        }
        let (keep, list) = (call.keep, is_list(&call));
        let response = http::exchange(request.body(message(1, call))).await?;
        if !(200..300).contains(&response.status) {
            return Err(answer::refused(response.status, &response.body));
        }
        answer::of_tool(last_message(&response.headers, &response.body), keep, list)
    }
}

/// Whether the API answers with a list.
pub(super) fn is_list(call: &Call<'_>) -> bool {
    call.operation.success.schema.get("type").is_some_and(|kind| kind == "array")
}

/// The request that makes a call.
pub(super) fn message(id: u64, call: Call<'_>) -> String {
    let name = Value::from(call.tool());
    request(id, "tools/call", [("name", name), ("arguments", Value::Object(call.arguments))])
}

/// Any request.
pub(super) fn request<const N: usize>(id: u64, method: &str, params: [(&str, Value); N]) -> String {
    let mut params: Map<String, Value> =
        params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    params.insert("_meta".to_owned(), meta());
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// What a request says of its sender.
fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "pilot-status-load", "version": env!("CARGO_PKG_VERSION") },
    })
}

/// The body, or of a stream the last event.
fn last_message<'a>(headers: &HeaderMap, body: &'a [u8]) -> &'a [u8] {
    let streamed =
        headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let events = || body.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"));
    if streamed { events().next_back().unwrap_or_default() } else { body }
}
