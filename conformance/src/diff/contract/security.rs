//! Which credentials open an operation.

use serde_json::Value;

use super::operation::Operation;
use super::report::{Report, keys};
use crate::diff::change::Kind;

/// The ways in, of which one is enough; an operation without any of its own has those of the document.
pub(super) fn of_operation(report: &mut Report<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let own = |operation: &Operation<'_>| match operation.value().get("security") {
        Some(own) => (Some(own.clone()), format!("{}/security", operation.at())),
        None => (operation.document.get("security").cloned(), "/security".to_owned()),
    };
    let ((was, _), (is, at)) = (own(old), own(new));
    ways(report, &at, was.as_ref(), is.as_ref());
}

/// Those of the document, also where no operation has them.
pub(super) fn of_document(report: &mut Report<'_>, old: &Value, new: &Value) {
    ways(report, "/security", old.get("security"), new.get("security"));
}

/// An empty list asks for nothing, as does an empty requirement.
fn ways(report: &mut Report<'_>, at: &str, old: Option<&Value>, new: Option<&Value>) {
    let list = |value: Option<&Value>| match value.and_then(Value::as_array) {
        Some(ways) if !ways.is_empty() => ways.clone(),
        _ => vec![Value::Object(serde_json::Map::new())],
    };
    let (was, is) = (list(old), list(new));
    for way in was.iter().filter(|way| !is.contains(way)) {
        let why = "this way in is closed, so that clients which use it are refused";
        report.add(Kind::Breaking, at, (Some(way), None), why);
    }
    for way in is.iter().filter(|way| !was.contains(way)) {
        let why = "there is another way in, and those before it still lead there or are named as closed";
        report.add(Kind::Additive, at, (None, Some(way)), why);
    }
}

/// What the credentials are and where they go.
pub(super) fn schemes(report: &mut Report<'_>, old: &Value, new: &Value) {
    let none = &Value::Null;
    let of = |document| Value::pointer(document, "/components/securitySchemes").unwrap_or(none);
    let (was, is) = (of(old), of(new));
    for name in keys(was, is) {
        let at = format!("/components/securitySchemes/{name}");
        match (was.get(name), is.get(name)) {
            (Some(was), Some(is)) => scheme(report, &at, was, is),
            (was @ Some(_), None) => report.add(
                Kind::Breaking,
                &at,
                (was, None),
                "the credential is gone, so that clients which have it are refused",
            ),
            (_, is) => report.add(
                Kind::Additive,
                &at,
                (None, is),
                "the credential is new, so that nobody depends on it yet",
            ),
        }
    }
}

/// Everything that says how a client sends the credential.
const SENT: [&str; 4] = ["type", "in", "name", "scheme"];

fn scheme(report: &mut Report<'_>, at: &str, old: &Value, new: &Value) {
    for key in SENT.into_iter().filter(|key| old.get(key) != new.get(key)) {
        let why = "clients send the credential otherwise than it is expected, so that they are refused";
        report.add(Kind::Breaking, &format!("{at}/{key}"), (old.get(key), new.get(key)), why);
    }
    report.told(at, "description", old, new);
    let known: Vec<&str> = SENT.into_iter().chain(["description"]).collect();
    report.rest(at, old, new, &known);
}
