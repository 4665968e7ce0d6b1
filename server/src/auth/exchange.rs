//! The credential that goes to the API. An API key goes as it is; an access token never does: it is exchanged for one that is meant for the API (RFC 8693).

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;

use super::issuer::{Endpoint, Issuer, Unavailable};
use super::kept::Cache;
use super::settings::OAuth;
use super::{Caller, Identity, Token};
use crate::outcome::Failure;
use crate::{Clock, Secret};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// How long an exchanged token is used that does not say when it ends, in seconds.
const DEFAULT_LIFETIME: u64 = 60;
/// How long a refusal and a failure are kept, in seconds: a burst shall not become a burst elsewhere.
const REFUSAL_AGE: u64 = 5;
const FAILURE_AGE: u64 = 1;

/// The header that carries a credential to the API.
pub(crate) type CredentialHeader = (HeaderName, HeaderValue);

/// Finds the credential for each call.
#[derive(Debug)]
pub struct Credentials {
    clock: Clock,
    exchange: Option<Exchange>,
}

#[derive(Debug)]
struct Exchange {
    issuer: Arc<Issuer>,
    /// What every exchange asks for.
    target: Vec<(&'static str, String)>,
    skew: u64,
    tokens: Cache<Result<Token, NotExchanged>>,
}

/// Why there is no token for the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotExchanged {
    /// The token is no longer good.
    Refused,
    /// This server may not exchange it.
    Forbidden,
    /// No usable answer.
    Unavailable,
}

#[derive(Deserialize)]
struct Exchanged {
    access_token: Secret,
    expires_in: Option<u64>,
    token_type: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Credentials {
    pub(super) fn new(clock: Clock, oauth: Option<(&OAuth, Arc<Issuer>)>) -> Self {
        Self { clock, exchange: oauth.map(|(settings, issuer)| Exchange::new(settings, issuer)) }
    }

    /// Whether callers may differ in the tools that they can call.
    #[must_use]
    pub fn take_tokens(&self) -> bool {
        self.exchange.is_some()
    }

    /// What to send for that caller.
    pub(crate) async fn of(&self, caller: &Caller) -> Result<CredentialHeader, Failure> {
        match (caller, &self.exchange) {
            (Caller::Key { key, .. }, _) => Ok((HeaderName::from_static("x-api-key"), key.header())),
            (Caller::Token(identity), Some(exchange)) => {
                let token = exchange.token(identity, self.clock.now()).await?;
                let header = token.header().ok_or(NotExchanged::Unavailable)?;
                Ok((AUTHORIZATION, header))
            }
            // Who was let in by a token was let in by the same settings.
            (Caller::Token(_), None) => Err(NotExchanged::Forbidden.into()),
        }
    }

    /// Told that the API refused the credential: the next call shall not use it again.
    pub(crate) fn forget(&self, caller: &Caller) {
        if let (Caller::Token(identity), Some(exchange)) = (caller, &self.exchange) {
            exchange.tokens.forget(identity.token_fingerprint);
        }
    }
}

impl Exchange {
    fn new(settings: &OAuth, issuer: Arc<Issuer>) -> Self {
        let target = [
            ("audience", settings.api_audience.clone()),
            ("resource", settings.api_resource.clone().map(String::from)),
            ("scope", settings.api_scope.clone()),
        ];
        let target = target.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let tokens = Cache::new(settings.max_cached_tokens);
        Self { issuer, target, skew: settings.clock_skew_seconds, tokens }
    }

    async fn token(&self, identity: &Identity, now: u64) -> Result<Token, NotExchanged> {
        // Over stdio the token was judged once, at the start.
        if identity.expires.is_some_and(|expires| expires.saturating_add(self.skew) <= now) {
            return Err(NotExchanged::Refused);
        }
        let exchange = || async {
            match self.exchange(&identity.token, now).await {
                Ok((token, lifetime)) => {
                    let end = now.saturating_add(lifetime);
                    let end = identity.expires.map_or(end, |expires| end.min(expires));
                    (Ok(token), end.saturating_sub(self.skew))
                }
                Err(NotExchanged::Unavailable) => (Err(NotExchanged::Unavailable), now + FAILURE_AGE),
                Err(refused) => (Err(refused), now + REFUSAL_AGE),
            }
        };
        self.tokens.get(identity.token_fingerprint, now, exchange).await
    }

    async fn exchange(&self, subject: &Token, now: u64) -> Result<(Token, u64), NotExchanged> {
        let mut form = vec![
            ("grant_type", GRANT_TYPE),
            ("subject_token", subject.expose()),
            ("subject_token_type", ACCESS_TOKEN),
            ("requested_token_type", ACCESS_TOKEN),
        ];
        form.extend(self.target.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.issuer.post(Endpoint::Token, now, &form).await?;
        if answer.status != StatusCode::OK {
            return Err(refusal(answer.status, answer.json().ok()));
        }
        let exchanged: Exchanged = answer.json()?;
        let is_bearer = exchanged.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let token = Token::parse(exchanged.access_token.expose())
            .filter(|_| is_bearer)
            .ok_or(NotExchanged::Unavailable)?;
        if token.is(subject) {
            tracing::error!("the authorization server exchanged a token for itself; it is not sent on");
            return Err(NotExchanged::Forbidden);
        }
        Ok((token, exchanged.expires_in.unwrap_or(DEFAULT_LIFETIME)))
    }
}

/// RFC 8693 answers `invalid_request` for a token that will not do; some servers answer `invalid_grant` or `invalid_token`. All else is about this server.
fn refusal(status: StatusCode, body: Option<Refused>) -> NotExchanged {
    let error = body.map(|body| body.error).unwrap_or_default();
    match error.as_str() {
        "invalid_request" | "invalid_grant" | "invalid_token" if status.is_client_error() => {
            NotExchanged::Refused
        }
        _ if status.is_client_error() => {
            let error: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
            tracing::error!(
                status = status.as_u16(),
                error,
                "the authorization server does not let this server exchange tokens"
            );
            NotExchanged::Forbidden
        }
        _ => NotExchanged::Unavailable,
    }
}

impl From<Unavailable> for NotExchanged {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<NotExchanged> for Failure {
    fn from(reason: NotExchanged) -> Self {
        let (status, code, error) = match reason {
            NotExchanged::Refused => (
                StatusCode::UNAUTHORIZED,
                "TOKEN_REFUSED",
                "your access token is no longer good: refresh it, or sign in again",
            ),
            NotExchanged::Forbidden => (
                StatusCode::BAD_GATEWAY,
                "TOKEN_EXCHANGE_FAILED",
                "this server cannot get access to the Pilot Status API for you; its operator has to look into it",
            ),
            NotExchanged::Unavailable => (
                StatusCode::BAD_GATEWAY,
                "AUTHORIZATION_SERVER_UNAVAILABLE",
                "the authorization server gave no usable answer; try again in a few seconds",
            ),
        };
        Self::new(status, code, error)
    }
}
