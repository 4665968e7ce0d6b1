//! What stands beside the operations.

use std::collections::HashSet;

use serde_json::Value;

use super::report::{Report, keys};
use super::security;
use crate::diff::change::Kind;
use crate::diff::schema::target;

pub(super) fn compare(report: &mut Report<'_>, old: &Value, new: &Value) {
    info(report, old, new);
    servers(report, old, new);
    tags(report, old, new);
    tools(report, old, new);
    security::of_document(report, old, new);
    security::schemes(report, old, new);
}

/// The keys that only say what the document is.
fn info(report: &mut Report<'_>, old: &Value, new: &Value) {
    let none = &Value::Null;
    let (was, is) = (old.get("info").unwrap_or(none), new.get("info").unwrap_or(none));
    for key in keys(was, is).into_iter().filter(|key| was.get(key) != is.get(key)) {
        let sides = (was.get(key), is.get(key));
        let (kind, why) = match key {
            "version" => (Kind::Additive, "the version names the release, and says nothing of what it does"),
            _ => (Kind::Warning, "people read what the document says of itself"),
        };
        report.add(kind, &format!("/info/{key}"), sides, why);
    }
}

/// What a list holds, by the key that names its items.
fn named<'v>(document: &'v Value, list: &str, key: &str) -> Vec<(&'v Value, &'v Value)> {
    let items = document.get(list).and_then(Value::as_array).into_iter().flatten();
    items.map(|item| (item.get(key).unwrap_or(item), item)).collect()
}

fn servers(report: &mut Report<'_>, old: &Value, new: &Value) {
    let (was, is) = (named(old, "servers", "url"), named(new, "servers", "url"));
    for (url, item) in &was {
        match is.iter().find(|(other, _)| other == url) {
            Some((_, now)) if now == item => {}
            Some((_, now)) => report.add(
                Kind::Unknown,
                "/servers",
                (Some(item), Some(now)),
                "what clients make of what is said of a server is not known here",
            ),
            None => report.add(
                Kind::Breaking,
                "/servers",
                (Some(item), None),
                "the server is gone, so that clients which ask it get no answer",
            ),
        }
    }
    for (_, item) in is.iter().filter(|(url, _)| !was.iter().any(|(other, _)| other == url)) {
        report.add(
            Kind::Additive,
            "/servers",
            (None, Some(item)),
            "the server is new, so that nobody depends on it yet",
        );
    }
}

fn tags(report: &mut Report<'_>, old: &Value, new: &Value) {
    let sides = (old.get("tags"), new.get("tags"));
    if sides.0 != sides.1 {
        report.add(
            Kind::Warning,
            "/tags",
            sides,
            "documentation and generated clients group operations by them",
        );
    }
}

/// The names of the tools, in the order in which they are listed.
fn tools(report: &mut Report<'_>, old: &Value, new: &Value) {
    let names =
        |document| named(document, "x-tools", "").into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let (was, is) = (names(old), names(new));
    for name in was.iter().filter(|name| !is.contains(name)) {
        report.add(
            Kind::Breaking,
            "/x-tools",
            (Some(name), None),
            "the tool is gone, so that calls of it fail",
        );
    }
    for name in is.iter().filter(|name| !was.contains(name)) {
        report.add(
            Kind::Additive,
            "/x-tools",
            (None, Some(name)),
            "the tool is new, so that nobody depends on it yet",
        );
    }
    let kept = |names: &[&Value], others: &[&Value]| -> Vec<Value> {
        names.iter().filter(|name| others.contains(name)).map(|name| (*name).clone()).collect()
    };
    if kept(&was, &is) != kept(&is, &was) {
        let sides = (old.get("x-tools"), new.get("x-tools"));
        report.add(
            Kind::Warning,
            "/x-tools",
            sides,
            "models see the tools in another order, and may choose otherwise",
        );
    }
}

/// The references that the operations reach.
pub(super) fn reached(document: &Value) -> HashSet<&str> {
    let mut found = HashSet::new();
    let mut open: Vec<&Value> = document.get("paths").into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str)
                    && found.insert(reference)
                {
                    open.extend(target(document, reference).map(|node| node.schema));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}
