//! What fields answers have, and of which types, whatever their values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Difference, Kind};

/// The types that were seen at every place of some answers. `*` stands for every item of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape(BTreeMap<String, BTreeSet<&'static str>>);

impl Shape {
    pub(super) fn add(&mut self, value: &Value) {
        self.at("", value);
    }

    fn at(&mut self, pointer: &str, value: &Value) {
        self.0.entry(pointer.to_owned()).or_default().insert(type_of(value));
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    self.at(&format!("{pointer}/{}", escaped(name)), value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.at(&format!("{pointer}/*"), item)),
            _ => {}
        }
    }

    fn types(&self, pointer: &str) -> BTreeSet<&'static str> {
        self.0.get(pointer).into_iter().flatten().copied().filter(|name| *name != "null").collect()
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A name as a part of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The pointer with `*` for every index.
pub(super) fn general(pointer: &str) -> String {
    let part = |part: &str| {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            "*".to_owned()
        } else {
            part.to_owned()
        }
    };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What one of the two has and the other has not, as far as both were seen to have what it stands in. `alike` is of the mock's answers to what was recorded:
/// what it answers to other calls is not missed.
pub(super) fn differences(tool: &str, recorded: &Shape, mocked: &Shape, alike: &Shape) -> Vec<Difference> {
    let difference = |kind, pointer: &str, what: String| Difference {
        kind,
        tool: tool.to_owned(),
        pointer: pointer.to_owned(),
        what,
        recorded: Value::Null,
    };
    let parent =
        |pointer: &str| pointer.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    let mut found = Vec::new();
    for pointer in recorded.0.keys() {
        let (theirs, ours) = (recorded.types(pointer), mocked.types(pointer));
        if !mocked.0.contains_key(pointer) {
            if mocked.0.contains_key(&parent(pointer)) && !pointer.ends_with("/*") {
                found.push(difference(Kind::Mock, pointer, "the mock never answers this field".to_owned()));
            }
        } else if !theirs.is_empty() && !ours.is_empty() && theirs.is_disjoint(&ours) {
            let what = format!("recorded as {}, mocked as {}", names(&theirs), names(&ours));
            found.push(difference(Kind::Mock, pointer, what));
        }
    }
    for pointer in alike.0.keys().filter(|pointer| !recorded.0.contains_key(*pointer)) {
        if recorded.0.contains_key(&parent(pointer)) && !pointer.ends_with("/*") {
            found.push(difference(
                Kind::Note,
                pointer,
                "the mock answers it, and no recorded answer has it".to_owned(),
            ));
        }
    }
    found
}

fn names(types: &BTreeSet<&'static str>) -> String {
    types.iter().copied().collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(values: &[Value]) -> Shape {
        let mut shape = Shape::default();
        values.iter().for_each(|value| shape.add(value));
        shape
    }

    #[test]
    fn fields_and_types() {
        let recorded =
            shape(&[json!({ "list": [{ "id": "x", "new": 1 }, { "id": "x", "at": null }], "empty": [] })]);
        let mocked = shape(&[json!({ "list": [{ "id": 7, "at": "now", "old": true }], "empty": ["x"] })]);
        let found: Vec<(Kind, String)> = differences("t", &recorded, &mocked, &mocked)
            .into_iter()
            .map(|it| (it.kind, it.pointer))
            .collect();
        let expected = [(Kind::Mock, "/list/*/id"), (Kind::Mock, "/list/*/new"), (Kind::Note, "/list/*/old")];
        assert_eq!(found, expected.map(|(kind, pointer)| (kind, pointer.to_owned())));
    }

    #[test]
    fn what_stands_in_nothing_is_not_missing() {
        let (recorded, mocked) = (shape(&[json!({ "a": { "b": 1 } })]), shape(&[json!({ "a": null })]));
        assert_eq!(general("/list/12/id"), "/list/*/id");
        assert_eq!(differences("t", &mocked, &recorded, &recorded).len(), 1);
        let items = shape(&[json!([{ "id": 1 }])]);
        assert_eq!(differences("t", &shape(&[json!([])]), &items, &items), []);
    }
}
