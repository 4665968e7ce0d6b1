//! Contracts: OpenAPI 3.1 documents, operation by operation.

mod codes;
mod content;
mod extension;
mod operation;
mod parameter;
mod parts;
mod report;
mod response;
mod security;

use serde_json::Value;

use super::change::{Change, Kind};
use super::schema::Pair;
use operation::{Operation, operations};
use report::{Report, keys};

/// What the document says of itself.
const WHOLE: &str = "contract";
/// Judged here or with the operations.
const KNOWN: [&str; 7] = ["info", "servers", "security", "tags", "x-tools", "paths", "components"];

pub(super) fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let documents = Pair::new(old, new);
    let mut report = Report::new(&documents, WHOLE);
    parts::compare(&mut report, old, new);
    report.rest("", old, new, &KNOWN);
    let (was, is) = (operations(old), operations(new));
    let added: Vec<&Operation<'_>> = is.iter().filter(|operation| operation.among(&was).is_none()).collect();
    for operation in &was {
        match operation.among(&is) {
            Some(now) => report.at(&operation.name, |report| operation::compare(report, operation, now)),
            None => removed(&mut report, operation, &added),
        }
    }
    for operation in &added {
        let why = "the operation is new, so that nobody depends on it yet";
        let sides = (None, operation.value().get("operationId"));
        report.at(&operation.name, |report| report.add(Kind::Additive, &operation.at(), sides, why));
    }
    unreached(&mut report, old, new);
    report.into_changes()
}

fn removed(report: &mut Report<'_>, operation: &Operation<'_>, added: &[&Operation<'_>]) {
    let id = operation.value().get("operationId");
    let mut why = "the operation is gone, so that requests for it fail".to_owned();
    if let Some(heir) = added.iter().find(|now| id.is_some() && now.value().get("operationId") == id) {
        why = format!("{why}; by its operationId it is {} now", heir.name);
    }
    report.at(&operation.name, |report| report.add(Kind::Breaking, &operation.at(), (id, None), why));
}

/// Components that no operation refers to: nobody can tell which way their values go.
fn unreached(report: &mut Report<'_>, old: &Value, new: &Value) {
    let (was, is) = (parts::reached(old), parts::reached(new));
    let nothing = Value::Null;
    let side = |document| Value::get(document, "components").unwrap_or(&nothing);
    let (before, after) = (side(old), side(new));
    for kind in keys(before, after).into_iter().filter(|kind| *kind != "securitySchemes") {
        let (before, after) = (before.get(kind).unwrap_or(&nothing), after.get(kind).unwrap_or(&nothing));
        for name in keys(before, after) {
            let reference = format!("#/components/{kind}/{name}");
            if was.contains(reference.as_str()) && is.contains(reference.as_str()) {
                continue;
            }
            let sides = (before.get(name), after.get(name));
            let alike = sides.0.zip(sides.1).is_some_and(|(old, new)| report.documents().alike(old, new));
            // One that operations begin or cease to refer to is judged with them.
            let elsewhere = was.contains(reference.as_str()) || is.contains(reference.as_str());
            if !alike && !elsewhere {
                let why =
                    "no operation refers to it, so that nothing says whether clients send it or receive it";
                report.add(Kind::Unknown, reference.trim_start_matches('#'), sides, why);
            }
        }
    }
}
