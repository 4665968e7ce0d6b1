//! Parameters of a query or of a form.

use axum::body::Bytes;
use axum::http::request::Parts;
use http::header;

use super::error::OauthError;

/// Parameters as they came. One without a value counts as one that was not sent (RFC 6749, section 3.1).
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=b&c=d`.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(encoded).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Reads a form that was posted.
    pub(super) fn of_form(parts: &Parts, body: &Bytes) -> Result<Self, OauthError> {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OauthError::request("Send a form: content-type application/x-www-form-urlencoded"));
        }
        Ok(Self::parse(body))
    }

    /// Every value of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that may come once.
    pub(super) fn get<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, OauthError> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(OauthError::request(format!("{name} was sent more than once"))),
        }
    }

    /// A parameter that must come, once.
    pub(super) fn required<'a>(&'a self, name: &'a str) -> Result<&'a str, OauthError> {
        self.get(name)?.ok_or_else(|| OauthError::request(format!("{name} is missing")))
    }

    /// The one resource that is asked for (RFC 8707): an absolute http or https URI without a fragment.
    pub(super) fn resource(&self) -> Result<Option<&str>, OauthError> {
        let mut resources = self.all("resource");
        let resource = resources.next();
        if resources.next().is_some() {
            return Err(OauthError::target("This server issues tokens for one resource at a time"));
        }
        let fits = |text: &&str| {
            url::Url::parse(text).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none()
            })
        };
        match resource {
            Some(text) if !fits(&text) => {
                Err(OauthError::target("resource must be an absolute http or https URI without a fragment"))
            }
            resource => Ok(resource),
        }
    }
}
