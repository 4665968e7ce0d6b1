//! URLs of the settings that are used as they were written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ConfigError, base_url};

/// A URL to the letter, such as an issuer, which tokens must name exactly so. It holds no credentials and may be shown. The default is none, written as
/// empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainUrl(String);

impl PlainUrl {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for PlainUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PlainUrl> for String {
    fn from(url: PlainUrl) -> Self {
        url.0
    }
}

impl TryFrom<String> for PlainUrl {
    type Error = ConfigError;

    fn try_from(raw: String) -> Result<Self, ConfigError> {
        raw.parse()
    }
}

impl FromStr for PlainUrl {
    type Err = ConfigError;

    fn from_str(raw: &str) -> Result<Self, ConfigError> {
        if !raw.is_empty() {
            base_url::read(raw)?;
        }
        Ok(Self(raw.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept_to_the_letter() {
        for raw in ["", "https://login.example.com", "HTTPS://Login.example.com/a/", "urn:example:api"] {
            assert_eq!(raw.parse::<PlainUrl>().unwrap().as_str(), raw);
        }
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        for raw in
            ["https://u:secret@h", "https://secret@h/a", "https:u:secret@h", "https://u:secret@h:99999"]
        {
            let error = raw.parse::<PlainUrl>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
