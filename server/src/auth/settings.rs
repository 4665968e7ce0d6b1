//! How access tokens are taken: the `oauth` part of the settings.

mod check;

use std::num::{NonZeroU32, NonZeroUsize};

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use crate::settings::switch;
use crate::{PlainUrl, Secret};
pub(super) use check::url;

/// How tokens are judged, and with that how soon one that was revoked is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Validation {
    /// They are JWTs, signed with a key that the authorization server publishes. A signature does not tell that a token was revoked: it is taken until it
    /// expires, and [`OAuth::clock_skew_seconds`] longer. Calls reach the API as long as the token that was exchanged for it is kept, which is at most until
    /// [`OAuth::clock_skew_seconds`] before either ends; after that the authorization server is asked for another, and can refuse.
    #[default]
    Jwks,
    /// The authorization server is asked about each (RFC 7662): the choice where revoking has to work soon. A revoked token is taken for at most
    /// [`OAuth::introspection_age_seconds`] more; over stdio, where it is judged once, calls end as with [`Validation::Jwks`].
    Introspection,
}

/// Settings of the OAuth 2.1 resource server. It is on when `issuer` is given; `resource`, `client_id` and `client_secret` must then be given too; the rest
/// has defaults, or comes from the metadata of the authorization server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// Public URL of the MCP endpoint, path included, exactly as clients connect to it: the audience that tokens must have.
    pub resource: PlainUrl,
    /// The authorization server, as `iss` and its metadata name it.
    pub issuer: PlainUrl,
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
    pub jwks_uri: Option<PlainUrl>,
    /// Where to ask about tokens; without it, as for `jwks_uri`.
    pub introspection_endpoint: Option<PlainUrl>,
    /// Where to exchange tokens (RFC 8693); without it, as for `jwks_uri`.
    pub token_endpoint: Option<PlainUrl>,
    /// `audience` of the exchange: the name that the authorization server has for the API.
    pub api_audience: Option<String>,
    /// `resource` of the exchange: the URL that the authorization server has for the API.
    pub api_resource: Option<PlainUrl>,
    /// `scope` of the exchange.
    pub api_scope: Option<String>,
    /// Whether callers may come with an API key too.
    #[serde(deserialize_with = "switch::deserialize")]
    pub api_keys: bool,
    /// How far the clocks of both servers may be apart, in seconds; at most 300.
    pub clock_skew_seconds: u64,
    /// How long published keys and metadata are used before they are fetched again, in seconds; at most 86400. The old ones are used
    /// meanwhile, and for at most a day more if that fails.
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
            resource: PlainUrl::default(),
            issuer: PlainUrl::default(),
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

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
