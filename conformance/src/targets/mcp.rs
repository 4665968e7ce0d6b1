//! Calls over MCP, revision 2026-07-28: one JSON-RPC request by HTTP each, without a session.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

use super::{Answer, Call, CallError, Target, client, credential};

/// The revision that is spoken.
pub const PROTOCOL_VERSION: &str = "2026-07-28";

/// More pages than a list of 54 tools can need.
const MAX_PAGES: usize = 100;

/// The MCP server, over HTTP.
#[derive(Debug)]
pub struct Mcp {
    endpoint: String,
    client: reqwest::Client,
}

impl Mcp {
    /// The server whose endpoint is `endpoint`, path included.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), client: client() }
    }

    /// The URL that it was made with.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The JSON-RPC request that makes a call, as it goes over the wire.
    #[must_use]
    pub fn request(call: &Call<'_>) -> Value {
        request("tools/call", json!({ "name": call.tool(), "arguments": call.arguments }))
    }

    /// Makes a call.
    ///
    /// # Errors
    /// [`CallError`] when the target gives no JSON.
    pub async fn call(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        let (status, headers, message) = self.send(call.key, &Self::request(call)).await?;
        Ok(read_result(status, headers, message))
    }

    /// The definitions of all tools, all pages.
    ///
    /// # Errors
    /// [`CallError`] when the target refuses to list, or gives no JSON.
    pub async fn list(&self, key: &str) -> Result<Vec<Value>, CallError> {
        let (mut tools, mut cursor) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let params = cursor.map_or_else(|| json!({}), |cursor: Value| json!({ "cursor": cursor }));
            let (_, _, mut message) = self.send(Some(key), &request("tools/list", params)).await?;
            let Some(Value::Array(page)) = message.pointer_mut("/result/tools").map(Value::take) else {
                return Err(CallError::unusable(Target::Mcp, format!("tools/list answered {message}")));
            };
            tools.extend(page);
            match message.pointer_mut("/result/nextCursor").map(Value::take) {
                Some(next) if !next.is_null() => cursor = Some(next),
                _ => return Ok(tools),
            }
        }
        Err(CallError::unusable(Target::Mcp, "tools/list has no last page"))
    }

    async fn send(&self, key: Option<&str>, message: &Value) -> Result<(u16, HeaderMap, Value), CallError> {
        let unusable = |reason: &dyn std::fmt::Display| CallError::unusable(Target::Mcp, reason);
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let mut request = self
            .client
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", PROTOCOL_VERSION)
            .header("mcp-method", text("/method"));
        if text("/method") == "tools/call" {
            request = request.header("mcp-name", text("/params/name"));
        }
        if let Some((name, value)) = key.map(credential) {
            request = request.header(name, value);
        }
        let response = request.body(message.to_string()).send().await.map_err(|error| unusable(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.map_err(|error| unusable(&error))?;
        let message =
            read_message(&headers, &body).ok_or_else(|| unusable(&format!("{status} with {body:?}")))?;
        Ok((status, headers, message))
    }
}

fn request(method: &str, params: Value) -> Value {
    let mut params = params.as_object().cloned().unwrap_or_default();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": PROTOCOL_VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "pilot-status-conformance", "version": env!("CARGO_PKG_VERSION") },
    });
    params.insert("_meta".to_owned(), meta);
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// The JSON-RPC message of an answer: the body, or the last event of a stream.
fn read_message(headers: &HeaderMap, body: &str) -> Option<Value> {
    let streamed =
        headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let text =
        if streamed { body.lines().filter_map(|line| line.strip_prefix("data:")).next_back()? } else { body };
    serde_json::from_str(text.trim()).ok()
}

fn read_result(status: u16, headers: HeaderMap, mut message: Value) -> Answer {
    let Some(Value::Object(result)) = message.get_mut("result").map(Value::take) else {
        let body = message.get_mut("error").map_or(Value::Null, Value::take);
        return Answer {
            ok: false,
            status: Some(status),
            body,
            headers,
            by_transport: true,
            defects: Vec::new(),
        };
    };
    let mut defects = Vec::new();
    let mut expect = |holds: bool, defect: &str| {
        if !holds {
            defects.push(defect.to_owned());
        }
    };
    expect(status == 200, "a result came with an HTTP status other than 200");
    expect(result.get("resultType").is_some_and(Value::is_string), "the result has no resultType");
    expect(message.get("id") == Some(&json!(1)), "the answer does not bear the id of the request");
    let failed = result.get("isError") == Some(&Value::Bool(true));
    let text = text(&result).unwrap_or_default();
    let mut body: Value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    expect(body.is_object() || body.is_array(), "the text of the result is not a JSON object or array");
    match result.get("structuredContent") {
        Some(structured) => {
            expect(*structured == wrapped(&body), "structuredContent is not the JSON of the text")
        }
        // An error may come as text alone: some clients hold structuredContent against the outputSchema whatever isError says.
        None => expect(failed, "a success has no structuredContent"),
    }
    let refusal = body.as_object_mut().filter(|_| failed).and_then(|body| body.remove("status"));
    let status = refusal.as_ref().and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    expect(!failed || status.is_some(), "a refusal names no status");
    Answer { ok: !failed, status, body, headers, by_transport: false, defects }
}

/// The text of a result, which is its only content.
fn text(result: &Map<String, Value>) -> Option<&str> {
    match result.get("content")?.as_array()?.as_slice() {
        [only] if only.get("type")? == "text" => only.get("text")?.as_str(),
        _ => None,
    }
}

/// `structuredContent` is an object: an array stands under `items`.
fn wrapped(body: &Value) -> Value {
    if body.is_array() { json!({ "items": body }) } else { body.clone() }
}
