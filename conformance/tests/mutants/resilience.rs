//! Servers that make a bad day worse.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::layer::{Ask, Reply};
use crate::{Mutant, ask, reply};

static CALLS: AtomicU64 = AtomicU64::new(0);

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("tells another id every time", "determinism/same-calls-same-answers/mcp", |_, reply| {
        told(reply, |body| {
            if let Some(id) = body.get_mut("id") {
                *id = json!(format!("msg_{}", CALLS.fetch_add(1, Ordering::Relaxed)));
            }
        });
    }),
    reply("refuses a template, every time", "determinism/same-calls-same-answers/rest", |ask, reply| {
        if ask.method == "POST" && ask.path == "/v1/templates" {
            reply.status = 500;
        }
    }),
    reply("makes a 500 of every failure", "faults/status-503/mcp", |_, reply| {
        told(reply, |body| {
            if body.get("status") == Some(&json!(503)) {
                body["status"] = json!(500);
            }
        });
    }),
    reply("breaks the protocol over a failure", "faults/status-500/mcp", |_, reply| {
        if status(reply) == Some(500) {
            reply.body = json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32603, "message": "Internal error" } });
        }
    }),
    reply("passes a page on", "faults/html-502/mcp", |_, reply| {
        if status(reply) == Some(502) {
            told(reply, |body| body["error"] = json!("<html><body>Bad gateway 7f3a</body></html>"));
        }
    }),
    reply("takes a broken answer for an empty one", "faults/broken-truncated/mcp", |_, reply| {
        if status(reply) == Some(502) {
            let result = json!({ "content": [{ "type": "text", "text": "{}" }], "structuredContent": {}, "resultType": "complete" });
            reply.body["result"] = result;
        }
    }),
    reply("says in words when to come back", "faults/rate-limited/mcp", |_, reply| {
        told(reply, |body| {
            if let Some(seconds) = body.get_mut("retryAfterSeconds") {
                *seconds = json!(seconds.to_string());
            }
        });
    }),
    ask("sends twice", "retries/send-once-accepted/mcp", |ask| {
        if calls(ask, "messages_send") {
            ask.times = 2;
        }
    }),
    reply("gives up at once", "retries/get-again-503/mcp", |ask, reply| {
        if calls(ask, "conversations_list") {
            reply.body["result"] = failure(503);
        }
    }),
    ask("takes any size for a page", "limits/page-size-clamped/rest", |ask| {
        ask.path = ask.path.replace("pageSize=1000", "pageSize=99");
    }),
    ask("makes up for page 0", "limits/no-page-number/mcp", |ask| {
        if let Some(page) = ask.body.pointer_mut("/params/arguments/page") {
            *page = json!(1);
        }
    }),
    reply("takes a body of any size", "limits/body-too-large/mcp", |ask, reply| {
        if ask.raw.len() > 4 * 1024 * 1024 {
            reply.status = 200;
        }
    }),
    reply("does not say that it cut a list", "limits/long-list/mcp", |_, reply| {
        told(reply, |body| {
            if let Some(body) = body.as_object_mut() {
                body.shift_remove("truncated");
            }
        });
    }),
];

fn calls(ask: &Ask, tool: &str) -> bool {
    ask.body.pointer("/params/name").is_some_and(|name| name == tool)
}

/// Changes what a result tells, in its text and in its structuredContent.
fn told(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    let Some(text) = reply.body.pointer("/result/content/0/text").and_then(Value::as_str) else { return };
    let Ok(mut body) = serde_json::from_str::<Value>(text) else { return };
    change(&mut body);
    reply.body["result"]["content"][0]["text"] = json!(body.to_string());
    if reply.body.pointer("/result/structuredContent").is_some() {
        reply.body["result"]["structuredContent"] =
            if body.is_array() { json!({ "items": body }) } else { body };
    }
}

/// The status that a failure tells.
fn status(reply: &Reply) -> Option<u64> {
    let text = reply.body.pointer("/result/content/0/text")?.as_str()?;
    serde_json::from_str::<Value>(text).ok()?.get("status")?.as_u64()
}

fn failure(status: u16) -> Value {
    let text =
        json!({ "status": status, "code": "UPSTREAM_UNAVAILABLE", "error": "Unavailable" }).to_string();
    json!({ "content": [{ "type": "text", "text": text }], "isError": true, "resultType": "complete" })
}
