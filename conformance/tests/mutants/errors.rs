//! Refusals with another code, status or body.

use serde_json::{Value, json};

use crate::layer::Reply;
use crate::{Mutant, remove, replace, reply};

/// Writes another word in the text of a result.
fn reword(reply: &mut Reply, from: &str, to: &str) {
    if let Some(Value::String(text)) = reply.body.pointer_mut("/result/content/0/text") {
        *text = text.replace(from, to);
    }
    if let Some(code) = reply.body.pointer_mut("/result/structuredContent/code").filter(|code| **code == from)
    {
        *code = json!(to);
    }
}

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("has another code", "group_info/unknown-groupId/rest", |_, reply| {
        replace(reply, "code", "GROUP_NOT_FOUND", "NOT_FOUND")
    }),
    reply("refuses without a text", "webhook_get/unknown-id/rest", |_, reply| {
        if reply.status == 404 {
            remove(&mut reply.body, "error");
        }
    }),
    reply("tells a refusal as a success", "templates_get/unknown-id/mcp", |_, reply| {
        if let Some(failed) = reply.body.pointer_mut("/result/isError") {
            *failed = json!(false);
        }
    }),
    reply("has another status for a code", "error-codes/code-FLOW_WINDOW_CLOSED/rest", |_, reply| {
        if reply.body["code"] == "FLOW_WINDOW_CLOSED" {
            reply.status = 400;
        }
    }),
    reply("does not say why a number is blocked", "error-codes/code-NUMBER_BLOCKED/rest", |_, reply| {
        if reply.status == 409 {
            remove(&mut reply.body, "reason");
        }
    }),
    reply(
        "asks for a confirmation without a preview",
        "error-codes/code-CONFIRMATION_REQUIRED/rest",
        |_, reply| {
            if reply.status == 409 {
                remove(&mut reply.body, "preview");
            }
        },
    ),
    reply("says in the body only when to try again", "error-codes/code-RATE_LIMITED/rest", |_, reply| {
        reply.headers.remove("retry-after");
    }),
    reply("does not say which methods there are", "error-codes/code-METHOD_NOT_ALLOWED/rest", |_, reply| {
        reply.headers.remove("allow");
    }),
    reply("names other methods than it takes", "error-codes/code-METHOD_NOT_ALLOWED/rest", |_, reply| {
        if let Some(allow) = reply.headers.get_mut("allow") {
            *allow = "PATCH".parse().unwrap();
        }
    }),
    reply("says more of a refusal than there is", "error-codes/code-INSUFFICIENT_FUNDS/rest", |_, reply| {
        if reply.status == 402 {
            reply.body["balance"] = json!(0);
        }
    }),
    reply("has a code of its own for failures", "error-codes/code-MEDIA_DOWNLOAD_FAILED/mcp", |_, reply| {
        reword(reply, "MEDIA_DOWNLOAD_FAILED", "UPSTREAM_FAILED");
    }),
    reply(
        "refuses what is blocked as what is unknown",
        "error-codes/code-NUMBER_NOT_IN_GRANT/rest",
        |_, reply| {
            replace(reply, "code", "NUMBER_NOT_IN_GRANT", "NUMBER_NOT_FOUND");
        },
    ),
];
