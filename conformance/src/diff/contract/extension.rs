//! What the contract says of an operation's tool, its keys and its numbers (`x-pilot-status`).

use serde_json::Value;

use super::operation::Operation;
use super::report::Report;
use crate::diff::change::Kind;
use crate::diff::tools;

const KNOWN: [&str; 9] =
    ["tool", "title", "description", "annotations", "scope", "provider", "errors", "evidence", "decisions"];

pub(super) fn compare(report: &mut Report<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let none = &Value::Null;
    let of = |value| Value::get(value, "x-pilot-status").unwrap_or(none);
    let (was, is, at) = (of(old.value()), of(new.value()), format!("{}/x-pilot-status", new.at()));
    tool(report, &at, was, is);
    for key in ["title", "description"] {
        report.told(&at, key, was, is);
    }
    let annotations = format!("{at}/annotations");
    let found =
        tools::annotations_at(report.place(), &annotations, was.get("annotations"), is.get("annotations"));
    report.extend(found);
    limit(report, &at, "scope", ("either", "keys"), was, is);
    limit(report, &at, "provider", ("any", "numbers"), was, is);
    for key in ["evidence", "decisions"].into_iter().filter(|key| was.get(key) != is.get(key)) {
        let why = "it says how well this is attested, on which no client acts";
        report.add(Kind::Warning, &format!("{at}/{key}"), (was.get(key), is.get(key)), why);
    }
    report.rest(&at, was, is, &KNOWN);
}

fn tool(report: &mut Report<'_>, at: &str, old: &Value, new: &Value) {
    let sides = (old.get("tool"), new.get("tool"));
    let (kind, why) = match sides {
        (old, new) if old == new => return,
        (None, Some(_)) => (Kind::Additive, "the operation has a tool now"),
        (Some(_), None) => (Kind::Breaking, "the operation has no tool any more, so that calls of it fail"),
        _ => (Kind::Breaking, "the tool has another name, so that calls by the old one fail"),
    };
    report.add(kind, &format!("{at}/tool"), sides, why);
}

/// A limit with one value, `all`, that is none.
fn limit(report: &mut Report<'_>, at: &str, key: &str, (all, what): (&str, &str), old: &Value, new: &Value) {
    let sides = (old.get(key), new.get(key));
    let (kind, why) = match sides {
        (old, new) if old == new => return,
        (Some(_), Some(new)) if new == all => {
            (Kind::Additive, format!("all {what} will do, those of before among them"))
        }
        _ => (Kind::Breaking, format!("other {what} are asked for, so that those of before may be refused")),
    };
    report.add(kind, &format!("{at}/{key}"), sides, why);
}
