//! Strings: from a pattern, a format, or nothing but their length.

use proptest::prelude::*;
use proptest::string::string_regex_parsed;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Map, Value};

/// Longer strings are asked for only where a schema does.
const MODERATE: u64 = 24;
/// Boundaries beyond this are not tried: a request is not a load test.
const LONGEST: u64 = 4096;

pub(super) fn of(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    let (least, most) = (number("minLength").unwrap_or(0), number("maxLength"));
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let strings = match (text("pattern").and_then(from_pattern), text("format")) {
        (Some(strings), _) => strings,
        (None, Some("date-time")) => prop_oneof![3 => date_time(), 1 => words(least, MODERATE)].boxed(),
        (None, _) => free(least, most),
    };
    strings.prop_map(Value::String).boxed()
}

/// Strings that match a pattern; `None` for one that cannot be generated from.
fn from_pattern(pattern: &str) -> Option<BoxedStrategy<String>> {
    let hir = ParserBuilder::new().build().parse(pattern).ok()?;
    Some(string_regex_parsed(&unanchored(&hir)).ok()?.boxed())
}

/// The expression without its anchors, which cannot be generated; what they would have forbidden the validator refuses.
fn unanchored(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(unanchored).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(unanchored).collect()),
        HirKind::Capture(capture) => unanchored(&capture.sub),
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(unanchored(&repetition.sub))),
        _ => hir.clone(),
    }
}

/// Instants, some with fractions and offsets.
fn date_time() -> BoxedStrategy<String> {
    let date = (2020_u16..2032, 1_u8..=12, 1_u8..=28);
    let zone = prop_oneof!["Z", "[+-](0[0-9]|1[0-3]):(00|30)"];
    (date, 0_u8..24, 0_u8..60, 0_u8..60, prop_oneof![Just(""), Just(".000"), Just(".123")], zone)
        .prop_map(|((year, month, day), hour, minute, second, fraction, zone)| {
            format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
        })
        .boxed()
}

/// Mostly words, now and then anything, and the lengths at the bounds.
fn free(least: u64, most: Option<u64>) -> BoxedStrategy<String> {
    let longest = most.unwrap_or(MODERATE).min(MODERATE).max(least);
    let exactly = |length: u64| "a".repeat(usize::try_from(length.min(LONGEST)).unwrap_or_default());
    let range = usize::try_from(least).unwrap_or_default()..=usize::try_from(longest).unwrap_or_default();
    let anything = proptest::collection::vec(any::<char>(), range).prop_map(String::from_iter);
    prop_oneof![
        6 => words(least, longest),
        2 => anything,
        1 => Just(exactly(least)),
        1 => Just(exactly(most.unwrap_or(longest))),
    ]
    .boxed()
}

/// Latin letters, accents among them, digits, blanks and common signs.
fn words(least: u64, most: u64) -> BoxedStrategy<String> {
    from_pattern(&format!("[A-Za-z0-9 .,!?@_áéíõçÇ'{{}}-]{{{least},{most}}}"))
        .unwrap_or_else(|| Just(String::new()).boxed())
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn anchors_do_not_stand_in_the_way() {
        let mut runner = TestRunner::deterministic();
        let strategy = from_pattern("^(a|b$)[0-9]{2}$").unwrap();
        let text = strategy.new_tree(&mut runner).unwrap().current();
        assert_eq!(text.len(), 3);
        assert!(text.ends_with(|last: char| last.is_ascii_digit()));
    }
}
