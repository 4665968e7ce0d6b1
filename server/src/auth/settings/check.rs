//! Which settings are in force, and which cannot be used.

use jsonwebtoken::{Algorithm, AlgorithmFamily};
use url::Url;

use super::OAuth;
use crate::base_url::is_loopback;
use crate::http::MCP_PATH;
use crate::limits::MAX_COUNT;
use crate::{ConfigError, PlainUrl};

/// Most that clocks may differ, in seconds.
const MAX_CLOCK_SKEW: u64 = 300;
/// Longest that an introspection may be kept, in seconds: a revoked token works as long.
const MAX_INTROSPECTION_AGE: u64 = 300;

/// Longest that published keys are kept, and that none are fetched, in seconds.
const MAX_JWKS_TIME: u64 = 86_400;

impl OAuth {
    /// What of the settings is in force: nothing without an issuer. A secret may be around without one, for many a deployment hands it to all that it starts;
    /// any other setting asks for tokens to be taken.
    ///
    /// # Errors
    /// As [`OAuth::check`].
    pub(crate) fn in_force(given: Option<Self>) -> Result<Option<Self>, ConfigError> {
        let Some(given) = given else { return Ok(None) };
        if given.says_nothing_but_the_secret() {
            if !given.client_secret.is_empty() {
                tracing::warn!(
                    "oauth.client_secret is set and oauth.issuer is not: no access tokens are taken"
                );
            }
            return Ok(None);
        }
        given.check()?;
        Ok(Some(given))
    }

    fn says_nothing_but_the_secret(&self) -> bool {
        *self == Self { client_secret: self.client_secret.clone(), ..Self::default() }
    }

    /// Warns of a resource with another path than the endpoint's. Clients hold it against the URL that they connect to (RFC 9728, section 3.3), which is another
    /// unless something in between changes the path.
    pub(crate) fn warn_of_path(&self) {
        let resource = Url::parse(self.resource.as_str());
        if let Some(resource) = resource.ok().filter(|resource| resource.path() != MCP_PATH) {
            tracing::warn!(
                path = resource.path(),
                "oauth.resource has another path than the endpoint of this server, {MCP_PATH}: unless a proxy maps one to the other, clients refuse to sign in"
            );
        }
    }

    /// Refuses settings that would not work, or not safely.
    ///
    /// # Errors
    /// [`ConfigError::OAuth`] with the field at fault.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.issuer.is_empty() {
            return Err(refuse(
                "issuer",
                "is missing, without which the other settings of oauth mean nothing",
            ));
        }
        url("issuer", &self.issuer)?;
        let resource = url("resource", &self.resource)?;
        let given = [
            ("jwks_uri", &self.jwks_uri),
            ("introspection_endpoint", &self.introspection_endpoint),
            ("token_endpoint", &self.token_endpoint),
        ];
        for (field, endpoint) in given {
            endpoint.as_ref().map(|endpoint| url(field, endpoint)).transpose()?;
        }
        let shared = |algorithm: &Algorithm| AlgorithmFamily::Hmac.algorithms().contains(algorithm);
        for (field, is_wrong, reason) in [
            // The path becomes part of a route, and of a header.
            (
                "resource",
                !resource.path().bytes().all(is_plain),
                "must have a path of letters, digits and /-._~",
            ),
            (
                "client_id",
                self.client_id.is_empty(),
                "is missing: tokens are exchanged by a client with a secret",
            ),
            (
                "client_secret",
                self.client_secret.is_empty(),
                "is missing: tokens are exchanged by a client with a secret",
            ),
            ("algorithms", self.algorithms.is_empty(), "must name at least one"),
            ("algorithms", self.algorithms.iter().any(shared), "must not name one with a shared secret"),
            (
                "scopes",
                self.scopes.iter().any(|scope| !is_scope(scope)),
                "must be names without spaces and quotes",
            ),
            ("clock_skew_seconds", self.clock_skew_seconds > MAX_CLOCK_SKEW, "must be at most 300"),
            (
                "introspection_age_seconds",
                self.introspection_age_seconds > MAX_INTROSPECTION_AGE,
                "must be at most 300",
            ),
            ("jwks_max_age_seconds", self.jwks_max_age_seconds > MAX_JWKS_TIME, "must be at most 86400"),
            (
                "jwks_interval_seconds",
                !(1..=MAX_JWKS_TIME).contains(&self.jwks_interval_seconds),
                "must be 1 to 86400",
            ),
            (
                "introspections_at_once",
                self.introspections_at_once.get() > MAX_COUNT,
                "must be at most 1000000",
            ),
            ("max_cached_tokens", self.max_cached_tokens.get() > MAX_COUNT, "must be at most 1000000"),
            ("timeout_seconds", !(1..=60).contains(&self.timeout_seconds), "must be 1 to 60"),
        ] {
            if is_wrong {
                return Err(refuse(field, reason));
            }
        }
        Ok(())
    }
}

fn refuse(field: &'static str, reason: &'static str) -> ConfigError {
    ConfigError::OAuth { field, reason }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte)
}

/// RFC 6749, section 3.3.
fn is_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

/// A URL that tokens or secrets may be sent to, or that stands for a server.
pub(in crate::auth) fn url(field: &'static str, given: &PlainUrl) -> Result<Url, ConfigError> {
    if given.is_empty() {
        return Err(refuse(field, "is missing"));
    }
    let url = Url::parse(given.as_str()).map_err(|_| refuse(field, "is not a URL"))?;
    if !is_private(&url) {
        return Err(refuse(field, "must begin with https://, or with http:// on loopback"));
    }
    if url.fragment().is_some() || url.query().is_some() {
        return Err(refuse(field, "must not have a query or a fragment"));
    }
    Ok(url)
}

/// Whether nobody on the way can read what is sent there.
fn is_private(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}
