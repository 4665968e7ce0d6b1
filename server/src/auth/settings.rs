//! How access tokens are taken: the `oauth` part of the settings.

use std::num::{NonZeroU32, NonZeroUsize};

use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::base_url::is_loopback;
use crate::{ConfigError, Secret};

/// Most that clocks may differ, in seconds.
const MAX_CLOCK_SKEW: u64 = 300;
/// Longest that an introspection may be kept, in seconds: a revoked token works as long.
const MAX_INTROSPECTION_AGE: u64 = 300;

/// How tokens are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Validation {
    /// They are JWTs, signed with a key that the authorization server publishes.
    #[default]
    Jwks,
    /// The authorization server is asked about each (RFC 7662).
    Introspection,
}

/// Settings of the OAuth 2.1 resource server. Four must be given: `resource`, `issuer`, `client_id` and `client_secret`; the rest has defaults, or comes
/// from the metadata of the authorization server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// Public URL of the MCP endpoint, path included, exactly as clients connect to it: the audience that tokens must have.
    pub resource: String,
    /// The authorization server, as `iss` and its metadata name it.
    pub issuer: String,
    /// This server's own client at the authorization server: it exchanges tokens, and asks about them.
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: Secret,
    /// How tokens are judged.
    pub validation: Validation,
    /// Signature algorithms that are taken; never `none`, never one with a shared secret.
    pub algorithms: Vec<Algorithm>,
    /// Scopes that every token must have.
    pub scopes: Vec<String>,
    /// Where the keys are published; without it, where the metadata says, which must then be on the issuer's host.
    pub jwks_uri: Option<String>,
    /// Where to ask about tokens; without it, as for `jwks_uri`.
    pub introspection_endpoint: Option<String>,
    /// Where to exchange tokens (RFC 8693); without it, as for `jwks_uri`.
    pub token_endpoint: Option<String>,
    /// `audience` of the exchange: the name that the authorization server has for the API.
    pub api_audience: Option<String>,
    /// `resource` of the exchange: the URL that the authorization server has for the API.
    pub api_resource: Option<String>,
    /// `scope` of the exchange.
    pub api_scope: Option<String>,
    /// Whether callers may come with an API key too.
    pub api_keys: bool,
    /// How far the clocks of both servers may be apart, in seconds; at most 300.
    pub clock_skew_seconds: u64,
    /// How long published keys and metadata are used before they are fetched again, in seconds.
    pub jwks_max_age_seconds: u64,
    /// Shortest time between two fetches of them, in seconds, whatever tokens name.
    pub jwks_interval_seconds: u64,
    /// How long the answer about a token is used, in seconds; at most 300.
    pub introspection_age_seconds: u64,
    /// How many tokens that are not known to have been good are asked about at once.
    pub introspections_at_once: NonZeroUsize,
    /// How many of them are asked about in a minute, with at most the sixtieth part in one moment.
    pub introspections_per_minute: NonZeroU32,
    /// Longest wait for the authorization server, in seconds.
    pub timeout_seconds: u64,
    /// How many exchanged tokens, how many answers about good tokens, and how many about others are kept at most.
    pub max_cached_tokens: NonZeroUsize,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            resource: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            client_secret: Secret::default(),
            validation: Validation::default(),
            algorithms: vec![Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256],
            scopes: Vec::new(),
            jwks_uri: None,
            introspection_endpoint: None,
            token_endpoint: None,
            api_audience: None,
            api_resource: None,
            api_scope: None,
            api_keys: true,
            clock_skew_seconds: 30,
            jwks_max_age_seconds: 3600,
            jwks_interval_seconds: 30,
            introspection_age_seconds: 10,
            introspections_at_once: NonZeroUsize::MIN.saturating_add(31),
            introspections_per_minute: NonZeroU32::MIN.saturating_add(2_999),
            timeout_seconds: 5,
            max_cached_tokens: NonZeroUsize::MIN.saturating_add(9_999),
        }
    }
}

impl OAuth {
    /// Refuses settings that would not work, or not safely.
    ///
    /// # Errors
    /// [`ConfigError::OAuth`] with the field at fault.
    pub fn check(&self) -> Result<(), ConfigError> {
        let resource = url("resource", &self.resource)?;
        url("issuer", &self.issuer)?;
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
            ("jwks_interval_seconds", self.jwks_interval_seconds == 0, "must be at least 1"),
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
pub(super) fn url(field: &'static str, raw: &str) -> Result<Url, ConfigError> {
    if raw.is_empty() {
        return Err(refuse(field, "is missing"));
    }
    let url = Url::parse(raw).map_err(|_| refuse(field, "is not a URL"))?;
    if !is_private(&url) {
        return Err(refuse(field, "must begin with https://, or with http:// on loopback"));
    }
    if url.fragment().is_some()
        || url.query().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(refuse(field, "must not have a query, a fragment or credentials"));
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

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
