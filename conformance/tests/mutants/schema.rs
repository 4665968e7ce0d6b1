//! Schemas that say one thing and calls that do another.

use serde_json::json;

use crate::layer::Reply;
use crate::{Mutant, ask, each_tool, remove, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("leaves a field out", "message_get/example/rest", |ask, reply| {
        if ask.method == "GET" {
            remove(&mut reply.body, "readAt");
        }
    }),
    reply("answers a number as text", "conversations_list/example/rest", |_, reply| {
        reply.body["total"] = json!("1")
    }),
    reply("answers a field too many", "group_info/example/rest", |_, reply| reply.body["secret"] = json!(1)),
    reply("answers 200 instead of 202", "messages_send/example/rest", |_, reply| {
        reply.status = reply.status.min(200)
    }),
    reply("answers otherwise than recorded", "branding_get/example-recorded/rest", |_, reply| {
        reply.body["branding"]["subtitle"] = json!("other");
    }),
    reply("lists tools without their arguments", "webhooks_list/valid-arguments/mcp", |_, reply| {
        each_tool(reply, |tool| remove(tool, "inputSchema"));
    }),
    ask("takes a missing field", "webhooks_create/missing-url/rest", |ask| {
        if ask.method == "POST" && ask.body.get("url").is_none() {
            ask.body["url"] = json!("https://example.com");
        }
    }),
    ask("takes a number below its least", "calls_list/invalid-arguments/rest", |ask| {
        ask.path = ask.path.replace("limit=0", "limit=1")
    }),
    ask("takes 99 ids at most", "messages_cancel/valid-arguments/rest", |ask| {
        if ask.body["messageIds"].as_array().is_some_and(|ids| ids.len() == 100) {
            ask.body["messageIds"] = json!([]);
        }
    }),
    reply("refuses what is not ASCII", "groups_create/valid-arguments/rest", |ask, reply| {
        if ask.body["subject"].as_str().is_some_and(|subject| !subject.is_ascii()) {
            *reply = Reply {
                status: 400,
                body: json!({ "error": "Validation error", "code": "VALIDATION_ERROR" }),
                ..reply.clone()
            };
        }
    }),
    ask("acts before it refuses", "group_participants_add/refusals-change-nothing/rest", |ask| {
        if ask.body["participants"] == json!("not of this type") {
            ask.body["participants"] = json!(["5511912345678"]);
        }
    }),
    reply("says two things at once", "message_get/example/mcp", |_, reply| {
        if let Some(id) = reply.body.pointer_mut("/result/structuredContent/id") {
            *id = json!("another");
        }
    }),
    ask("lets an unknown argument through", "webhooks_list/unknown-argument/mcp", |ask| {
        if let Some(arguments) = ask.body.pointer_mut("/params/arguments") {
            remove(arguments, "notAnArgument");
        }
    }),
];
