//! How large, how long, how many.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::view::View;
use super::walk::{Effect, Walk};

pub(super) const KEYWORDS: [&str; 12] = [
    "minLength",
    "minItems",
    "minProperties",
    "maxLength",
    "maxItems",
    "maxProperties",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems",
];

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    for keyword in ["minLength", "minItems", "minProperties"] {
        least(walk, old, new, keyword, 0);
    }
    for keyword in ["maxLength", "maxItems", "maxProperties"] {
        most(walk, old, new, keyword);
    }
    range(walk, old, new, ["minimum", "exclusiveMinimum"], Ordering::Greater);
    range(walk, old, new, ["maximum", "exclusiveMaximum"], Ordering::Less);
    multiple(walk, old, new);
    unique(walk, old, new);
}

/// A lower bound that is `default` where it is not given.
pub(super) fn least<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>, keyword: &str, default: u64) {
    let bound = |view: &View<'_>| view.value(keyword).and_then(Value::as_u64).unwrap_or(default);
    match bound(new).cmp(&bound(old)) {
        Ordering::Greater => walk.keyword(Effect::Narrows, old, new, keyword, "the lower bound is higher"),
        Ordering::Less => walk.keyword(Effect::Widens, old, new, keyword, "the lower bound is lower"),
        Ordering::Equal => {}
    }
}

/// An upper bound that is none where it is not given.
pub(super) fn most<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>, keyword: &str) {
    let bound = |view: &View<'_>| view.value(keyword).and_then(Value::as_u64).unwrap_or(u64::MAX);
    match bound(new).cmp(&bound(old)) {
        Ordering::Less => walk.keyword(Effect::Narrows, old, new, keyword, "the upper bound is lower"),
        Ordering::Greater => walk.keyword(Effect::Widens, old, new, keyword, "the upper bound is higher"),
        Ordering::Equal => {}
    }
}

/// The bound of a number, which may be given as inclusive, exclusive or both; `tighter` is how a tighter one compares.
fn range<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>, keywords: [&str; 2], tighter: Ordering) {
    let (was, is) = (tightest(old, keywords, tighter), tightest(new, keywords, tighter));
    let order = match (was, is) {
        (None, None) => return,
        (None, Some(_)) => tighter,
        (Some(_), None) => tighter.reverse(),
        (Some(was), Some(is)) => stricter(is, was, tighter),
    };
    let [inclusive, exclusive] = keywords;
    let keyword = if walk.same(old, new, inclusive) { exclusive } else { inclusive };
    match order {
        Ordering::Equal => {}
        order if order == tighter => {
            walk.keyword(Effect::Narrows, old, new, keyword, "the range of numbers is smaller")
        }
        _ => walk.keyword(Effect::Widens, old, new, keyword, "the range of numbers is larger"),
    }
}

type Bound<'a> = (&'a Number, bool);

fn tightest<'a>(view: &View<'a>, [inclusive, exclusive]: [&str; 2], tighter: Ordering) -> Option<Bound<'a>> {
    let bound = |keyword: &str, exclusive| Some((view.value(keyword)?.as_number()?, exclusive));
    match (bound(inclusive, false), bound(exclusive, true)) {
        (Some(one), Some(other)) => Some(if stricter(one, other, tighter) == tighter { one } else { other }),
        (one, other) => one.or(other),
    }
}

/// `tighter` where `one` is tighter than `other`.
fn stricter(one: Bound<'_>, other: Bound<'_>, tighter: Ordering) -> Ordering {
    let by_exclusion = match (one.1, other.1) {
        (true, false) => tighter,
        (false, true) => tighter.reverse(),
        _ => Ordering::Equal,
    };
    order(one.0, other.0).then(by_exclusion)
}

fn order(one: &Number, other: &Number) -> Ordering {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}

fn multiple<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let step = |view: &View<'_>| view.value("multipleOf").and_then(Value::as_u64).filter(|step| *step > 0);
    let effect = match (old.get("multipleOf"), new.get("multipleOf")) {
        _ if walk.same(old, new, "multipleOf") => return,
        (None, _) => Effect::Narrows,
        (_, None) => Effect::Widens,
        _ => match (step(old), step(new)) {
            (Some(was), Some(is)) if is % was == 0 => Effect::Narrows,
            (Some(was), Some(is)) if was % is == 0 => Effect::Widens,
            (Some(_), Some(_)) => Effect::Replaces,
            // Fractions: what one has of the other is a matter of rounding.
            _ => Effect::Undecided,
        },
    };
    walk.keyword(effect, old, new, "multipleOf", "numbers have another step");
}

fn unique<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let asked = |view: &View<'_>| view.value("uniqueItems").and_then(Value::as_bool).unwrap_or(false);
    match (asked(old), asked(new)) {
        (false, true) => walk.keyword(Effect::Narrows, old, new, "uniqueItems", "items may no longer repeat"),
        (true, false) => walk.keyword(Effect::Widens, old, new, "uniqueItems", "items may repeat"),
        _ => {}
    }
}
