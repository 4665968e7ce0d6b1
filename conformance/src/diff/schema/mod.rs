//! JSON Schemas of revision 2020-12, judged by the direction in which values go.
//!
//! A schema is a set of conditions which all must hold, so each keyword is judged by itself: it accepts more than before, less, or nobody can tell. Those
//! that depend on each other (`properties` and `additionalProperties`, `if` and `then`, the bounds of `contains`) are judged together.

mod annotation;
mod array;
mod bound;
mod combine;
mod disjoint;
mod documents;
mod effect;
mod object;
mod value;
mod view;
mod walk;

use serde_json::Value;

use super::change::Change;
use documents::Documents;
use walk::Walk;

pub(super) use annotation::written;
pub(super) use documents::{Documents as Pair, Node, escaped, target};

/// Which way the values of a schema go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Clients send them: accepting less breaks.
    Input,
    /// Clients receive them: promising less breaks.
    Output,
}

/// What differs between two schemas that stand alone; references lead into the schema itself, and the changes have no places.
#[must_use]
pub fn compare_schemas(direction: Direction, old: &Value, new: &Value) -> Vec<Change> {
    let documents = Documents::new(old, new);
    compare_nodes(&documents, direction, &Node::root(old), &Node::root(new))
}

/// The same for schemas that are part of two documents; the pointers are those of the documents.
pub(super) fn compare_nodes(
    documents: &Documents<'_>,
    direction: Direction,
    old: &Node<'_>,
    new: &Node<'_>,
) -> Vec<Change> {
    let mut walk = Walk::new(documents, direction);
    walk.schema(old, new);
    walk.into_changes()
}
