//! The error codes of an operation, by which clients tell refusals apart.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::operation::Operation;
use super::report::{Report, followed};
use super::response::{answer, statuses};
use crate::diff::change::Kind;
use crate::diff::schema::{Direction, Node};

/// The schema of each code's body, by code and status.
type Codes<'a> = IndexMap<(String, &'a str), Node<'a>>;

/// Whether an answer is a choice of bodies that are told apart by their code.
pub(super) fn has_codes(document: &Value, answer: &Node<'_>) -> bool {
    bodies(document, answer).is_some()
}

/// The bodies of an answer by their code; `None` where one has none, or where anything but JSON may be answered.
fn bodies<'a>(document: &'a Value, answer: &Node<'a>) -> Option<Vec<(String, Node<'a>)>> {
    let content = answer.child("content")?;
    let media = content
        .child("application/json")
        .filter(|_| content.schema.as_object().is_some_and(|map| map.len() == 1))?;
    let schema =
        media.child("schema").filter(|_| media.schema.as_object().is_some_and(|map| map.len() == 1))?;
    let only = |node: &Node<'_>, key: &str| {
        node.schema.as_object().is_some_and(|map| map.len() == 1 && map.contains_key(key))
    };
    let list = match schema.child("oneOf").filter(|_| only(&schema, "oneOf")) {
        Some(choice) => choice.items(),
        None => vec![schema],
    };
    list.into_iter()
        .map(|node| {
            let body = if only(&node, "$ref") { followed(document, node) } else { node };
            let code = body.schema.pointer("/properties/code/const")?.as_str()?.to_owned();
            Some((code, body))
        })
        .collect()
}

fn codes<'a>(operation: &Operation<'a>, statuses: &[&'a str]) -> Codes<'a> {
    let of = |status: &'a str| Some((status, bodies(operation.document, &answer(operation, status)?)?));
    let all = statuses.iter().filter_map(|status| of(status));
    all.flat_map(|(status, bodies)| bodies.into_iter().map(move |(code, body)| ((code, status), body)))
        .collect()
}

pub(super) fn compare<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    let statuses = statuses(old, new);
    let (was, is) = (codes(old, &statuses), codes(new, &statuses));
    for (key, body) in &was {
        match is.get(key) {
            Some(now) => report.schema(Direction::Output, body, now),
            None => gone(report, key, body, &is),
        }
    }
    for (key, body) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
        come(report, key, body, &was);
    }
    listed(report, (old, &was), (new, &is));
}

fn elsewhere<'a>(code: &str, all: &Codes<'a>) -> Option<&'a str> {
    all.keys().find(|(other, _)| other == code).map(|(_, status)| *status)
}

fn gone(report: &mut Report<'_>, (code, status): &(String, &str), body: &Node<'_>, now: &Codes<'_>) {
    let why = match elsewhere(code, now) {
        Some(other) => {
            format!("{code} comes with {other} and no more with {status}, which clients may tell it by")
        }
        None => format!("{code} is never answered with {status}, so that clients which act on it do not"),
    };
    report.add(Kind::Breaking, &body.at, (Some(&shown(code, status)), None), why);
}

fn come(report: &mut Report<'_>, (code, status): &(String, &str), body: &Node<'_>, before: &Codes<'_>) {
    let (kind, why) = match elsewhere(code, before) {
        Some(other) => (
            Kind::Breaking,
            format!("{code} came with {other} and now with {status}, which clients may tell it by"),
        ),
        None => (Kind::Warning, format!("{code} is new, and clients that match all codes do not know it")),
    };
    report.add(kind, &body.at, (None, Some(&shown(code, status))), why);
}

fn shown(code: &str, status: &str) -> Value {
    Value::String(format!("{status} {code}"))
}

/// The list of codes beside the answers, as far as the answers do not say the same.
fn listed(
    report: &mut Report<'_>,
    (old, was): (&Operation<'_>, &Codes<'_>),
    (new, is): (&Operation<'_>, &Codes<'_>),
) {
    let list = |operation: &Operation<'_>| -> IndexSet<String> {
        let list = operation.value().pointer("/x-pilot-status/errors").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (before, after, at) = (list(old), list(new), format!("{}/x-pilot-status/errors", new.at()));
    let said = |code: &str| elsewhere(code, was).is_some() == elsewhere(code, is).is_some();
    for code in before.difference(&after).filter(|code| said(code)) {
        let why = format!(
            "{code} is no longer among the operation's codes, so that clients which act on it do not"
        );
        report.add(Kind::Breaking, &at, (Some(&Value::from(code.as_str())), None), why);
    }
    for code in after.difference(&before).filter(|code| said(code)) {
        let why = format!("{code} is new, and clients that match all codes do not know it");
        report.add(Kind::Warning, &at, (None, Some(&Value::from(code.as_str()))), why);
    }
}
