//! Numbers that do what their provider cannot, or do not do what it can.

use serde_json::json;

use crate::credentials::swap;
use crate::{Mutant, ask, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    ask("lets any number call", "calls_list/on-web/rest", |ask| swap(ask, "ps_demo_web", "ps_demo_meta")),
    ask("lets a number that is not connected read groups", "groups_list/on-web-closed/rest", |ask| {
        swap(ask, "ps_demo_web_closed", "ps_demo_web");
    }),
    ask("refuses groups to an Official Business Account", "groups_create/on-meta-oba/rest", |ask| {
        swap(ask, "ps_demo_meta_oba", "ps_demo_meta");
    }),
    ask("lets any Meta number write to groups", "messages_send/groupId-on-meta/rest", |ask| {
        swap(ask, "ps_demo_meta", "ps_demo_meta_oba");
        if ask.body["groupId"].is_string() {
            ask.body["groupId"] = json!("120363000000000002@g.us");
        }
    }),
    reply("has the code of calls for channels too", "newsletters_list/on-meta/rest", |_, reply| {
        if reply.body["code"] == "NOT_SUPPORTED_FOR_META" {
            reply.body["code"] = json!("FEATURE_NOT_SUPPORTED");
        }
    }),
    reply(
        "refuses sends while the number is not connected",
        "messages_send/on-web-closed/rest",
        |ask, reply| {
            if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_web_closed") {
                reply.status = 409;
                reply.body = json!({ "error": "Not connected", "code": "WHATSAPP_INSTANCE_NOT_CONNECTED" });
            }
        },
    ),
];
