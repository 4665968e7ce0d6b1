//! A comparison for people, for a summary of CI, and for programs.

mod markdown;
mod table;

use serde_json::{Value, json};

pub use markdown::Markdown;
pub use table::Table;

use super::change::{Comparison, Kind};

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

/// A value in one line, cut where it is long; what a terminal would act on is escaped.
fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "–".to_owned(), ToString::to_string);
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    plain(&format!("{cut}{more}"))
}

/// A text without control characters, of which terminals make more than text.
fn plain(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { char::REPLACEMENT_CHARACTER } else { one }).collect()
}

fn places(places: &[String]) -> String {
    let named: Vec<&str> = places.iter().take(PLACES).map(String::as_str).collect();
    let more = places.len().saturating_sub(PLACES);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    plain(&format!("{}{and}", named.join(", ")))
}
