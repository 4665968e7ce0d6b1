//! Where changes of a contract are noted.

use serde_json::Value;

use crate::diff::change::{Change, Kind};
use crate::diff::schema::{Direction, Node, Pair, compare_nodes, target};
use crate::diff::tools;

/// What stands at a place in each of the two documents.
pub(super) type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);

/// The changes so far, and the place that is looked at.
#[derive(Debug)]
pub(super) struct Report<'a> {
    documents: &'a Pair<'a>,
    place: String,
    changes: Vec<Change>,
}

impl<'a> Report<'a> {
    pub(super) fn new(documents: &'a Pair<'a>, place: &str) -> Self {
        Self { documents, place: place.to_owned(), changes: Vec::new() }
    }

    pub(super) fn documents(&self) -> &'a Pair<'a> {
        self.documents
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// Whether a change is noted there already, at whatever place.
    pub(super) fn has(&self, at: &str) -> bool {
        self.changes.iter().any(|change| change.pointer == at)
    }

    /// Notes what `look` finds at another place.
    pub(super) fn at(&mut self, place: &str, look: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.place, place.to_owned());
        look(self);
        self.place = outer;
    }

    pub(super) fn add(&mut self, kind: Kind, at: &str, sides: Sides<'_>, why: impl Into<String>) {
        self.changes.push(Change::new(kind, &self.place, at.to_owned(), sides, why));
    }

    pub(super) fn extend(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.changes.extend(changes);
    }

    /// Notes a change of what people and models read.
    pub(super) fn told(&mut self, at: &str, key: &str, old: &Value, new: &Value) {
        let change = tools::told(&self.place, at, key, old, new);
        self.changes.extend(change);
    }

    /// Notes a change of each key that nothing here knows the meaning of.
    pub(super) fn rest(&mut self, at: &str, old: &Value, new: &Value, known: &[&str]) {
        let changes = tools::rest(&self.place, at, old, new, known);
        self.changes.extend(changes);
    }

    pub(super) fn schema(&mut self, direction: Direction, old: &Node<'a>, new: &Node<'a>) {
        let found = compare_nodes(self.documents, direction, old, new);
        let places = vec![self.place.clone()];
        self.changes.extend(found.into_iter().map(|change| Change { places: places.clone(), ..change }));
    }

    /// Notes a switch, such as `required`, that is off where it is not given: what turning it on and off mean.
    pub(super) fn switch(
        &mut self,
        key: &str,
        (old, new): (&Node<'_>, &Node<'_>),
        [on, off]: [(Kind, &str); 2],
    ) {
        let (was, is) = (old.schema.get(key), new.schema.get(key));
        let (kind, why) = match (was.and_then(Value::as_bool), is.and_then(Value::as_bool)) {
            _ if was == is => return,
            (None | Some(false), Some(true)) => on,
            (Some(true), None | Some(false)) => off,
            _ => (Kind::Warning, "it is what it was without being said"),
        };
        self.add(kind, &new.below(key), (was, is), why);
    }
}

/// A part with its reference followed.
pub(super) fn followed<'a>(document: &'a Value, node: Node<'a>) -> Node<'a> {
    let reference = node.schema.get("$ref").and_then(Value::as_str);
    reference.and_then(|reference| target(document, reference)).unwrap_or(node)
}

/// The keys of both objects, each once.
pub(super) fn keys<'v>(old: &'v Value, new: &'v Value) -> Vec<&'v str> {
    let of = |value: &'v Value| value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    of(old).chain(of(new).filter(|key| old.get(key).is_none())).collect()
}
