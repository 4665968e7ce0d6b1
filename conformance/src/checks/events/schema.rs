//! The payload of each event, written from the types of the SDK: what must be there, and what may not be null. More may stand beside it.

use serde_json::{Map, Value, json};

const MESSAGE_TYPES: [&str; 9] =
    ["text", "image", "audio", "video", "document", "location", "contacts", "sticker", "reaction"];

fn phone() -> Value {
    json!({ "type": "string", "pattern": r"^\+[0-9]{8,15}$" })
}

fn instant() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$" })
}

fn string() -> Value {
    json!({ "type": "string" })
}

fn nullable() -> Value {
    json!({ "type": ["string", "null"] })
}

fn id() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

/// The schema of an event's payload; none for `calls`, whose form nobody documents.
pub(super) fn of(event: &str) -> Option<Value> {
    match event.split_once('.')? {
        ("message", what) => Some(enveloped(event, &message(what))),
        ("number", _) => Some(enveloped(event, &number())),
        ("call", what) => Some(call(event, what)),
        _ => None,
    }
}

/// `{event, data}`, and nothing else.
fn enveloped(event: &str, data: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["event", "data"],
        "additionalProperties": false,
        "properties": { "event": { "const": event }, "data": data },
    })
}

/// An object that has to have some members; others, where they are there, have to be of their type.
fn object(required: &Value, optional: &Value) -> Value {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let needed: Vec<String> = members(required).keys().cloned().collect();
    let properties: Map<String, Value> = members(required).into_iter().chain(members(optional)).collect();
    json!({ "type": "object", "required": needed, "properties": properties })
}

fn message(what: &str) -> Value {
    let outbound = ["sent", "delivered", "read", "failed"].contains(&what);
    let mut required = json!({
        "numberId": id(),
        "messageId": nullable(),
        "id": id(),
        "fromMe": { "const": outbound },
        "createdAt": instant(),
        "to": phone(),
    });
    let mut optional = json!({
        "type": { "enum": MESSAGE_TYPES },
        "content": string(),
        "correlationId": string(),
        "mediaLink": string(),
        "mediaType": string(),
        "mediaCaption": string(),
        "mediaFilename": string(),
        "errorCode": string(),
        "participantName": nullable(),
        "contentReplied": string(),
        "quotedMessageId": nullable(),
        "groupId": { "type": "string", "pattern": "@g\\.us$" },
        "groupName": nullable(),
        "newsletterId": { "type": "string", "pattern": "@newsletter$" },
        "newsletterName": nullable(),
    });
    let from = if what == "newsletter" { string() } else { phone() };
    add(if outbound { &mut optional } else { &mut required }, "from", from);
    if what == "failed" {
        add(&mut required, "error", json!({ "type": "string", "minLength": 1 }));
    }
    object(&required, &optional)
}

fn add(members: &mut Value, name: &str, schema: Value) {
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), schema);
    }
}

fn number() -> Value {
    let required =
        json!({ "numberId": id(), "phone": phone(), "displayName": string(), "createdAt": instant() });
    object(&required, &json!({ "profileName": string(), "error": string(), "errorCode": string() }))
}

/// Call events are flat.
fn call(event: &str, what: &str) -> Value {
    let statuses: &[&str] = match what {
        "ringing" => &["RINGING"],
        "connected" => &["ACCEPTED"],
        "missed" => &["MISSED"],
        "ended" => &["COMPLETED", "FAILED", "REJECTED"],
        _ => &["NO_PERMISSION", "TEMPORARY", "PERMANENT"],
    };
    let of_no_call = what == "permission_updated";
    let required = json!({
        "event": { "const": event },
        "callId": if of_no_call { json!({ "type": "null" }) } else { id() },
        "direction": if of_no_call { json!({ "type": "null" }) } else { json!({ "enum": ["INBOUND", "OUTBOUND"] }) },
        "status": { "enum": statuses },
        "from": phone(),
        "to": phone(),
        "timestamp": instant(),
    });
    let duration = if what == "ended" { json!({ "type": "integer", "minimum": 0 }) } else { json!(false) };
    object(&required, &json!({ "externalCallId": nullable(), "duration": duration, "data": false }))
}
