//! Lists of tools.

use serde_json::Value;

use super::change::{Change, Kind};
use super::hints;
use super::schema::{Direction, compare_schemas};

/// What models read to choose a tool.
const READ: [&str; 2] = ["title", "description"];
const KNOWN: [&str; 7] =
    ["name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons"];

pub(super) fn compare(old: &[Value], new: &[Value]) -> Vec<Change> {
    let mut changes = Vec::new();
    let added: Vec<&Value> = new.iter().filter(|tool| find(old, name(tool)).is_none()).collect();
    for was in old {
        match find(new, name(was)) {
            Some(is) => changes.extend(tool(was, is)),
            None => changes.push(removed(was, &added)),
        }
    }
    changes.extend(added.iter().map(|tool| {
        let why = "the tool is new, so that nobody depends on it yet";
        Change::new(Kind::Additive, name(tool), String::new(), (None, tool.get("name")), why)
    }));
    changes
}

fn name(tool: &Value) -> &str {
    tool.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn find<'a>(tools: &'a [Value], wanted: &str) -> Option<&'a Value> {
    tools.iter().find(|tool| name(tool) == wanted)
}

fn removed(tool: &Value, added: &[&Value]) -> Change {
    let mut why = "the tool is gone, so that calls of it fail".to_owned();
    if let Some(heir) = added.iter().find(|candidate| resembles(tool, candidate)) {
        why = format!("{why}; it looks renamed to {}", name(heir));
    }
    Change::new(Kind::Breaking, name(tool), String::new(), (tool.get("name"), None), why)
}

/// Whether one tool looks like the other under a new name: it says the same of itself, or takes the same arguments.
fn resembles(old: &Value, new: &Value) -> bool {
    let same = |key: &str| old.get(key).is_some() && old.get(key) == new.get(key);
    let arguments = old.pointer("/inputSchema/properties").and_then(Value::as_object);
    same("description") || (arguments.is_some_and(|map| map.len() > 1) && same("inputSchema"))
}

fn tool(old: &Value, new: &Value) -> Vec<Change> {
    let place = name(new);
    let mut changes: Vec<Change> = READ.iter().filter_map(|key| told(place, "", key, old, new)).collect();
    changes.extend(told(place, "", "icons", old, new));
    changes.extend(annotations(place, old, new));
    changes.extend(schemas(place, old, new));
    changes.extend(rest(place, "", old, new, &KNOWN));
    changes
}

fn schemas(place: &str, old: &Value, new: &Value) -> Vec<Change> {
    let sides = |key: &str| (old.get(key), new.get(key));
    let mut changes = Vec::new();
    for (key, direction) in [("inputSchema", Direction::Input), ("outputSchema", Direction::Output)] {
        match sides(key) {
            (Some(was), Some(is)) => {
                changes.extend(compare_schemas(direction, was, is).into_iter().map(|change| Change {
                    places: vec![place.to_owned()],
                    pointer: format!("/{key}{}", change.pointer),
                    ..change
                }))
            }
            (None, Some(is)) => {
                let why = "answers are described now, so that clients can rely on more";
                changes.push(Change::new(Kind::Additive, place, format!("/{key}"), (None, Some(is)), why));
            }
            (Some(was), None) => {
                let why = "answers are no longer described, so that clients which rely on structured content have none";
                changes.push(Change::new(Kind::Breaking, place, format!("/{key}"), (Some(was), None), why));
            }
            (None, None) => {}
        }
    }
    changes
}

/// Annotations of a tool; the contract has them too.
pub(super) fn annotations(place: &str, old: &Value, new: &Value) -> Vec<Change> {
    annotations_at(place, "/annotations", old.get("annotations"), new.get("annotations"))
}

pub(super) fn annotations_at(place: &str, at: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let none = Value::Null;
    let (old, new) = (old.unwrap_or(&none), new.unwrap_or(&none));
    let hints = hints::compare(old, new).into_iter().map(|(key, kind, why)| {
        Change::new(kind, place, format!("{at}/{key}"), (old.get(key), new.get(key)), why)
    });
    let mut changes: Vec<Change> = hints.collect();
    changes.extend(told(place, at, "title", old, new));
    let known: Vec<&str> = hints::names().chain(["title"]).collect();
    changes.extend(rest(place, at, old, new, &known));
    changes
}

/// A key that people and models read.
pub(super) fn told(place: &str, at: &str, key: &str, old: &Value, new: &Value) -> Option<Change> {
    let (was, is) = (old.get(key), new.get(key));
    let why = format!("models and people read the {key}, so that they may choose and act otherwise");
    (was != is).then(|| Change::new(Kind::Warning, place, format!("{at}/{key}"), (was, is), why))
}

/// Keys that nothing here knows the meaning of.
pub(super) fn rest(place: &str, at: &str, old: &Value, new: &Value, known: &[&str]) -> Vec<Change> {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    let mut all = keys(old);
    all.extend(keys(new).into_iter().filter(|key| old.get(key).is_none()));
    all.retain(|key| !known.contains(&key.as_str()) && old.get(key) != new.get(key));
    let change = |key: &String| {
        let why = format!(
            "what clients make of {key} is not known here, so that nothing can be said of its change"
        );
        Change::new(
            Kind::Unknown,
            place,
            format!("{at}/{}", super::schema::escaped(key)),
            (old.get(key), new.get(key)),
            why,
        )
    };
    all.iter().map(change).collect()
}
