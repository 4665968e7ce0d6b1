//! Tokens that only the authorization server can read: it is asked about each (RFC 7662).

use serde::Deserialize;

use super::claims::Claims;
use super::issuer::{Endpoint, Issuer, Unavailable};
use super::kept::Cache;
use super::settings::OAuth;
use super::{Fingerprint, Refusal, Token};

/// How long a failure to answer is kept, in seconds: a burst shall not become a burst elsewhere.
const FAILURE_AGE: u64 = 1;

/// Asks about tokens.
#[derive(Debug)]
pub(super) struct Introspection {
    max_age: u64,
    answers: Cache<Result<Option<Claims>, Unavailable>>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    active: bool,
    #[serde(flatten)]
    claims: Claims,
}

impl Introspection {
    pub(super) fn new(settings: &OAuth) -> Self {
        Self { max_age: settings.introspection_age_seconds, answers: Cache::new(settings.max_cached_tokens) }
    }

    /// The claims of a token that is active.
    pub(super) async fn read(
        &self,
        token: &Token,
        fingerprint: Fingerprint,
        issuer: &Issuer,
        now: u64,
    ) -> Result<Claims, Refusal> {
        let ask = || async {
            let answer = self.ask(token, issuer, now).await;
            let age = if answer.is_ok() { self.max_age } else { FAILURE_AGE };
            (answer, now + age)
        };
        match self.answers.get(fingerprint, now, ask).await {
            Ok(Some(claims)) => Ok(claims),
            Ok(None) => Err(Refusal::Token("it is not active")),
            Err(Unavailable) => Err(Refusal::Unavailable),
        }
    }

    async fn ask(&self, token: &Token, issuer: &Issuer, now: u64) -> Result<Option<Claims>, Unavailable> {
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let answer = issuer.post(Endpoint::Introspection, now, &form).await?;
        if answer.status != http::StatusCode::OK {
            tracing::warn!(
                status = answer.status.as_u16(),
                "the authorization server refused to tell of a token: see oauth.client_id"
            );
            return Err(Unavailable);
        }
        let Answer { active, mut claims } = answer.json()?;
        // Both are optional here: who answers is the issuer, and the answer itself does not last.
        claims.iss.get_or_insert_with(|| issuer.name().to_owned());
        claims.exp.get_or_insert((now + self.max_age.max(1)) as f64);
        Ok(active.then_some(claims))
    }
}
