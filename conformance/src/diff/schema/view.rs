//! A schema with its references followed.

use indexmap::IndexMap;
use serde_json::Value;

use super::annotation;
use super::documents::{ANYTHING, Node, target};

/// Long enough for any chain of references, and an end for one that goes in circles.
const MAX_CHAIN: usize = 32;

/// The conditions of a schema, those of what it refers to included.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// Where the schema itself stands.
    pub(super) at: String,
    keywords: IndexMap<&'a str, Node<'a>>,
    /// What must hold besides: a referred schema that says something else under the same keyword.
    also: Vec<Node<'a>>,
}

impl<'a> View<'a> {
    /// The view of a schema; of `true`, one without conditions. `false` has none either: ask [`refuses_all`] first.
    pub(super) fn of(document: &'a Value, node: &Node<'a>) -> Self {
        let mut view = Self { at: node.at.clone(), keywords: IndexMap::new(), also: Vec::new() };
        view.take(document, node, MAX_CHAIN);
        view
    }

    fn take(&mut self, document: &'a Value, node: &Node<'a>, left: usize) {
        let Some(map) = node.schema.as_object() else { return };
        for (keyword, schema) in map {
            let here = Node { schema, at: node.below(keyword) };
            if keyword != "$ref" {
                self.keywords.entry(keyword).or_insert(here);
            }
        }
        let Some(reference) = map.get("$ref") else { return };
        match reference.as_str().and_then(|reference| target(document, reference)) {
            Some(referred) if left > 0 && self.admits(&referred) => self.take(document, &referred, left - 1),
            Some(referred) if left > 0 => self.also.push(referred),
            // Leads out of the document, nowhere, or in circles: compared as it is written.
            _ => drop(self.keywords.insert("$ref", Node { schema: reference, at: node.below("$ref") })),
        }
    }

    /// Whether the conditions of a referred schema can stand beside those that are here.
    fn admits(&self, referred: &Node<'a>) -> bool {
        let Some(map) = referred.schema.as_object() else { return false };
        map.keys().all(|keyword| {
            annotation::is_one(keyword) || !self.keywords.keys().any(|here| depend(here, keyword))
        })
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&Node<'a>> {
        self.keywords.get(keyword)
    }

    pub(super) fn value(&self, keyword: &str) -> Option<&'a Value> {
        self.get(keyword).map(|node| node.schema)
    }

    /// The schema at a keyword; one that accepts anything where there is none.
    pub(super) fn schema(&self, keyword: &str) -> Node<'a> {
        self.get(keyword).cloned().unwrap_or_else(|| Node { schema: &ANYTHING, at: self.pointer(keyword) })
    }

    /// The schemas of a list, such as `anyOf`; those of `allOf` include what a reference adds.
    pub(super) fn list(&self, keyword: &str) -> Vec<Node<'a>> {
        let written = self.get(keyword).map(Node::items).unwrap_or_default();
        let also = if keyword == "allOf" { self.also.clone() } else { Vec::new() };
        written.into_iter().chain(also).collect()
    }

    /// The members of an object, such as `properties`.
    pub(super) fn members(&self, keyword: &str) -> IndexMap<&'a str, Node<'a>> {
        let Some(node) = self.get(keyword) else { return IndexMap::new() };
        let members = node.schema.as_object().into_iter().flatten();
        members.map(|(name, schema)| (name.as_str(), Node { schema, at: node.below(name) })).collect()
    }

    /// The strings of a list, such as `required`.
    pub(super) fn strings(&self, keyword: &str) -> Vec<&'a str> {
        self.value(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Where a keyword stands, or would.
    pub(super) fn pointer(&self, keyword: &str) -> String {
        self.get(keyword).map_or_else(|| format!("{}/{keyword}", self.at), |node| node.at.clone())
    }

    /// The keywords that say what holds, rather than what it means.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &'a str> {
        let written = self.keywords.keys().copied().filter(|keyword| !annotation::is_one(keyword));
        written.chain(self.also.first().map(|_| "allOf"))
    }

    /// All keywords.
    pub(super) fn keywords(&self) -> impl Iterator<Item = &'a str> {
        self.keywords.keys().copied()
    }
}

/// Keywords that mean something together only where they stand in the same schema.
const GROUPS: [&[&str]; 4] = [
    &["properties", "patternProperties", "additionalProperties"],
    &["items", "prefixItems"],
    &["contains", "minContains", "maxContains"],
    &["if", "then", "else"],
];

fn depend(one: &str, other: &str) -> bool {
    one == other || GROUPS.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// Whether a schema accepts nothing at all.
pub(super) fn refuses_all(document: &Value, node: &Node<'_>) -> bool {
    let mut schema = node.schema;
    for _ in 0..MAX_CHAIN {
        match schema.get("$ref").and_then(Value::as_str).and_then(|reference| target(document, reference)) {
            Some(referred) => schema = referred.schema,
            None => break,
        }
    }
    *schema == Value::Bool(false)
}
