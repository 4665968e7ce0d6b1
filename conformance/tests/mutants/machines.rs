//! Targets that are right in each answer, and wrong in what they remember.

use serde_json::{Value, json};

use crate::layer::{Ask, Reply};
use crate::{Mutant, ask, remove, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("reads a stale status", "messages/sends/rest", |ask, reply| {
        if is_read(ask, "/v1/messages/msg_") && reply.body["status"] == "DELIVERED" {
            reply.body["status"] = json!("SENT");
        }
    }),
    reply("cancels a message in the answer only", "messages/sends/rest", |ask, reply| {
        if is_read(ask, "/v1/messages/msg_") && reply.body["status"] == "CANCELED" {
            reply.body["status"] = json!("QUEUED");
        }
    }),
    ask("sends twice under one idempotency key", "messages/sends/rest", |ask| {
        ask.headers.remove("idempotency-key");
    }),
    ask("forgets the deadline", "messages/sends/mcp", |ask| {
        if let Some(arguments) = arguments(ask, "messages_send") {
            remove(arguments, "deliverUntil");
        }
    }),
    reply("approves templates at once", "templates/versions/rest", |ask, reply| {
        if is_read(ask, "/v1/templates/") && reply.body["metaStatus"] == "PENDING" {
            reply.body["metaStatus"] = json!("APPROVED");
        }
    }),
    ask("keeps the spelling of a template's name", "templates/versions/rest", |ask| {
        if ask.method == "POST" && ask.path == "/v1/templates" && ask.body["name"] == "aviso.disabled" {
            ask.body["name"] = json!("aviso.disabled2");
        }
    }),
    ask("adds events to those that there are", "webhooks/subscriptions/rest", |ask| {
        if let Some(Value::Array(events)) = ask.body.get_mut("events").filter(|_| ask.method == "PATCH") {
            events.push(json!("message.sent"));
        }
    }),
    reply("shows a number's key the webhooks of all numbers", "webhooks/subscriptions/rest", |ask, reply| {
        if is_read(ask, "/v1/webhooks/") && reply.status == 404 {
            reply.status = 200;
        }
    }),
    reply("lets a participant stay", "groups/participants/rest", |ask, reply| {
        let of_team = ask.path == "/v1/groups/120363000000000001%40g.us";
        let participants = reply.body.get_mut("participants").filter(|_| of_team);
        if let Some(Value::Array(participants)) = participants
            && !participants.iter().any(|it| it["phone"] == "5511955554444")
        {
            participants.push(json!({ "id": "x", "phone": "5511955554444", "role": "member" }));
        }
    }),
    ask("removes somebody else", "groups/participants/mcp", |ask| {
        if let Some(arguments) = arguments(ask, "group_participants_remove") {
            arguments["participants"] = json!(["5511900000009"]);
        }
    }),
    reply("loses the first message of a page", "groups/participants/rest", |ask, reply| {
        if let Some(Value::Array(rows)) =
            reply.body.get_mut("messages").filter(|_| ask.path.contains("page=2"))
        {
            rows.pop();
        }
    }),
    reply("lists numbers that were deleted", "numbers/connections/rest", |ask, reply| {
        if let Value::Array(numbers) = &mut reply.body
            && ask.path == "/v1/numbers"
            && !numbers.iter().any(|number| number["id"] == "num_web")
        {
            numbers.push(json!({ "id": "num_web", "state": "CLOSE" }));
        }
    }),
    reply("goes on about a number that is not connected", "numbers/connections/mcp", |_, reply| {
        let Some(body) = reply.body.pointer_mut("/result/structuredContent") else { return };
        if body.get("health").is_some() && body["state"] == "CONNECTING" {
            body["state"] = json!("OPEN");
            reply.body["result"]["content"][0]["text"] =
                json!(reply.body["result"]["structuredContent"].to_string());
        }
    }),
    ask("lists a call too many", "calls/ringing/rest", |ask| {
        ask.path = ask.path.replace("limit=2", "limit=3");
    }),
    reply("accepts a call that has ended", "calls/ringing/rest", |ask, reply| {
        if ask.path.ends_with("/accept") && reply.status == 409 {
            let id = ask.path.split('/').nth(3).unwrap_or_default();
            *reply = Reply {
                status: 200,
                body: json!({ "success": true, "id": id, "status": "ACCEPTED" }),
                ..reply.clone()
            };
        }
    }),
];

fn is_read(ask: &Ask, path: &str) -> bool {
    ask.method == "GET" && ask.path.starts_with(path)
}

/// The arguments of a call of a tool over MCP.
fn arguments<'a>(ask: &'a mut Ask, tool: &str) -> Option<&'a mut Value> {
    (ask.body.pointer("/params/name")? == tool).then(|| ask.body.pointer_mut("/params/arguments"))?
}
