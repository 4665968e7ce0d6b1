//! From a JSON-RPC message to an answer.

use serde_json::{Map, Value, json};

use super::{Reply, Revision};
use crate::targets::Answer;

/// Reads the answer to the request `asked`.
pub(super) fn read(revision: Revision, asked: &Value, reply: Reply) -> Answer {
    let Reply { status, headers, mut message } = reply;
    let Some(Value::Object(result)) = message.get_mut("result").map(Value::take) else {
        let body = message.get_mut("error").map_or(Value::Null, Value::take);
        return Answer { ok: false, status, body, headers, by_transport: true, defects: Vec::new() };
    };
    let mut defects = Vec::new();
    let mut expect = |holds: bool, defect: &str| {
        if !holds {
            defects.push(defect.to_owned());
        }
    };
    expect(status.is_none_or(|status| status == 200), "a result came with an HTTP status other than 200");
    let typed = revision != Revision::Modern || result.get("resultType").is_some_and(Value::is_string);
    expect(typed, "the result has no resultType");
    expect(message.get("id") == asked.get("id"), "the answer does not bear the id of the request");
    let failed = result.get("isError") == Some(&Value::Bool(true));
    let text = text(&result).unwrap_or_default();
    let mut body: Value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    expect(body.is_object() || body.is_array(), "the text of the result is not a JSON object or array");
    match result.get("structuredContent") {
        Some(structured) => {
            expect(*structured == wrapped(&body), "structuredContent is not the JSON of the text")
        }
        // An error may come as text alone: some clients hold structuredContent against the outputSchema whatever isError says.
        None => expect(failed, "a success has no structuredContent"),
    }
    let refusal = body.as_object_mut().filter(|_| failed).and_then(|body| body.remove("status"));
    let status = refusal.as_ref().and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    expect(!failed || status.is_some(), "a refusal names no status");
    Answer { ok: !failed, status, body, headers, by_transport: false, defects }
}

/// The text of a result, which is its only content.
fn text(result: &Map<String, Value>) -> Option<&str> {
    match result.get("content")?.as_array()?.as_slice() {
        [only] if only.get("type")? == "text" => only.get("text")?.as_str(),
        _ => None,
    }
}

/// `structuredContent` is an object: an array stands under `items`.
fn wrapped(body: &Value) -> Value {
    if body.is_array() { json!({ "items": body }) } else { body.clone() }
}
