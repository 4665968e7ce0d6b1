//! The calls that benchmarks make, in every way that they can be made.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use bytes::Bytes;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::targets::Revision;

/// The key of the demo world that makes them.
pub const KEY: &str = "ps_demo_meta";

/// A call that can be made over and over.
#[derive(Debug, Clone)]
pub struct Call {
    /// What its answer holds, whatever the way.
    pub expected: String,
    tool: &'static str,
    arguments: Value,
    method: Method,
    path: String,
}

impl Call {
    /// Reads the message of that id.
    #[must_use]
    pub fn message_get(id: &str) -> Self {
        let path = format!("/messages/{id}");
        Self {
            expected: id.to_owned(),
            tool: "message_get",
            arguments: json!({ "id": id }),
            method: Method::GET,
            path,
        }
    }

    /// A page of 100 conversations.
    #[must_use]
    pub fn conversations_list() -> Self {
        Self {
            expected: "conversations".to_owned(),
            tool: "conversations_list",
            arguments: json!({ "pageSize": 100 }),
            method: Method::GET,
            path: "/conversations?pageSize=100".to_owned(),
        }
    }

    /// Sends a short text to that phone number.
    #[must_use]
    pub fn messages_send(to: &str) -> Self {
        Self::send("QUEUED", json!({ "destinationNumber": to, "text": "Oi" }))
    }

    /// Sends what the API refuses: a template that does not exist.
    #[must_use]
    pub fn messages_send_refused() -> Self {
        let arguments = json!({ "destinationNumber": "+5511988887777", "templateId": "no_such_template" });
        Self::send("TEMPLATE_NOT_FOUND", arguments)
    }

    fn send(expected: &str, arguments: Value) -> Self {
        Self {
            expected: expected.to_owned(),
            tool: "messages_send",
            arguments,
            method: Method::POST,
            path: "/messages/send".to_owned(),
        }
    }

    /// The request of the API at `base`.
    pub fn over_rest(&self, client: &Client, base: &str) -> RequestBuilder {
        let request = client.request(self.method.clone(), format!("{base}/v1{}", self.path));
        let request = request.header("x-api-key", KEY);
        if self.method == Method::GET {
            return request;
        }
        request.header("content-type", "application/json").body(self.arguments.to_string())
    }

    /// The call of the tool, of the server at `base`.
    pub fn over_mcp(&self, client: &Client, base: &str, revision: Revision) -> RequestBuilder {
        let params = json!({ "name": self.tool, "arguments": self.arguments });
        let request = mcp(client, base, revision, "tools/call", params);
        if revision == Revision::Modern { request.header("mcp-name", self.tool) } else { request }
    }

    /// The call of the tool, as a line of stdio.
    #[must_use]
    pub fn line(&self) -> String {
        let params = json!({ "name": self.tool, "arguments": self.arguments });
        message("tools/call", params, Revision::Modern) + "\n"
    }
}

/// The request for the list of tools, of the server at `base`.
pub fn tools_list(client: &Client, base: &str, revision: Revision) -> RequestBuilder {
    mcp(client, base, revision, "tools/list", json!({}))
}

fn mcp(client: &Client, base: &str, revision: Revision, method: &str, params: Value) -> RequestBuilder {
    let request = client.post(format!("{base}/mcp")).header("x-api-key", KEY);
    let request = request.header("content-type", "application/json");
    let request = request.header("accept", "application/json, text/event-stream");
    let request = request.header("mcp-protocol-version", revision.name());
    let request = if revision == Revision::Modern { request.header("mcp-method", method) } else { request };
    request.body(message(method, params, revision))
}

fn message(method: &str, mut params: Value, revision: Revision) -> String {
    if let (Revision::Modern, Some(params)) = (revision, params.as_object_mut()) {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": revision.name(),
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params.insert("_meta".to_owned(), meta);
    }
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// Sends a message by the API at `base`, and gives its id.
pub async fn sent(client: &Client, base: &str, to: &str) -> String {
    let sent = body(Call::messages_send(to).over_rest(client, base)).await;
    let sent: Value = serde_json::from_slice(&sent).expect("JSON");
    sent.pointer("/id").and_then(Value::as_str).expect("an id").to_owned()
}

/// The body of an answer, read to its end.
pub async fn body(request: RequestBuilder) -> Bytes {
    request.send().await.expect("an answer").bytes().await.expect("a body")
}
