//! Where the API is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, ParseError, Url};

use crate::ConfigError;
use crate::names::shorten;

/// The API that is used when none is named.
pub const DEFAULT_UPSTREAM: &str = "https://pilotstatus.com.br";

/// Base URL of the API: http or https, a host, perhaps a port and a path. Paths from `/v1` on are added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leads to this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self(DEFAULT_UPSTREAM.to_owned())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.0
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = ConfigError;

    fn try_from(raw: String) -> Result<Self, ConfigError> {
        raw.parse()
    }
}

impl FromStr for BaseUrl {
    type Err = ConfigError;

    fn from_str(raw: &str) -> Result<Self, ConfigError> {
        let url = read(raw)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(refuse(&shown(raw), "it must begin with http:// or https:// and name a host"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse(&shown(raw), "it must not have a query or a fragment"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

/// Reads a URL that holds no credentials.
///
/// # Errors
/// [`ConfigError::Url`], which does not repeat them.
pub(crate) fn read(raw: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(raw).map_err(|error| refuse(&shown(raw), &reason(error)))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse(url.host_str().unwrap_or_default(), "it must not hold credentials"));
    }
    Ok(url)
}

fn reason(error: ParseError) -> String {
    match error {
        ParseError::RelativeUrlWithoutBase => "it must be whole, such as https://example.com".to_owned(),
        error => error.to_string(),
    }
}

fn refuse(url: &str, reason: &str) -> ConfigError {
    ConfigError::Url { url: url.to_owned(), reason: reason.to_owned() }
}

/// Text that may be a URL, without what may be credentials in it.
pub(crate) fn veiled(text: &str) -> String {
    match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://…@{rest}"),
        None => text.to_owned(),
    }
}

/// What may be shown of a URL that is refused: scheme and host. All else may be a secret, whether it can be read as a URL or not.
fn shown(raw: &str) -> String {
    let (scheme, rest) = raw.split_at(raw.find("://").map_or(0, |at| at + 3));
    let host = rest.split(['/', '?', '#', '\\']).next().filter(|_| !rest.contains('@')).unwrap_or_default();
    shorten(&format!("{scheme}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_base_url() {
        for raw in ["http://127.0.0.1:4010", "https://pilotstatus.com.br/", "https://example.com/api"] {
            assert!(raw.parse::<BaseUrl>().is_ok(), "{raw}");
        }
        assert_eq!(DEFAULT_UPSTREAM.parse::<BaseUrl>().unwrap(), BaseUrl::default());
    }

    #[test]
    fn refuses_other_urls_without_showing_credentials() {
        for raw in [
            "",
            "pilotstatus.com.br",
            "ftp://example.com",
            "http://example.com/?a=1",
            "http://example.com/#a",
            "http://u:secret@h",
            "http://u:secret@h:99999",
            "http://u:p/secret@h",
            "http://example.com/?token=secret",
            "http://example.com:99999/?token=secret",
            "http://example.com/secret/#a",
            "ftp://example.com/secret",
            "example.com?secret",
        ] {
            let error = raw.parse::<BaseUrl>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn credentials_are_veiled_wherever_text_may_be_a_url() {
        for (text, expected) in [
            ("https://u:p@a.example/b", "https://…@a.example/b"),
            ("https://u:p/@q@a.example", "https://…@a.example"),
            ("https://a.example/b", "https://a.example/b"),
            ("mcp@a.example", "mcp@a.example"),
        ] {
            assert_eq!(veiled(text), expected);
        }
    }

    #[test]
    fn knows_this_machine() {
        for (raw, expected) in [
            ("http://localhost:1", true),
            ("http://127.0.0.2", true),
            ("http://[::1]:1/api", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(raw.parse::<BaseUrl>().unwrap().is_loopback(), expected, "{raw}");
        }
    }
}
