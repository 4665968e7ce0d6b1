//! Why a caller is not let in, and the challenge that tells a client what to do about it (RFC 6750, RFC 9728).

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use thiserror::Error;

use super::settings::OAuth;
use crate::http::Problem;

/// The challenge where no tokens are taken.
const KEY_CHALLENGE: &str = r#"ApiKey realm="Pilot Status", header="x-api-key""#;

/// Seconds after which it is worth to ask again while the authorization server is away.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Why a caller is not let in. The texts repeat nothing that the caller sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Neither key nor token.
    #[error("send your Pilot Status API key in the header x-api-key")]
    NoKey,
    /// Neither key nor token, where tokens are taken.
    #[error("sign in, and send the access token as Authorization: Bearer")]
    NoToken,
    /// Key and token at once: which of them counts must not be left to chance.
    #[error("send either x-api-key or Authorization, not both")]
    Both,
    /// The same header several times.
    #[error("send the header with your credential once")]
    Several,
    /// A value that cannot be a key.
    #[error("x-api-key is not an API key")]
    MalformedKey,
    /// A token that is not good.
    #[error("the access token is not good: {0}")]
    Token(&'static str),
    /// A good token that is not allowed enough.
    #[error("the access token lacks a scope that this server needs")]
    Scope,
    /// The authorization server cannot say.
    #[error(
        "the authorization server gives no usable answer to judge the access token by; try again, and if that does not help, the log of this server says why"
    )]
    Unavailable,
    /// Too many unknown tokens are to be asked about; so many seconds until the next can be.
    #[error("too many access tokens are to be judged at the moment; try again")]
    Busy(u64),
}

impl Refusal {
    fn status(self) -> (StatusCode, &'static str) {
        match self {
            Self::Both => (StatusCode::BAD_REQUEST, "CREDENTIALS_AMBIGUOUS"),
            Self::Scope => (StatusCode::FORBIDDEN, "INSUFFICIENT_SCOPE"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "AUTHORIZATION_SERVER_UNAVAILABLE"),
            Self::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY"),
            _ => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        }
    }

    /// Seconds after which another attempt makes sense, where only time is wanting.
    fn retry_after(self) -> Option<u64> {
        match self {
            Self::Unavailable => Some(RETRY_AFTER_SECONDS),
            Self::Busy(seconds) => Some(seconds),
            _ => None,
        }
    }
}

/// What goes into `WWW-Authenticate`.
#[derive(Debug, Clone)]
pub(crate) struct Challenge(Option<Bearer>);

#[derive(Debug, Clone)]
struct Bearer {
    metadata: String,
    scopes: String,
}

impl Challenge {
    /// For tokens if there are settings for them, else for API keys.
    pub(crate) fn new(oauth: Option<&OAuth>) -> Self {
        Self(
            oauth.map(|oauth| Bearer {
                metadata: super::metadata::url(oauth),
                scopes: oauth.scopes.join(" "),
            }),
        )
    }

    /// The answer to a caller that is not let in.
    pub(crate) fn respond(&self, refusal: Refusal) -> Response {
        let (status, code) = refusal.status();
        let problem = Problem::new(status, code, refusal.to_string());
        let problem = match refusal.retry_after() {
            Some(seconds) => problem.with_retry_after(seconds),
            None => problem,
        };
        let mut response = problem.into_response();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let bearer = self.0.as_ref().map(|bearer| HeaderValue::try_from(bearer.challenge(refusal)));
            // What the settings hold has been checked to be a URL and scopes.
            let challenge = bearer.and_then(Result::ok).unwrap_or(HeaderValue::from_static(KEY_CHALLENGE));
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl Bearer {
    fn challenge(&self, refusal: Refusal) -> String {
        let mut challenge = format!("Bearer resource_metadata=\"{}\"", self.metadata);
        if !self.scopes.is_empty() {
            challenge += &format!(", scope=\"{}\"", self.scopes);
        }
        let error = match refusal {
            Refusal::Token(_) => "invalid_token",
            Refusal::Scope => "insufficient_scope",
            // Who sent nothing made no mistake.
            _ => return challenge,
        };
        challenge + &format!(", error=\"{error}\", error_description=\"{refusal}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(oauth: Option<&OAuth>, refusal: Refusal) -> (u16, Option<String>) {
        let response = Challenge::new(oauth).respond(refusal);
        let header = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), header)
    }

    #[test]
    fn tells_where_to_sign_in_and_for_what() {
        let oauth = OAuth {
            resource: "https://mcp.example.com/mcp".parse().unwrap(),
            scopes: vec!["a".into(), "b".into()],
            ..OAuth::default()
        };
        let bearer = r#"Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp", scope="a b""#;
        let told = |error: &str, text: &str| {
            Some(format!(r#"{bearer}, error="{error}", error_description="{text}""#))
        };
        for (refusal, expected) in [
            (Refusal::NoToken, (401, Some(bearer.to_owned()))),
            (
                Refusal::Token("it has expired"),
                (401, told("invalid_token", "the access token is not good: it has expired")),
            ),
            (
                Refusal::Scope,
                (403, told("insufficient_scope", "the access token lacks a scope that this server needs")),
            ),
            (Refusal::Both, (400, None)),
            (Refusal::Unavailable, (503, None)),
            (Refusal::Busy(1), (503, None)),
        ] {
            assert_eq!(challenge(Some(&oauth), refusal), expected);
        }
    }

    #[test]
    fn tells_that_only_keys_are_taken() {
        let (status, header) = challenge(None, Refusal::NoKey);
        assert_eq!(
            (status, header.unwrap().as_str()),
            (401, r#"ApiKey realm="Pilot Status", header="x-api-key""#)
        );
    }
}
