//! Servers that speak another protocol.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::layer::Ask;
use crate::{Mutant, ask, line, remove, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("does not say for how long its tools hold", "revisions/cacheable/mcp", |_, reply| {
        if let Some(age) = reply.body.pointer_mut("/result/ttlMs") {
            *age = json!("3600000");
        }
    }),
    reply("discovers without capabilities", "revisions/discover/mcp", |_, reply| {
        if reply.body.pointer("/result/supportedVersions").is_some() {
            reply.body["result"]["capabilities"] = json!({});
        }
    }),
    reply("leaves the type of a result out", "revisions/typed-list/mcp", |_, reply| {
        if reply.body.pointer("/result/tools").is_some() {
            remove(&mut reply.body["result"], "resultType");
        }
    }),
    ask("makes up for absent metadata", "revisions/metadata-absent/mcp", |ask| {
        if method(ask, "server/discover") && ask.body["params"].get("_meta").is_none() {
            ask.body["params"]["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
    }),
    reply(
        "does not say which versions it speaks",
        "revisions/unsupported-version-in-message/mcp",
        |_, reply| {
            if let Some(data) = reply.body.pointer_mut("/error/data") {
                remove(data, "supported");
            }
        },
    ),
    reply("agrees to the newest handshake only", "revisions/handshake-2025-06-18/mcp", |_, reply| {
        if let Some(version) = reply.body.pointer_mut("/result/protocolVersion") {
            *version = json!("2025-11-25");
        }
    }),
    reply(
        "gives older clients a list as structuredContent",
        "revisions/same-answer-over-http-2025-06-18/mcp",
        |ask, reply| {
            let items = reply.body.pointer("/result/structuredContent/items").cloned();
            if let Some(items) = items.filter(|_| header(ask, "mcp-protocol-version") == "2025-06-18") {
                reply.body["result"]["structuredContent"] = items;
            }
        },
    ),
    ask("lets a header name another tool", "headers/mismatch-name/mcp", |ask| {
        repeat(ask, "/params/name", "mcp-name");
    }),
    ask("does without a header", "headers/mismatch-method-absent/mcp", |ask| {
        repeat(ask, "/method", "mcp-method");
    }),
    ask("calls the tool that the header does not name", "headers/name-twice-first/mcp", |ask| {
        // Of two names the layer reads the last, and passes on what it read.
        repeat(ask, "/params/name", "mcp-name");
        if !ask.body.is_null() {
            ask.raw = ask.body.to_string().into();
        }
    }),
    ask("takes any body for JSON", "headers/content-type-text/mcp", |ask| {
        ask.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }),
    reply("answers a GET with 200", "headers/method-get/mcp", |ask, reply| {
        if ask.method == "GET" {
            reply.status = 200;
        }
    }),
    reply("asks a GET without a key for one", "headers/method-delete/mcp", |ask, reply| {
        if ask.method != "POST" && header(ask, "x-api-key").is_empty() {
            reply.status = 401;
        }
    }),
    ask("lets pages of any origin in", "origin/origin-foreign/mcp", |ask| {
        ask.headers.remove(ORIGIN);
    }),
    ask("looks at origins only where there is a key", "origin/origin-null/mcp", |ask| {
        if header(ask, "x-api-key").is_empty() {
            ask.headers.remove(ORIGIN);
        }
    }),
    ask("goes by any name", "origin/host-foreign/mcp", |ask| {
        ask.headers.remove(HOST);
    }),
    ask("answers a batch", "framing/malformed-batch/mcp", |ask| {
        if let Some(first) = ask.body.as_array().and_then(|batch| batch.first()).cloned() {
            ask.body = first;
        }
    }),
    reply("fails over what is no JSON", "framing/malformed-word/mcp", |ask, reply| {
        if ask.body.is_null() {
            reply.status = 500;
        }
    }),
    reply("calls what is no JSON an invalid request", "framing/malformed-unclosed/mcp", |_, reply| {
        if let Some(code) = reply.body.pointer_mut("/error/code").filter(|code| **code == -32700) {
            *code = json!(-32600);
        }
    }),
    ask("takes a request whose id is null", "framing/malformed-null-id/mcp", |ask| {
        if ask.body.get("id") == Some(&Value::Null) {
            ask.body["id"] = json!(1);
        }
    }),
    reply("makes a number of an id", "framing/id-digits/mcp", |_, reply| {
        if reply.body.get("id") == Some(&json!("1")) {
            reply.body["id"] = json!(1);
        }
    }),
    reply("forgets the id of what it refuses", "framing/id-text/mcp", |_, reply| {
        if reply.body.get("error").is_some() {
            remove(&mut reply.body, "id");
        }
    }),
    reply("answers a notification", "framing/notification/mcp", |ask, reply| {
        if method(ask, "notifications/initialized") {
            reply.status = 200;
        }
    }),
    reply("finds no method with 200", "messages/unknown-method-no-such/mcp", |_, reply| {
        if reply.status == 404 {
            reply.status = 200;
        }
    }),
    reply("sends a code that was taken back", "messages/unknown-method-resources-read/mcp", |ask, reply| {
        if method(ask, "resources/read") {
            reply.body["error"]["code"] = json!(-32002);
        }
    }),
    reply("takes an unknown tool for an unknown method", "messages/unknown-tool-modern/mcp", |_, reply| {
        if let Some(code) = reply.body.pointer_mut("/error/code").filter(|code| **code == -32602) {
            *code = json!(-32601);
        }
    }),
    ask("takes a list for arguments", "messages/params-arguments-of-array/mcp", |ask| {
        if ask.body.pointer("/params/arguments").is_some_and(Value::is_array) {
            ask.body["params"]["arguments"] = json!({});
        }
    }),
    ask("answers an unknown cursor with page one", "messages/cursor-unknown/mcp", |ask| {
        if let Some(params) = ask.body.get_mut("params") {
            remove(params, "cursor");
        }
    }),
    reply("refuses arguments by the protocol", "messages/wrong-arguments/mcp", |_, reply| {
        if reply.body.pointer("/result/isError") == Some(&json!(true)) {
            remove(&mut reply.body, "result");
            reply.body["error"] = json!({ "code": -32602, "message": "Invalid params" });
        }
    }),
    ask("goes on with a call whose client has gone", "cancellation/hanging-up/mcp", |ask| {
        ask.detached = true
    }),
    reply("does not say how to come in", "authorization/nobody-list/mcp", |_, reply| {
        reply.headers.remove(WWW_AUTHENTICATE);
    }),
    ask("lets anybody discover", "authorization/nobody-discover/mcp", |ask| {
        if method(ask, "server/discover") && header(ask, "x-api-key").is_empty() {
            ask.headers.insert("x-api-key", HeaderValue::from_static("ps_demo_tenant"));
        }
    }),
    ask("takes the key where there is a token too", "authorization/several-key-and-token/mcp", |ask| {
        ask.headers.remove("authorization");
    }),
    reply("takes tokens and asks for keys only", "authorization/challenge/mcp", |_, reply| {
        if let Some(challenge) = reply.headers.get_mut(WWW_AUTHENTICATE) {
            *challenge = HeaderValue::from_static("ApiKey");
        }
    }),
    reply("names no metadata", "authorization/challenge/mcp", |_, reply| {
        if let Some(challenge) = reply.headers.get_mut(WWW_AUTHENTICATE) {
            *challenge = HeaderValue::from_static("Bearer");
        }
    }),
    reply("has metadata of another resource", "authorization/metadata-at-challenge/mcp", |_, reply| {
        if let Some(resource) = reply.body.get_mut("resource") {
            *resource = json!("http://127.0.0.1/other");
        }
    }),
    reply("has metadata at one place only", "authorization/metadata-at-root/mcp", |ask, reply| {
        if ask.path == "/.well-known/oauth-protected-resource" {
            reply.status = 404;
        }
    }),
    ask("takes a token that nobody signed", "authorization/bad-token-unsigned/mcp", |ask| {
        if ask.headers.remove("authorization").is_some() {
            ask.headers.insert("x-api-key", HeaderValue::from_static("ps_demo_tenant"));
        }
    }),
    line("breaks a line within a message", "lines/malformed-line-word/mcp", |line| {
        if let (false, Ok(message)) = (line.asks, serde_json::from_str::<Value>(&line.text)) {
            line.on = vec![format!("{message:#}")];
        }
    }),
    line("answers a request twice", "lines/end-of-input/mcp", |line| {
        if !line.asks {
            line.on.push(line.text.clone());
        }
    }),
    line("logs to where its messages go", "lines/end-of-input/mcp", |line| {
        if line.asks {
            line.back.push("INFO a request came".to_owned());
        }
    }),
    line("answers a notification over stdio", "lines/notification-line/mcp", |line| {
        if line.asks && line.text.contains("notifications/") {
            line.back.push(json!({ "jsonrpc": "2.0", "id": null, "result": {} }).to_string());
        }
    }),
    line("takes no cancellation over stdio", "cancellation/notified/mcp", |line| {
        line.on.retain(|text| !text.contains("notifications/cancelled"));
    }),
    line("loses a call whose client says no more", "lines/end-in-flight/mcp", |line| {
        line.on.retain(|text| line.asks || !text.contains("structuredContent"));
    }),
    line("takes what is no JSON for nothing", "lines/malformed-line-unclosed/mcp", |line| {
        if line.asks && serde_json::from_str::<Value>(&line.text).is_err() {
            line.on = vec![r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_owned()];
        }
    }),
    ask("takes a token whose time is over", "authorization/expired-token/mcp", lets_in),
    ask("takes a token for the API", "authorization/token-for-another/mcp", lets_in),
    ask("takes a token of last week", "authorization/expired-token/rest", lets_in),
    ask("takes a token for the server", "authorization/token-for-another/rest", lets_in),
];

/// Whoever shows any token is somebody.
fn lets_in(ask: &mut Ask) {
    if ask.headers.remove("authorization").is_some() {
        ask.headers.insert("x-api-key", HeaderValue::from_static("ps_demo_tenant"));
    }
}

fn header<'a>(ask: &'a Ask, name: &str) -> &'a str {
    ask.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn method(ask: &Ask, name: &str) -> bool {
    ask.body.get("method").is_some_and(|method| method == name)
}

/// Lets a header say what the message says.
fn repeat(ask: &mut Ask, pointer: &str, name: &'static str) {
    if let Some(value) =
        ask.body.pointer(pointer).and_then(Value::as_str).and_then(|value| value.parse().ok())
    {
        ask.headers.insert(name, value);
    }
}
