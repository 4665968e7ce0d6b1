//! The two documents that schemas stand in, and the references within them.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A schema, and where it stands in its document.
#[derive(Debug, Clone)]
pub(in crate::diff) struct Node<'a> {
    /// The schema.
    pub(in crate::diff) schema: &'a Value,
    /// Its JSON pointer.
    pub(in crate::diff) at: String,
}

/// What a schema is where none is written.
pub(super) const ANYTHING: Value = Value::Bool(true);

impl<'a> Node<'a> {
    /// The whole document.
    pub(in crate::diff) const fn root(schema: &'a Value) -> Self {
        Self { schema, at: String::new() }
    }

    /// What stands at a key of it.
    pub(in crate::diff) fn child(&self, key: &str) -> Option<Self> {
        Some(Self { schema: self.schema.get(key)?, at: self.below(key) })
    }

    /// The items of it, as a list.
    pub(in crate::diff) fn items(&self) -> Vec<Self> {
        let items = self.schema.as_array().into_iter().flatten().enumerate();
        items.map(|(index, schema)| Self { schema, at: format!("{}/{index}", self.at) }).collect()
    }

    /// The pointer of a key of it.
    pub(in crate::diff) fn below(&self, key: &str) -> String {
        format!("{}/{}", self.at, escaped(key))
    }
}

/// A key as a part of a JSON pointer.
pub(in crate::diff) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What a reference within a document leads to.
pub(in crate::diff) fn target<'a>(document: &'a Value, reference: &str) -> Option<Node<'a>> {
    let at = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?.into_owned();
    Some(Node { schema: document.pointer(&at)?, at })
}

/// Two documents, and what is the same in both.
#[derive(Debug, Clone)]
pub(in crate::diff) struct Documents<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// The references that lead to the same in both, all the way down.
    same: HashSet<&'a str>,
}

impl<'a> Documents<'a> {
    pub(in crate::diff) fn new(old: &'a Value, new: &'a Value) -> Self {
        let mut all = HashSet::new();
        references(old, &mut all);
        let leads_to_the_same = |reference: &&'a str| {
            let (was, is) = (target(old, reference), target(new, reference));
            was.map(|node| node.schema) == is.map(|node| node.schema)
        };
        let mut same: HashSet<&str> = all.into_iter().filter(leads_to_the_same).collect();
        // What refers to something that differs, differs: until nothing more falls out.
        loop {
            let holds =
                |reference: &&str| target(old, reference).is_none_or(|node| all_within(node.schema, &same));
            let kept: HashSet<&str> = same.iter().copied().filter(holds).collect();
            if kept.len() == same.len() {
                return Self { old, new, same };
            }
            same = kept;
        }
    }

    /// The same two the other way round.
    pub(super) fn swapped(&self) -> Self {
        Self { old: self.new, new: self.old, same: self.same.clone() }
    }

    /// Whether two parts are written alike and refer to the same.
    pub(in crate::diff) fn alike(&self, old: &Value, new: &Value) -> bool {
        old == new && all_within(old, &self.same)
    }
}

fn references<'a>(value: &'a Value, found: &mut HashSet<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn all_within(value: &Value, same: &HashSet<&str>) -> bool {
    match value {
        Value::Object(map) => {
            map.get("$ref").and_then(Value::as_str).is_none_or(|reference| same.contains(reference))
                && map.values().all(|value| all_within(value, same))
        }
        Value::Array(items) => items.iter().all(|item| all_within(item, same)),
        _ => true,
    }
}
