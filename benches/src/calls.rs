//! One message, and the ways to read it.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use bytes::Bytes;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

const KEY: &str = "ps_demo_meta";

/// A message that was sent, to be read over and over.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: String,
    client: Client,
    call: String,
}

impl Message {
    /// Sends one by the API at `base`.
    pub async fn send(client: &Client, base: &str) -> Self {
        let sent = json(Self::sending(client, base)).await;
        let id = sent.pointer("/id").and_then(Value::as_str).expect("an id").to_owned();
        Self { call: tool_call(&id), id, client: client.clone() }
    }

    /// The request that sends one by the API at `base`.
    pub fn sending(client: &Client, base: &str) -> RequestBuilder {
        let body = json!({ "destinationNumber": "+5511988887777", "text": "Oi" }).to_string();
        let request = client.post(format!("{base}/v1/messages/send")).header("x-api-key", KEY);
        request.header("content-type", "application/json").body(body)
    }

    /// Reads it by the API at `base`.
    pub fn over_rest(&self, base: &str) -> RequestBuilder {
        self.client.get(format!("{base}/v1/messages/{}", self.id)).header("x-api-key", KEY)
    }

    /// Reads it by the tool `message_get` of the server at `base`.
    pub fn over_mcp(&self, base: &str) -> RequestBuilder {
        let request = self.client.post(format!("{base}/mcp")).header("x-api-key", KEY);
        let request = request.header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        request.header("mcp-name", "message_get").body(self.call.clone())
    }
}

fn tool_call(id: &str) -> String {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": "message_get",
            "arguments": { "id": id },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    })
    .to_string()
}

/// The body of an answer, read to its end.
pub async fn body(request: RequestBuilder) -> Bytes {
    request.send().await.expect("an answer").bytes().await.expect("a body")
}

/// The body of an answer, as JSON.
pub async fn json(request: RequestBuilder) -> Value {
    serde_json::from_slice(&body(request).await).expect("JSON")
}
