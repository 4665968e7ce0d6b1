//! The answers of an operation, by status.

use serde_json::Value;

use super::codes::has_codes;
use super::content;
use super::operation::Operation;
use super::report::{Report, followed, keys};
use crate::diff::change::Kind;
use crate::diff::schema::{Direction, Node};

const HEADER: [&str; 9] = [
    "description",
    "required",
    "schema",
    "content",
    "example",
    "examples",
    "deprecated",
    "x-evidence",
    "x-decisions",
];

/// The answer with a status.
pub(super) fn answer<'a>(operation: &Operation<'a>, status: &str) -> Option<Node<'a>> {
    Some(followed(operation.document, operation.node.child("responses")?.child(status)?))
}

/// The statuses of both.
pub(super) fn statuses<'a>(old: &Operation<'a>, new: &Operation<'a>) -> Vec<&'a str> {
    let of = |operation: &Operation<'a>| operation.value().get("responses").unwrap_or(&Value::Null);
    keys(of(old), of(new))
}

pub(super) fn compare<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    for status in statuses(old, new) {
        match (answer(old, status), answer(new, status)) {
            (Some(was), Some(is)) => one(report, (old, &was), (new, &is)),
            (Some(was), None) => {
                let why = "answers have this status no more, which clients tell answers by";
                report.add(Kind::Breaking, &was.at, (Some(was.schema), None), why);
            }
            (None, Some(is)) => {
                let why = "answers may have a status that clients, which tell answers by it, do not know";
                report.add(Kind::Breaking, &is.at, (None, Some(is.schema)), why);
            }
            (None, None) => {}
        }
    }
}

fn one<'a>(
    report: &mut Report<'a>,
    (old, was): (&Operation<'a>, &Node<'a>),
    (new, is): (&Operation<'a>, &Node<'a>),
) {
    report.told(&is.at, "description", was.schema, is.schema);
    headers(report, (old, was), (new, is));
    // Where answers are told apart by their code, they are compared code by code.
    if !(has_codes(old.document, was) && has_codes(new.document, is)) {
        content::compare(report, Direction::Output, was, is);
    }
    report.rest(&is.at, was.schema, is.schema, &["description", "headers", "content"]);
}

fn headers<'a>(
    report: &mut Report<'a>,
    (old, was): (&Operation<'a>, &Node<'a>),
    (new, is): (&Operation<'a>, &Node<'a>),
) {
    let none = &Value::Null;
    let names = |node: &Node<'a>| node.schema.get("headers").unwrap_or(none);
    for name in keys(names(was), names(is)) {
        let of = |document: &'a Value, node: &Node<'a>| {
            Some(followed(document, node.child("headers")?.child(name)?))
        };
        match (of(old.document, was), of(new.document, is)) {
            (Some(was), Some(is)) => {
                report.switch(
                    "required",
                    (&was, &is),
                    [
                        (Kind::Additive, "the header is always there now"),
                        (Kind::Breaking, "the header may be missing, on which clients rely"),
                    ],
                );
                content::described(report, Direction::Output, &was, &is);
                report.rest(&is.at, was.schema, is.schema, &HEADER);
            }
            (Some(was), None) => {
                let why = "the header is gone, so that clients which read it find none";
                report.add(Kind::Breaking, &was.at, (Some(was.schema), None), why);
            }
            (None, Some(is)) => {
                report.add(
                    Kind::Additive,
                    &is.at,
                    (None, Some(is.schema)),
                    "the header is new, so that nobody depends on it yet",
                );
            }
            (None, None) => {}
        }
    }
}
