//! Objects: which properties they have, must have, and may have besides.

use indexmap::IndexSet;
use serde_json::Value;

use super::Direction;
use super::documents::Node;
use super::view::{View, refuses_all};
use super::walk::{Effect, Polarity, Walk};
use crate::diff::change::Kind;

pub(super) const KEYWORDS: [&str; 7] = [
    "properties",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "required",
    "dependentRequired",
    "dependentSchemas",
];

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    properties(walk, old, new);
    patterns(walk, old, new);
    walk.below(Polarity::Same, false, |walk| {
        for keyword in ["additionalProperties", "propertyNames"] {
            walk.schema(&old.schema(keyword), &new.schema(keyword));
        }
    });
    required(walk, old, new);
    dependent(walk, old, new);
    unevaluated(walk, old, new);
}

/// A property that is not named is held to `additionalProperties`: so a new one is compared with what that said of it before.
fn properties<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.members("properties"), new.members("properties"));
    let names: IndexSet<&str> = was.keys().chain(is.keys()).copied().collect();
    let patterned = old.get("patternProperties").or_else(|| new.get("patternProperties")).is_some();
    for name in names {
        match (was.get(name), is.get(name)) {
            (Some(was), Some(is)) => walk.below(Polarity::Same, false, |walk| walk.schema(was, is)),
            (was, is) if patterned => {
                let (at, was, is) = (is.or(was), was.map(|node| node.schema), is.map(|node| node.schema));
                let what = "a property comes or goes beside patterns that may match it";
                walk.found(Effect::Undecided, at.map_or("", |node| &node.at), (was, is), what);
            }
            (None, Some(is)) => added(walk, &old.schema("additionalProperties"), is),
            (Some(was), None) => removed(walk, was, &new.schema("additionalProperties")),
            (None, None) => {}
        }
    }
}

fn added<'a>(walk: &mut Walk<'a>, before: &Node<'a>, property: &Node<'a>) {
    let sides = (None, Some(property.schema));
    let whole = walk.polarity == Polarity::Same && !walk.partial;
    if refuses_all(walk.documents.old, before) {
        if walk.direction == Direction::Output && walk.polarity == Polarity::Same {
            let why = "answers have a new property, which clients pass over unless they hold them to the closed schema";
            walk.told(Kind::Warning, &property.at, sides, why.into());
        } else if !refuses_all(walk.documents.new, property) {
            walk.found(
                Effect::Widens,
                &property.at,
                sides,
                "a property is new where none but the named were allowed",
            );
        }
    } else if *before.schema != Value::Bool(true) {
        governed(walk, before, property, sides, &property.at);
    } else if walk.direction == Direction::Input && whole {
        let why =
            "the property is new, and whoever sent one of that name while it meant nothing is now held to it";
        walk.told(Kind::Warning, &property.at, sides, why.into());
    } else {
        walk.found(Effect::Narrows, &property.at, sides, "a property has a schema that could be anything");
    }
}

fn removed<'a>(walk: &mut Walk<'a>, property: &Node<'a>, after: &Node<'a>) {
    let sides = (Some(property.schema), None);
    let whole = walk.polarity == Polarity::Same && !walk.partial;
    if walk.direction == Direction::Output && walk.polarity == Polarity::Same {
        let why = "nothing promises the property any more, so that clients which read it may find none";
        walk.told(Kind::Breaking, &property.at, sides, why.into());
    } else if refuses_all(walk.documents.new, after) {
        walk.found(
            Effect::Narrows,
            &property.at,
            sides,
            "the property is gone, and none but the named are allowed",
        );
    } else if *after.schema != Value::Bool(true) {
        governed(walk, property, after, sides, &property.at);
    } else if whole {
        let why = "the property is let through still, but nothing says any more that it has an effect";
        walk.told(Kind::Warning, &property.at, sides, why.into());
    } else {
        walk.found(Effect::Widens, &property.at, sides, "a property may be anything");
    }
}

/// A property that moves between a name of its own and the schema of all others.
fn governed<'a>(
    walk: &mut Walk<'a>,
    old: &Node<'a>,
    new: &Node<'a>,
    sides: (Option<&Value>, Option<&Value>),
    at: &str,
) {
    let why = "the property moves between a name of its own and the schema of all others, which says what may be in it";
    walk.told(Kind::Warning, at, sides, why.into());
    walk.below(Polarity::Same, false, |walk| walk.schema(old, new));
}

fn patterns<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.members("patternProperties"), new.members("patternProperties"));
    if was.keys().ne(is.keys()) {
        let what = "properties are matched by other patterns";
        walk.keyword(Effect::Undecided, old, new, "patternProperties", what);
    }
    for (pattern, was) in &was {
        if let Some(is) = is.get(pattern) {
            walk.below(Polarity::Same, false, |walk| walk.schema(was, is));
        }
    }
}

fn required<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.strings("required"), new.strings("required"));
    let sides = (old.value("required"), new.value("required"));
    for name in is.iter().filter(|name| !was.contains(name)) {
        let what = format!("{name} is required now");
        walk.found(Effect::Narrows, &new.pointer("required"), sides, &what);
    }
    for name in was.iter().filter(|name| !is.contains(name)) {
        let what = format!("{name} is no longer required");
        let at = if sides.1.is_some() { new.pointer("required") } else { old.pointer("required") };
        walk.found(Effect::Widens, &at, sides, &what);
    }
}

/// `dependentRequired` and `dependentSchemas`: what holds only where some property is.
fn dependent<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.members("dependentRequired"), new.members("dependentRequired"));
    let names: IndexSet<&str> = was.keys().chain(is.keys()).copied().collect();
    for name in names {
        let strings = |node: Option<&Node<'a>>| -> Vec<&'a str> {
            let list = node.and_then(|node| node.schema.as_array()).into_iter().flatten();
            list.filter_map(Value::as_str).collect()
        };
        let (before, after) = (strings(was.get(name)), strings(is.get(name)));
        if after.iter().any(|one| !before.contains(one)) {
            let what = format!("{name} asks for more properties beside it");
            walk.keyword(Effect::Narrows, old, new, "dependentRequired", &what);
        }
        if before.iter().any(|one| !after.contains(one)) {
            let what = format!("{name} asks for fewer properties beside it");
            walk.keyword(Effect::Widens, old, new, "dependentRequired", &what);
        }
    }
    let (was, is) = (old.members("dependentSchemas"), new.members("dependentSchemas"));
    let names: IndexSet<&str> = was.keys().chain(is.keys()).copied().collect();
    for name in names {
        let side = |node: Option<&Node<'a>>, view: &View<'a>| {
            let anything =
                || Node { schema: &super::documents::ANYTHING, at: view.pointer("dependentSchemas") };
            node.cloned().unwrap_or_else(anything)
        };
        let (before, after) = (side(was.get(name), old), side(is.get(name), new));
        walk.below(Polarity::Same, true, |walk| walk.schema(&before, &after));
    }
}

/// What is left over by all other keywords depends on all of them.
fn unevaluated<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    for keyword in ["unevaluatedProperties", "unevaluatedItems"] {
        if walk.same(old, new, keyword) && old.get(keyword).is_some() {
            let what = format!("{keyword} depends on everything beside it, of which something differs");
            walk.keyword(Effect::Undecided, old, new, keyword, &what);
        }
    }
}
