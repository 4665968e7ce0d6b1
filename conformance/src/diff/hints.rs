//! The four hints of a tool's annotations, which clients act on without asking a person.

use serde_json::Value;

use super::change::Kind;

/// A hint, with the value that the protocol gives to an absent one.
struct Hint {
    name: &'static str,
    default: bool,
    /// The value that lets clients do less.
    careful: bool,
    kind: Kind,
    why: &'static str,
}

const HINTS: [Hint; 4] = [
    Hint {
        name: "readOnlyHint",
        default: false,
        careful: false,
        kind: Kind::Breaking,
        why: "it writes now, while clients that let it run unasked because it only read may go on to",
    },
    Hint {
        name: "destructiveHint",
        default: true,
        careful: true,
        kind: Kind::Breaking,
        why: "it may destroy now, while clients that let it run unasked because it did not may go on to",
    },
    Hint {
        name: "idempotentHint",
        default: false,
        careful: false,
        kind: Kind::Breaking,
        why: "calling it again has an effect of its own now, while clients that repeated it after a failure may go on to",
    },
    Hint {
        name: "openWorldHint",
        default: true,
        careful: true,
        kind: Kind::Warning,
        why: "it reaches beyond the server now, so that clients may trust its results less",
    },
];

/// What two annotations say differently: the key, the kind, and why.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<(&'static str, Kind, &'static str)> {
    let differing = HINTS.iter().filter(|hint| old.get(hint.name) != new.get(hint.name));
    differing.map(|hint| (hint.name, judge(hint, old, new).0, judge(hint, old, new).1)).collect()
}

/// The keys that [`compare`] looks at.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    HINTS.iter().map(|hint| hint.name)
}

fn judge(hint: &Hint, old: &Value, new: &Value) -> (Kind, &'static str) {
    let said = |value: &Value| match value.get(hint.name) {
        None | Some(Value::Null) => Some(hint.default),
        Some(value) => value.as_bool(),
    };
    match (said(old), said(new)) {
        (Some(was), Some(is)) if was == is => (
            Kind::Warning,
            "it is the protocol's default, so that only clients which do not know that see a change",
        ),
        (Some(_), Some(is)) if is == hint.careful => (hint.kind, hint.why),
        (Some(_), Some(_)) => {
            (Kind::Additive, "it promises more, so that whatever a client did with it is still fine")
        }
        _ => (
            Kind::Unknown,
            "a hint is true or false, and what clients make of anything else cannot be decided here",
        ),
    }
}
