//! Arrays: what their items are, and which they must contain.

use super::bound::{least, most};
use super::view::View;
use super::walk::{Effect, Polarity, Walk};

pub(super) const KEYWORDS: [&str; 5] = ["items", "prefixItems", "contains", "minContains", "maxContains"];

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.list("prefixItems"), new.list("prefixItems"));
    walk.below(Polarity::Same, false, |walk| {
        for index in 0..was.len().max(is.len()) {
            // Beyond the listed ones, an item is held to `items`.
            let before = was.get(index).cloned().unwrap_or_else(|| old.schema("items"));
            let after = is.get(index).cloned().unwrap_or_else(|| new.schema("items"));
            walk.schema(&before, &after);
        }
        walk.schema(&old.schema("items"), &new.schema("items"));
    });
    contains(walk, old, new);
}

/// `contains` counts what matches it, so that its bounds say which way it acts.
fn contains<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    match (old.get("contains"), new.get("contains")) {
        (None, None) => {}
        (None, Some(_)) => {
            walk.keyword(Effect::Narrows, old, new, "contains", "arrays must contain certain items")
        }
        (Some(_), None) => walk.keyword(Effect::Widens, old, new, "contains", "arrays may contain any items"),
        (Some(was), Some(is)) => {
            let polarity = acts(old).filter(|way| acts(new) == Some(*way)).unwrap_or(Polarity::Lost);
            let (was, is) = (was.clone(), is.clone());
            walk.below(polarity, true, |walk| walk.schema(&was, &is));
            least(walk, old, new, "minContains", 1);
            most(walk, old, new, "maxContains");
        }
    }
}

/// With a lower bound alone, matching more accepts more; with an upper bound alone, less.
fn acts(view: &View<'_>) -> Option<Polarity> {
    let least = view.value("minContains").map_or(Some(1), serde_json::Value::as_u64)?;
    match (least, view.get("maxContains")) {
        (1.., None) => Some(Polarity::Same),
        (0, Some(_)) => Some(Polarity::Inverted),
        _ => None,
    }
}
