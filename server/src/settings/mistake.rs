//! What is said about a mistake.

use std::fmt;

use thiserror::Error;

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
    pub(super) fn new(place: impl fmt::Display, message: &str) -> Self {
        let hint = nearest(message).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        // The parser's messages may have several lines.
        Self { place: place.to_string(), reason: format!("{}{hint}", message.trim_end().replace('\n', ", ")) }
    }
}

/// The name that was probably meant, where serde names what it found and then what it knows, all in backticks.
fn nearest(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let found = names.next()?.to_ascii_lowercase();
    let near = names.min_by_key(|name| strsim::damerau_levenshtein(&found, name))?;
    (strsim::damerau_levenshtein(&found, near) <= found.len() / 2).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_set_right() {
        let message = "unknown field `upsteam`, expected one of `listen`, `upstream`, `log`";
        assert_eq!(nearest(message), Some("upstream"));
        assert_eq!(nearest("unknown variant `JSON`, expected `text` or `json`"), Some("json"));
        assert_eq!(nearest("unknown field `zzzz`, expected one of `listen`, `upstream`"), None);
        assert_eq!(nearest("invalid type: string \"`a`\", expected u16"), None);
    }
}
