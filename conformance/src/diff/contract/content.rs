//! Bodies by media type, and what describes a value outside of a body.

use serde_json::Value;

use super::report::{Report, keys};
use crate::diff::change::Kind;
use crate::diff::schema::{Direction, Node};

/// What says how well something is attested, or shows it.
const READ: [&str; 6] = ["description", "example", "examples", "deprecated", "x-evidence", "x-decisions"];

/// The bodies of a request or an answer.
pub(super) fn compare<'a>(report: &mut Report<'a>, direction: Direction, old: &Node<'a>, new: &Node<'a>) {
    for kind in media_types(old, new) {
        let of = |node: &Node<'a>| node.child("content")?.child(kind);
        match (of(old), of(new)) {
            (Some(was), Some(is)) => {
                described(report, direction, &was, &is);
                let known: Vec<&str> = READ.into_iter().chain(["schema"]).collect();
                report.rest(&is.at, was.schema, is.schema, &known);
            }
            (Some(was), None) => {
                let why = "bodies of this media type are gone, so that clients which use it fail";
                report.add(Kind::Breaking, &was.at, (Some(was.schema), None), why);
            }
            (None, Some(is)) => {
                let (kind, why) = match direction {
                    Direction::Input => (Kind::Additive, "bodies may have this media type too"),
                    Direction::Output => {
                        (Kind::Warning, "answers may have a media type that clients do not read")
                    }
                };
                report.add(kind, &is.at, (None, Some(is.schema)), why);
            }
            (None, None) => {}
        }
    }
}

fn media_types<'a>(old: &Node<'a>, new: &Node<'a>) -> Vec<&'a str> {
    let of = |node: &Node<'a>| node.schema.get("content").unwrap_or(&Value::Null);
    keys(of(old), of(new))
}

/// A value with its schema, description and examples: a parameter, a header, a body.
pub(super) fn described<'a>(report: &mut Report<'a>, direction: Direction, old: &Node<'a>, new: &Node<'a>) {
    for key in READ {
        report.told(&new.at, key, old.schema, new.schema);
    }
    compare_content_of(report, direction, old, new);
    match (old.child("schema"), new.child("schema")) {
        (Some(was), Some(is)) => report.schema(direction, &was, &is),
        (None, Some(is)) => {
            let (kind, why) = match direction {
                Direction::Input => {
                    (Kind::Breaking, "what could be anything has a schema, so that requests may be refused")
                }
                Direction::Output => {
                    (Kind::Additive, "what could be anything has a schema, so that clients can rely on more")
                }
            };
            report.add(kind, &is.at, (None, Some(is.schema)), why);
        }
        (Some(was), None) => {
            let (kind, why) = match direction {
                Direction::Input => (Kind::Additive, "anything is accepted, where there was a schema"),
                Direction::Output => {
                    (Kind::Breaking, "nothing says any more what this is, so that clients cannot rely on it")
                }
            };
            report.add(kind, &was.at, (Some(was.schema), None), why);
        }
        (None, None) => {}
    }
}

/// Parameters and headers may have a media type in the place of a schema.
fn compare_content_of<'a>(report: &mut Report<'a>, direction: Direction, old: &Node<'a>, new: &Node<'a>) {
    if old.schema.get("content") != new.schema.get("content") {
        compare(report, direction, old, new);
    }
}
