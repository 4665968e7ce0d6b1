//! Other tools than those of the contract, or described otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::layer::{Ask, Reply};
use crate::{Mutant, each_tool, remove, reply};

static LISTS: AtomicU64 = AtomicU64::new(0);

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("publishes another contract", "catalogue/openapi/rest", |ask, reply| {
        if ask.path == "/openapi.json" {
            reply.body["info"]["version"] = json!("2.0.0");
        }
    }),
    reply("publishes a schema that is none", "message_get/definition-schemas/rest", |ask, reply| {
        published(
            ask,
            reply,
            "/responses/200/content/application~1json/schema",
            json!({ "type": "nothing" }),
        );
    }),
    reply("documents an answer that it does not give", "message_get/definition-answer/rest", |ask, reply| {
        published(
            ask,
            reply,
            "/responses/200/content/application~1json/examples/documented/value/status",
            json!(7),
        );
    }),
    reply("publishes a code that nobody knows", "message_get/definition-errors/rest", |ask, reply| {
        published(ask, reply, "/x-pilot-status/errors/0", json!("NO_SUCH_CODE"));
    }),
    reply("has one annotation less", "message_get/definition-annotations/mcp", |_, reply| {
        each_tool(reply, |tool| remove(&mut tool["annotations"], "destructiveHint"));
    }),
    reply(
        "has alternatives at the root of a schema",
        "numbers_check/definition-input-schema/mcp",
        |_, reply| {
            each_tool(reply, |tool| {
                tool["inputSchema"]["anyOf"] =
                    json!([{ "required": ["number"] }, { "required": ["numbers"] }])
            });
        },
    ),
    reply("describes a tool in other words", "media_get/definition-recorded/mcp", |_, reply| {
        each_tool(reply, |tool| tool["description"] = json!("Other words."));
    }),
    reply("lists the tools in another order", "catalogue/tools-list/mcp", |_, reply| {
        if let Some(Value::Array(tools)) = reply.body.pointer_mut("/result/tools") {
            tools.reverse();
        }
    }),
    reply("lists otherwise every time", "catalogue/tools-list-stable/mcp", |_, reply| {
        each_tool(reply, |tool| tool["description"] = json!(LISTS.fetch_add(1, Ordering::Relaxed)));
    }),
    reply(
        "describes tools otherwise to older clients",
        "catalogue/same-over-http-2025-06-18/mcp",
        |ask, reply| {
            if ask.headers.get("mcp-protocol-version").is_some_and(|version| version == "2025-06-18") {
                each_tool(reply, |tool| remove(tool, "title"));
            }
        },
    ),
    reply("describes tools otherwise over stdio", "catalogue/same-over-stdio-2026-07-28/mcp", |_, reply| {
        // It is HTTP that is distorted; that the two differ is all that counts.
        each_tool(reply, |tool| remove(tool, "outputSchema"));
    }),
];

/// Publishes something else in the operation that reads a message.
fn published(ask: &Ask, reply: &mut Reply, at: &str, value: Value) {
    if ask.path == "/openapi.json" {
        *reply.body.pointer_mut(&format!("/paths/~1v1~1messages~1{{id}}/get{at}")).unwrap() = value;
    }
}
