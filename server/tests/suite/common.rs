//! What the tests share: a client that speaks raw JSON-RPC over HTTP, and an upstream that answers when it is told to.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{Running, Server};

/// The key that tests call with.
pub(crate) const KEY: &str = "ps_demo_meta";
/// The newest revision.
pub(crate) const MODERN: &str = "2026-07-28";

/// Longest that tests wait for what should come much sooner: they fail then, and do not hang.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A server over the API at `upstream`.
pub(crate) async fn start(upstream: &str) -> Running {
    Server::builder().upstream(upstream).start().await.unwrap()
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// HTTP status and JSON-RPC error code.
    pub(crate) fn error(&self) -> (u16, i64) {
        (self.status.as_u16(), self.json()["error"]["code"].as_i64().unwrap())
    }
}

/// Headers of a well-behaved client, with the key.
pub(crate) fn headers() -> HeaderMap {
    with(&[
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("x-api-key", KEY),
    ])
}

/// Headers by name; a later one of the same name replaces, an empty value removes.
pub(crate) fn with(pairs: &[(&str, &str)]) -> HeaderMap {
    edit(HeaderMap::new(), pairs)
}

/// `headers` with changes, as in [`with`].
pub(crate) fn edit(mut headers: HeaderMap, pairs: &[(&str, &str)]) -> HeaderMap {
    for (name, value) in pairs {
        let name: HeaderName = name.parse().unwrap();
        if value.is_empty() {
            headers.remove(&name);
        } else {
            headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
    }
    headers
}

/// The answer to a GET without a credential.
pub(crate) async fn get(url: String) -> Answer {
    send(Method::GET, &url, with(&[]), "").await
}

/// A client of plain HTTP; one that reads the system's certificates takes far longer to make.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// One HTTP request.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: HeaderMap,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let response = client().request(method, url).headers(headers).body(body).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// A POST to the MCP endpoint.
pub(crate) async fn post(server: &Running, headers: HeaderMap, body: impl Into<reqwest::Body>) -> Answer {
    send(Method::POST, &server.mcp_url(), headers, body).await
}

pub(crate) fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// A request as clients of revisions before 2026-07-28 send it.
pub(crate) async fn legacy(server: &Running, method: &str, params: Value) -> Answer {
    post(server, headers(), request(method, params).to_string()).await
}

/// `params` with the metadata that revision 2026-07-28 wants.
pub(crate) fn modern_params(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

/// The headers that go with a request of revision 2026-07-28.
pub(crate) fn modern_headers(method: &str, params: &Value) -> HeaderMap {
    let name = params["name"].as_str().unwrap_or_default();
    edit(headers(), &[("mcp-protocol-version", MODERN), ("mcp-method", method), ("mcp-name", name)])
}

/// A request as clients of revision 2026-07-28 send it.
pub(crate) async fn modern(server: &Running, method: &str, params: Value) -> Answer {
    let headers = modern_headers(method, &params);
    post(server, headers, request(method, modern_params(params)).to_string()).await
}

/// The result of calling a tool.
pub(crate) async fn call(server: &Running, tool: &str, arguments: Value) -> Value {
    let answer = legacy(server, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()["result"].clone()
}

/// What a failed call told.
pub(crate) fn failure(result: &Value) -> Value {
    assert_eq!(result["isError"], true, "{result}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}
