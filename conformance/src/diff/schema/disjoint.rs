//! Whether no value fits two schemas.

use serde_json::Value;

use super::documents::Node;
use super::value::{allowed_types, allowed_values};
use super::view::View;

/// Alternatives are told apart by a property, seldom by one below it.
const MAX_DEPTH: usize = 3;
/// As the pairs grow with the square.
const MAX_MEMBERS: usize = 100;

/// Whether no value fits two of the schemas, as far as can be decided.
pub(super) fn all_disjoint(document: &Value, schemas: &[Node<'_>]) -> bool {
    let mut rest = schemas;
    while let Some((first, others)) = rest.split_first() {
        if schemas.len() > MAX_MEMBERS
            || others.iter().any(|other| !disjoint(document, first, other, MAX_DEPTH))
        {
            return false;
        }
        rest = others;
    }
    true
}

fn disjoint(document: &Value, one: &Node<'_>, other: &Node<'_>, depth: usize) -> bool {
    let (one, other) = (View::of(document, one), View::of(document, other));
    let (types, others) = (allowed_types(&one), allowed_types(&other));
    if !types.iter().any(|name| others.contains(name)) {
        return true;
    }
    if let (Some(values), Some(others)) = (allowed_values(&one), allowed_values(&other)) {
        return !values.iter().any(|value| others.contains(value));
    }
    // Only objects have properties: without a type, a text would fit both.
    let objects = types == ["object"] || others == ["object"];
    depth > 0 && objects && told_apart(document, &one, &other, depth - 1)
}

/// Whether both must have some property, in which they differ.
fn told_apart(document: &Value, one: &View<'_>, other: &View<'_>, depth: usize) -> bool {
    let (members, others) = (one.members("properties"), other.members("properties"));
    let required = other.strings("required");
    one.strings("required").into_iter().filter(|name| required.contains(name)).any(|name| {
        let pair = members.get(name).zip(others.get(name));
        pair.is_some_and(|(one, other)| disjoint(document, one, other, depth))
    })
}
