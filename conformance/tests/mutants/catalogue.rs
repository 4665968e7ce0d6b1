//! Other tools than those of the contract, or described otherwise.

use serde_json::{Value, json};

use crate::{Mutant, each_tool, remove, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("publishes another contract", "catalogue/openapi/rest", |ask, reply| {
        if ask.path == "/openapi.json" {
            reply.body["info"]["version"] = json!("2.0.0");
        }
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
];
