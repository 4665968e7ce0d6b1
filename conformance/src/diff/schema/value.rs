//! Which values: `type`, `enum`, `const`, `format`, `pattern` and what content a text has.

use serde_json::Value;

use super::view::View;
use super::walk::{Effect, Walk};

pub(super) const KEYWORDS: [&str; 8] =
    ["type", "enum", "const", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"];

/// Conditions that are compared by their text: what two different ones have in common cannot be decided.
const OPAQUE: [(&str, &str); 5] = [
    ("pattern", "the pattern of the text"),
    ("format", "the format of the text"),
    ("contentEncoding", "the encoding of the text"),
    ("contentMediaType", "the media type of the text"),
    ("contentSchema", "the schema of what the text holds"),
];

const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "string", "integer", "number"];

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    types(walk, old, new);
    values(walk, old, new);
    for (keyword, what) in OPAQUE {
        let effect = match (old.get(keyword), new.get(keyword)) {
            _ if walk.same(old, new, keyword) => continue,
            (None, _) => (Effect::Narrows, "is new"),
            (_, None) => (Effect::Widens, "is gone"),
            _ => (Effect::Undecided, "is another"),
        };
        walk.keyword(effect.0, old, new, keyword, &format!("{what} {}", effect.1));
    }
}

fn types<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (allowed_types(old), allowed_types(new));
    let gone = was.iter().any(|name| !is.contains(name));
    let come = is.iter().any(|name| !was.contains(name));
    match (gone, come) {
        (true, true) => walk.keyword(Effect::Replaces, old, new, "type", "values have another type"),
        (true, false) => walk.keyword(Effect::Narrows, old, new, "type", "values of fewer types are allowed"),
        (false, true) => walk.keyword(Effect::Widens, old, new, "type", "values of more types are allowed"),
        (false, false) => {}
    }
}

/// The types that a schema allows; `number` includes `integer`.
pub(super) fn allowed_types<'a>(view: &View<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = match view.value("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(_)) => view.strings("type"),
        _ => TYPES.to_vec(),
    };
    if names.contains(&"number") && !names.contains(&"integer") {
        names.push("integer");
    }
    names
}

/// `const` is an `enum` of one.
pub(super) fn allowed_values<'a>(view: &View<'a>) -> Option<Vec<&'a Value>> {
    let list = view.value("enum").and_then(Value::as_array);
    match (view.value("const"), list) {
        (Some(only), Some(list)) => Some(list.iter().filter(|value| *value == only).collect()),
        (Some(only), None) => Some(vec![only]),
        (None, Some(list)) => Some(list.iter().collect()),
        (None, None) => None,
    }
}

fn values<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let written = |view: &View<'a>| if view.get("const").is_some() { "const" } else { "enum" };
    let keyword =
        if new.get("const").or_else(|| new.get("enum")).is_some() { written(new) } else { written(old) };
    let at = if new.get(keyword).is_some() { new.pointer(keyword) } else { old.pointer(keyword) };
    let sides = (old.value(written(old)), new.value(written(new)));
    match (allowed_values(old), allowed_values(new)) {
        (None, Some(_)) => walk.found(Effect::Narrows, &at, sides, "only listed values are allowed now"),
        (Some(_), None) => {
            walk.found(Effect::Widens, &at, sides, "values are no longer limited to listed ones")
        }
        (Some(was), Some(is)) => {
            let gone = listed(was.iter().filter(|value| !is.contains(value)));
            let come = listed(is.iter().filter(|value| !was.contains(value)));
            if let Some(gone) = &gone {
                walk.found(Effect::Narrows, &at, sides, &format!("{gone} is no longer allowed"));
            }
            if let Some(come) = &come {
                walk.found(Effect::Widens, &at, sides, &format!("{come} is allowed too"));
            }
            if gone.is_none() && come.is_none() && (old.get("enum").is_some() != new.get("enum").is_some()) {
                walk.told(
                    crate::diff::Kind::Additive,
                    &at,
                    sides,
                    "the same values are allowed, written otherwise".into(),
                );
            }
        }
        (None, None) => {}
    }
}

fn listed<'v>(values: impl Iterator<Item = &'v &'v Value>) -> Option<String> {
    let texts: Vec<String> = values.map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}
