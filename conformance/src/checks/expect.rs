//! What a scenario expects of an answer.

use serde_json::{Map, Value, json};

use crate::compare::equal;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::targets::Answer;

/// Whether something holds; `actual` shows why not.
pub(super) fn ensure(holds: bool, message: &str, actual: &Value) -> Checked {
    if holds { Ok(()) } else { Err(Finding::new(message).with(Value::Null, actual.clone())) }
}

/// The body of a call that has to be carried out.
pub(super) fn accepted(answer: Answer) -> Result<Value, Box<Finding>> {
    if answer.ok {
        return Ok(answer.body);
    }
    let actual = json!({ "status": answer.status, "body": answer.body });
    Err(Finding::new("a call that has to be carried out was refused").with(Value::Null, actual))
}

/// A refusal with this status and code.
pub(super) fn refused(answer: &Answer, status: u16, code: &str) -> Checked {
    if !answer.ok && answer.status == Some(status) && answer.code() == Some(code) {
        return Ok(());
    }
    let expected = json!({ "status": status, "code": code });
    let actual = json!({ "status": answer.status, "body": answer.body });
    let message = if answer.ok {
        "a call that has to be refused was carried out"
    } else {
        "refused otherwise than it must be"
    };
    Err(Finding::new(message).with(expected, actual))
}

/// Whether a body has these members with these values; others may stand beside them.
pub(super) fn shows(what: &str, body: &Value, members: &Value) -> Checked {
    let shown: Map<String, Value> = members
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter_map(|name| Some((name.clone(), body.get(name)?.clone())))
        .collect();
    equal(&format!("{what} is not what it must be"), members, &Value::Object(shown))
}

/// A text in a body; empty where there is none.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}
