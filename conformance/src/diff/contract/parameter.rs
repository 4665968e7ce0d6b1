//! Parameters in path, query and header.

use serde_json::Value;

use super::content;
use super::operation::Operation;
use super::report::{Report, followed};
use crate::diff::change::Kind;
use crate::diff::schema::{Direction, Node};

const KNOWN: [&str; 12] = [
    "name",
    "in",
    "required",
    "description",
    "schema",
    "content",
    "example",
    "examples",
    "deprecated",
    "x-argument",
    "x-evidence",
    "x-decisions",
];

pub(super) fn compare<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    let (was, is) = (parameters(old), parameters(new));
    for parameter in &was {
        match is.iter().find(|other| key(other) == key(parameter)) {
            Some(now) => one(report, parameter, now),
            None => {
                let why = "the parameter is gone, so that what requests asked for with it is not done";
                report.add(Kind::Breaking, &parameter.at, (Some(parameter.schema), None), why);
            }
        }
    }
    for parameter in is.iter().filter(|one| !was.iter().any(|other| key(other) == key(one))) {
        let (kind, why) = if parameter.schema.get("required") == Some(&Value::Bool(true)) {
            (Kind::Breaking, "the parameter is new and required, so that requests without it fail")
        } else {
            (Kind::Additive, "the parameter is new, and may be left out")
        };
        report.add(kind, &parameter.at, (None, Some(parameter.schema)), why);
    }
}

/// Those of the operation and those of its path, which the operation's own replace.
fn parameters<'a>(operation: &Operation<'a>) -> Vec<Node<'a>> {
    let mut all: Vec<Node<'a>> = Vec::new();
    for holder in [&operation.node, &operation.item] {
        let list = holder.child("parameters").map(|list| list.items()).unwrap_or_default();
        for parameter in list.into_iter().map(|parameter| followed(operation.document, parameter)) {
            if !all.iter().any(|known| key(known) == key(&parameter)) {
                all.push(parameter);
            }
        }
    }
    all
}

/// Place and name; names of headers have no case.
fn key(parameter: &Node<'_>) -> (String, String) {
    let text = |key: &str| parameter.schema.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let place = text("in");
    let name = if place == "header" { text("name").to_lowercase() } else { text("name") };
    (place, name)
}

fn one<'a>(report: &mut Report<'a>, old: &Node<'a>, new: &Node<'a>) {
    report.switch(
        "required",
        (old, new),
        [
            (Kind::Breaking, "the parameter is required now, so that requests without it fail"),
            (Kind::Additive, "the parameter may be left out, and need not"),
        ],
    );
    argument(report, old, new);
    content::described(report, Direction::Input, old, new);
    report.rest(&new.at, old.schema, new.schema, &KNOWN);
}

/// The name of the tool's argument, where it is not that of the parameter.
fn argument(report: &mut Report<'_>, old: &Node<'_>, new: &Node<'_>) {
    let sides = (old.schema.get("x-argument"), new.schema.get("x-argument"));
    if sides.0 != sides.1 {
        let why = "the argument of the tool has another name, so that calls with the old one are refused";
        report.add(Kind::Breaking, &new.below("x-argument"), sides, why);
    }
}
