//! Contracts: OpenAPI 3.1 documents, operation by operation.

mod codes;
mod components;
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
use components::components;
use operation::{Operation, operations};
use report::Report;

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
    components(&mut report, old, new);
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
