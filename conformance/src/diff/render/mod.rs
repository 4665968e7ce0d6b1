//! A comparison for people, for a summary of CI, and for programs.

mod markdown;
mod table;

use serde_json::{Value, json};

pub use markdown::Markdown;
pub(crate) use markdown::{code, words};
pub use table::Table;

use super::change::{Change, Comparison, Kind};

/// How much of a value is shown, in characters.
const SHOWN: usize = 120;
/// How many of the places that share a schema are named.
const PLACES: usize = 3;

/// The comparison for programs: the counts, and every change in full.
#[must_use]
pub fn json(comparison: &Comparison) -> Value {
    let counts: serde_json::Map<String, Value> =
        Kind::ALL.iter().map(|kind| (kind.name().to_owned(), comparison.count(*kind).into())).collect();
    json!({ "counts": counts, "changes": comparison.changes })
}

/// What it was and is, each in one line that is cut where it is long: around the place where they begin to differ.
fn short(change: &Change) -> (String, String) {
    let text = |value: Option<&Value>| value.map_or_else(|| "–".to_owned(), ToString::to_string);
    let (was, is) = (text(change.was.as_ref()), text(change.is.as_ref()));
    let alike = was.chars().zip(is.chars()).take_while(|(a, b)| a == b).count();
    (cut(&was, alike), cut(&is, alike))
}

fn cut(text: &str, alike: usize) -> String {
    let length = text.chars().count();
    let skipped = if length > SHOWN { alike.saturating_sub(SHOWN / 2).min(length - SHOWN) } else { 0 };
    let shown: String = text.chars().skip(skipped).take(SHOWN).collect();
    let before = if skipped > 0 { "…" } else { "" };
    let after = if skipped + SHOWN < length { "…" } else { "" };
    plain(&format!("{before}{shown}{after}"))
}

/// A text without control characters, of which terminals make more than text.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { char::REPLACEMENT_CHARACTER } else { one }).collect()
}

fn places(places: &[String]) -> String {
    let named: Vec<&str> = places.iter().take(PLACES).map(String::as_str).collect();
    let more = places.len().saturating_sub(PLACES);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    plain(&format!("{}{and}", named.join(", ")))
}
