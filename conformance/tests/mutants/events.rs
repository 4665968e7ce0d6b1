//! Targets that tell of what happens too often, too late, to the wrong one, or not at all.

use serde_json::{Value, json};

use crate::relay::Parcel;
use crate::{Mutant, ask, delivery, remove, replace, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    delivery("does not sign", "webhooks/signed/rest", |parcel| {
        parcel.headers.remove("x-pilot-status-signature");
    }),
    delivery("signs another body than it sends", "webhooks/signed/mcp", |parcel| {
        let body: Value = serde_json::from_slice(&parcel.body).unwrap();
        parcel.body = format!("{body:#}").into();
    }),
    delivery("says that its JSON is text", "webhooks/delivered/rest", |parcel| {
        parcel.headers.insert("content-type", "text/plain".parse().unwrap());
    }),
    delivery("sends a webhook twice", "webhooks/once-per-state/rest", |parcel| parcel.copies = 2),
    delivery("loses a webhook", "webhooks/once-per-state/mcp", |parcel| {
        parcel.copies = usize::from(parcel.event() != "message.delivered");
    }),
    delivery("tells of the beginning only", "webhooks/in-order/mcp", |parcel| {
        parcel.copies = usize::from(parcel.event() == "message.sent");
    }),
    delivery("delivers nothing", "webhooks/deleted/mcp", |parcel| parcel.copies = 0),
    delivery("delivers nothing", "lifecycle/cancelled/mcp", |parcel| parcel.copies = 0),
    delivery("tells one webhook of what several want", "webhooks/signed/mcp", |parcel| {
        parcel.copies = usize::from(!parcel.to.ends_with("/other"));
    }),
    delivery("tells again of what was told while a template is reviewed", "review/decided/mcp", |parcel| {
        parcel.copies = 2
    }),
    delivery("lets a webhook overtake another", "webhooks/in-order/rest", |parcel| {
        parcel.waits = parcel.event() == "message.delivered";
    }),
    delivery("leaves a field out of a webhook", "webhooks/payload-message.failed/rest", |parcel| {
        change(parcel, |data| remove(data, "error"));
    }),
    delivery("sends null where nothing belongs", "webhooks/payload-message.received/rest", |parcel| {
        change(parcel, |data| data["correlationId"] = Value::Null);
    }),
    delivery("writes phones without a plus", "webhooks/payload-number.connected/rest", |parcel| {
        change(parcel, |data| data["phone"] = json!(data["phone"].as_str().unwrap().trim_start_matches('+')));
    }),
    delivery("tells of a call's length as text", "webhooks/payload-call.ended/rest", |parcel| {
        let mut body: Value = serde_json::from_slice(&parcel.body).unwrap();
        body["duration"] = json!(body["duration"].to_string());
        parcel.body = body.to_string().into();
    }),
    delivery("never tries again", "webhooks/retried/rest", |parcel| parcel.told = Some(200)),
    delivery("tries again after a success", "webhooks/retry-ends/rest", |parcel| parcel.told = Some(500)),
    delivery("takes any answer for a success", "webhooks/status-decides/rest", |parcel| {
        parcel.told = Some(204)
    }),
    delivery("does not wait for an answer", "webhooks/unanswered/rest", |parcel| parcel.hastily = true),
    delivery("has no time for a receiver", "webhooks/unanswered/mcp", |parcel| parcel.copies = 0),
    reply("logs successes only", "webhooks/logged/rest", |ask, reply| {
        if let Some(rows) = reply.body.as_array_mut().filter(|_| ask.path.contains("/logs")) {
            rows.retain(|row| row["status"] == "SUCCESS");
        }
    }),
    ask("shows a row of the log too many", "webhooks/logged/rest", |ask| {
        ask.path = ask.path.replace("limit=2", "limit=3");
    }),
    ask("ignores what a webhook subscribes to", "webhooks/filtered/rest", |ask| {
        if ask.path == "/v1/webhooks" && ask.body.get("events").is_some() {
            ask.body["events"] = json!(["*"]);
        }
    }),
    ask("goes on with a webhook that is paused", "webhooks/paused/rest", |ask| {
        if ask.method == "PATCH" {
            remove(&mut ask.body, "active");
        }
    }),
    ask("tells a webhook of another number", "webhooks/own-number/rest", |ask| {
        if ask.body["whatsappNumberId"] == "num_meta" {
            ask.body["whatsappNumberId"] = json!("num_web");
        }
    }),
    Mutant {
        ask: |ask| {
            if ask.method == "DELETE" && ask.path.starts_with("/v1/webhooks/") {
                ask.method = "GET".to_owned();
            }
        },
        ..reply("keeps a webhook that was deleted", "webhooks/deleted/rest", |_, _| {})
    },
    reply("lets a status go back", "lifecycle/to-read/rest", |_, reply| {
        replace(reply, "status", "READ", "SENT");
    }),
    ask("sends at once what is scheduled", "lifecycle/scheduled/rest", |ask| {
        remove(&mut ask.body, "deliverAt")
    }),
    reply("shows a cancelled message as failed", "lifecycle/cancelled/rest", |_, reply| {
        replace(reply, "status", "CANCELED", "FAILED");
    }),
    ask("forgets deliverUntil", "lifecycle/expired/rest", |ask| remove(&mut ask.body, "deliverUntil")),
    reply("does not say why a message failed", "lifecycle/failures/rest", |_, reply| {
        if reply.body["status"] == "FAILED" {
            reply.body["errorMessage"] = Value::Null;
        }
    }),
    ask("has no 24-hour window", "lifecycle/window/rest", |ask| {
        if ask.body["destinationNumber"] == "+5511977776666" {
            ask.body["destinationNumber"] = json!("+5511988887777");
        }
    }),
    ask("approves every template", "review/decided/rest", |ask| {
        if ask.body["name"] == "aviso_rejected" {
            ask.body["name"] = json!("aviso_approved");
        }
        ask.path = ask.path.replace("aviso_rejected", "aviso_approved");
    }),
];

/// Changes what a delivery says in its data; its signature is that of another body then.
fn change(parcel: &mut Parcel, change: fn(&mut Value)) {
    let mut body: Value = serde_json::from_slice(&parcel.body).unwrap();
    change(&mut body["data"]);
    parcel.body = body.to_string().into();
}
