//! What components say that no operation brings to light.

use std::collections::HashSet;

use serde_json::Value;

use super::parts::reached;
use super::report::{Report, Sides, keys};
use crate::diff::change::Kind;
use crate::diff::schema::{escaped, written};

pub(super) fn components(report: &mut Report<'_>, old: &Value, new: &Value) {
    let (was, is) = (reached(old), reached(new));
    let nothing = &Value::Null;
    let part = |document, pointer: &str| Value::pointer(document, pointer).unwrap_or(nothing);
    let (before, after) = (part(old, "/components"), part(new, "/components"));
    for kind in keys(before, after).into_iter().filter(|kind| *kind != "securitySchemes") {
        let (before, after) = (before.get(kind).unwrap_or(nothing), after.get(kind).unwrap_or(nothing));
        for name in keys(before, after) {
            let at = format!("/components/{}/{}", escaped(kind), escaped(name));
            component(report, &at, (before.get(name), after.get(name)), [&was, &is]);
        }
    }
}

fn component(report: &mut Report<'_>, at: &str, sides: Sides<'_>, reached: [&HashSet<&str>; 2]) {
    let reference = format!("#{at}");
    let used = reached.iter().any(|references| references.contains(reference.as_str()));
    let alike = sides.0.zip(sides.1).is_some_and(|(old, new)| report.documents().alike(old, new));
    match sides {
        _ if alike => {}
        // Its conditions are judged with the operations.
        (Some(old), Some(new)) if used => hidden(report, at, old, new),
        _ if used => {}
        _ => {
            let why = "no operation refers to it, so that nothing says whether clients send it or receive it";
            report.add(Kind::Unknown, at, sides, why);
        }
    }
}

/// Words that every reference to the component replaces by its own.
fn hidden(report: &mut Report<'_>, at: &str, old: &Value, new: &Value) {
    for (keyword, kind, why) in written(old, new) {
        let pointer = format!("{at}/{}", escaped(&keyword));
        if !report.has(&pointer) {
            report.add(kind, &pointer, (old.get(&keyword), new.get(&keyword)), why);
        }
    }
}
