//! What is said about a mistake: the place, the setting, and what is allowed, in the words of the file and not of the program.

use std::fmt;

use thiserror::Error;
use toml::de::{DeTable, DeValue};

use super::join;
use crate::names::nearest;

/// What is said of an address that is none.
const ADDRESS: &str = "an address with a port, such as 127.0.0.1:8080";

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {reason}")]
pub struct SettingsError {
    /// File with line and column, or the variable.
    pub place: String,
    /// What is wrong, and what is allowed.
    pub reason: String,
}

impl SettingsError {
    pub(super) fn new(place: impl fmt::Display, reason: &str) -> Self {
        // The parser's messages may have several lines.
        Self { place: place.to_string(), reason: reason.trim_end().replace('\n', ", ") }
    }

    /// What was found wrong in `document`.
    pub(super) fn of(place: impl fmt::Display, document: &DeTable<'_>, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |span| span.start);
        Self::new(place, &told(&setting("", document, at).unwrap_or_default(), error.message()))
    }
}

/// The setting at a byte of the text, and whether that is within its list.
#[derive(Debug, Default)]
struct Setting {
    path: String,
    in_list: bool,
}

fn setting(prefix: &str, table: &DeTable<'_>, at: usize) -> Option<Setting> {
    table.iter().find_map(|(key, value)| {
        let path = join(prefix, key.get_ref());
        // A table may go on elsewhere, so that its own place says little.
        let below = value.get_ref().as_table().and_then(|table| setting(&path, table, at));
        let is_here = key.span().contains(&at) || value.span().contains(&at);
        let in_list = matches!(value.get_ref(), DeValue::Array(_)) && value.span().start < at;
        below.or_else(|| is_here.then_some(Setting { path, in_list }))
    })
}

/// The message of serde, told anew. What is not about the shape of a value is our own, or the parser's, and stays.
fn told(setting: &Setting, message: &str) -> String {
    let must = |allowed: &str| match setting {
        Setting { path, in_list: true } => format!("each item of `{path}` must be {allowed}"),
        Setting { path, .. } => format!("`{path}` must be {allowed}"),
    };
    let (found, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    if let Some(name) = found.strip_prefix("unknown field ") {
        let section = setting.path.rsplit_once('.').map(|(section, _)| format!(" under `{section}`"));
        return format!("unknown setting {name}{}{}", section.unwrap_or_default(), known(name, expected));
    }
    if let Some(name) = found.strip_prefix("unknown variant ") {
        return format!("`{}` cannot be {name}{}", setting.path, known(name, expected));
    }
    if found.starts_with("invalid type: ") || found.starts_with("invalid value: ") {
        return must(&allowed(&setting.path, expected));
    }
    match message {
        "invalid socket address syntax" => must(ADDRESS),
        // For a word among several.
        _ if message.starts_with("wanted ") => must("text"),
        _ => message.to_owned(),
    }
}

/// The name that was probably meant, else all that are known, each in backticks.
fn known(name: &str, expected: &str) -> String {
    let names = || expected.split('`').skip(1).step_by(2);
    match nearest(name, names()) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => format!("; known are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

/// What serde expects, in words.
fn allowed(path: &str, expected: &str) -> String {
    match expected {
        "usize" | "u64" => number(path, 0, i64::MAX),
        "a nonzero usize" => number(path, 1, i64::MAX),
        "u32" => number(path, 0, u32::MAX.into()),
        "a nonzero u32" => number(path, 1, u32::MAX.into()),
        "a string" | "path string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "socket address" => ADDRESS.to_owned(),
        table if table == "a map" || table.starts_with("struct ") => "a table of settings".to_owned(),
        other => other.to_owned(),
    }
}

fn number(path: &str, least: i64, most: i64) -> String {
    let unit = ["bytes", "seconds"].into_iter().find(|unit| path.ends_with(unit));
    let unit = unit.map(|unit| format!(" of {unit}")).unwrap_or_default();
    format!("a whole number{unit} from {least} to {most}")
}

#[cfg(test)]
#[path = "mistake_tests.rs"]
mod tests;
