//! What is a JSON-RPC message, and what is not.

use reqwest::header::CONTENT_LENGTH;
use serde_json::{Map, Value, json};

use super::{check, ensure, status};
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Raw, Revision};

pub(super) const MALFORMED: Rule = Rule::must(
    "malformed-*",
    "A body that is no JSON is refused with 400 and -32700; JSON that is no single request or notification with 400 and -32600, batches among it.",
);
pub(super) const ID: Rule = Rule::must(
    "id-*",
    "The answer bears the id of the request, of the same type and value; so does an error.",
);
pub(super) const NOTIFICATION: Rule =
    Rule::must("notification", "A notification is answered 202, without a body.");

/// No JSON.
const PARSE: i64 = -32700;
/// No message.
const INVALID: i64 = -32600;

/// Bodies, with the code of their refusal.
pub(super) const BODIES: [(&str, &[u8], i64); 15] = [
    ("empty", b"", PARSE),
    ("word", b"tools/list", PARSE),
    ("unclosed", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list""#, PARSE),
    ("trailing", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"} {}"#, PARSE),
    ("not-utf-8", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", PARSE),
    ("batch", br#"[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]"#, INVALID),
    ("empty-batch", b"[]", INVALID),
    ("number", b"1", INVALID),
    ("null", b"null", INVALID),
    ("empty-object", b"{}", INVALID),
    ("version-1", br#"{"jsonrpc":"1.0","id":1,"method":"tools/list"}"#, INVALID),
    ("no-version", br#"{"id":1,"method":"tools/list"}"#, INVALID),
    ("null-id", br#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#, INVALID),
    ("object-id", br#"{"jsonrpc":"2.0","id":{},"method":"tools/list"}"#, INVALID),
    ("method-of-number", br#"{"jsonrpc":"2.0","id":1,"method":7}"#, INVALID),
];

pub(super) fn run(scene: &mut Scene<'_>) {
    for (name, body, code) in BODIES {
        check(scene, MALFORMED, name, |scene| malformed(scene, body, code));
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    check(scene, MALFORMED, "deep", |scene| {
        let heard = scene.send(&Raw::post(TENANT_KEY, deep))?;
        status(&heard, &[400])?;
        ensure(matches!(heard.code(), Some(PARSE | INVALID)), "it is no JSON-RPC error", &heard.shown())
    });
    for (name, id) in [
        ("zero", json!(0)),
        ("negative", json!(-7)),
        ("large", json!(9_007_199_254_740_991_u64)),
        ("text", json!("a-1")),
        ("digits", json!("1")),
        ("empty", json!("")),
        ("unicode", json!("ação ✓ \"\\\n")),
    ] {
        check(scene, ID, name, |scene| echoed(scene, &id));
    }
    check(scene, NOTIFICATION, "", notification);
}

fn malformed(scene: &Scene<'_>, body: &[u8], code: i64) -> Checked {
    let heard = scene.send(&Raw::post(TENANT_KEY, body))?;
    let answer = heard.json();
    let sound = answer.get("jsonrpc") == Some(&json!("2.0")) && answer.get("result").is_none();
    if heard.status == 400 && heard.code() == Some(code) && sound {
        return Ok(());
    }
    let expected = json!({ "status": 400, "code": code });
    Err(Finding::new("it is not refused with the JSON-RPC error that it must be")
        .with(expected, heard.shown()))
}

/// In a result, in a refusal by the protocol, and in one of a tool.
fn echoed(scene: &Scene<'_>, id: &Value) -> Checked {
    for (method, params) in [
        ("server/discover", json!({})),
        ("no/such", json!({})),
        ("tools/call", json!({ "name": "numbers_get", "arguments": {} })),
        ("tools/call", json!({ "name": "no_such_tool", "arguments": {} })),
    ] {
        let params = params.as_object().cloned().unwrap_or_else(Map::new);
        let mut message = Revision::Modern.request(1, method, params);
        if let Some(own) = message.get_mut("id") {
            *own = id.clone();
        }
        let answer = scene.send(&Raw::carrying(TENANT_KEY, &message))?.json();
        if answer.get("id") != Some(id) {
            return Err(Finding::new("the answer bears another id").with(id.clone(), answer));
        }
    }
    Ok(())
}

fn notification(scene: &Scene<'_>) -> Checked {
    let message = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let raw = Raw::post(TENANT_KEY, message.to_string()).with("mcp-protocol-version", "2025-11-25");
    let heard = scene.send(&raw)?;
    status(&heard, &[202])?;
    let length = heard.headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()).unwrap_or("0");
    ensure(heard.text.is_empty() && length == "0", "the answer has a body", &heard.shown())
}
