//! Refusals with another code, status or body.

use serde_json::json;

use crate::{Mutant, remove, replace, reply};

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
];
