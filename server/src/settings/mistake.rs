//! What is said about a mistake.

use std::fmt;

use thiserror::Error;

use crate::names::nearest;

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
        let hint = meant(message).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        // The parser's messages may have several lines.
        Self { place: place.to_string(), reason: format!("{}{hint}", message.trim_end().replace('\n', ", ")) }
    }
}

/// The name that was probably meant, where serde names what it found and then what it knows, all in backticks.
fn meant(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    nearest(names.next()?, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_set_right() {
        let message = "unknown field `upsteam`, expected one of `listen`, `upstream`, `log`";
        assert_eq!(meant(message), Some("upstream"));
        assert_eq!(meant("unknown variant `JSON`, expected `text` or `json`"), Some("json"));
        assert_eq!(meant("unknown field `zzzz`, expected one of `listen`, `upstream`"), None);
        assert_eq!(meant("invalid type: string \"`a`\", expected u16"), None);
    }
}
