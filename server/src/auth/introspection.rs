//! Tokens that only the authorization server can read: it is asked about each (RFC 7662).

use serde::Deserialize;

use super::claims::Claims;
use super::issuer::{Endpoint, Issuer, Unavailable};
use super::kept::Cache;
use super::settings::OAuth;
use super::strangers::Strangers;
use super::{Fingerprint, Refusal, Token};
use crate::Metrics;

/// How long a failure to answer is kept, in seconds: a burst shall not become a burst elsewhere.
const FAILURE_AGE: u64 = 1;
/// Shortest time that a refusal is kept, in seconds, even where good answers are not.
const MIN_REFUSAL_AGE: u64 = 5;

/// Asks about tokens.
#[derive(Debug)]
pub(super) struct Introspection {
    max_age: u64,
    /// About tokens that were good when they were asked about first.
    known: Cache<Read>,
    /// About all others, apart, so that made-up tokens do not drive out the known ones.
    others: Cache<Read>,
    strangers: Strangers,
}

type Read = Result<Claims, Refusal>;

#[derive(Debug, Deserialize)]
struct Answer {
    active: bool,
    #[serde(flatten)]
    claims: Claims,
}

impl Introspection {
    pub(super) fn new(settings: &OAuth, metrics: Metrics) -> Self {
        Self {
            max_age: settings.introspection_age_seconds,
            known: Cache::new(settings.max_cached_tokens),
            others: Cache::new(settings.max_cached_tokens),
            strangers: Strangers::new(settings, metrics),
        }
    }

    /// The claims of a token that is active.
    pub(super) async fn read(
        &self,
        token: &Token,
        fingerprint: Fingerprint,
        issuer: &Issuer,
        now: u64,
    ) -> Read {
        let ask = || async {
            let read = self.ask(token, issuer, now).await;
            let until = now + self.age(&read);
            (read, until)
        };
        if self.known.has(fingerprint) {
            return self.known.get(fingerprint, now, ask).await;
        }
        let ask_if_allowed = || async {
            match self.strangers.admit() {
                Ok(_leave) => ask().await,
                Err(busy) => (Err(busy), now),
            }
        };
        let read = self.others.get(fingerprint, now, ask_if_allowed).await;
        if read.is_ok() {
            self.others.give(fingerprint, &self.known);
        }
        read
    }

    fn age(&self, read: &Read) -> u64 {
        match read {
            Ok(_) => self.max_age,
            Err(Refusal::Token(_)) => self.max_age.max(MIN_REFUSAL_AGE),
            Err(_) => FAILURE_AGE,
        }
    }

    async fn ask(&self, token: &Token, issuer: &Issuer, now: u64) -> Read {
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let answer = issuer.post(Endpoint::Introspection, now, &form).await?;
        if answer.status != http::StatusCode::OK {
            tracing::warn!(
                status = answer.status.as_u16(),
                "the authorization server refused to tell of a token: see oauth.client_id"
            );
            return Err(Refusal::Unavailable);
        }
        let Answer { active, mut claims } = answer.json()?;
        // Optional here, as is when it expires: who answers is the issuer, and the answer itself does not last.
        claims.iss.get_or_insert_with(|| issuer.name().to_owned());
        if active { Ok(claims) } else { Err(Refusal::Token("it is not active")) }
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}
