//! Who calls, what they may do, and with what the API is asked for them.
//!
//! A [`Credential`] is what a caller presents, over HTTP or from the environment. [`Authenticator`] makes a [`Caller`] of it: an API key is taken as it is,
//! because only the API can judge it; an access token is judged here, as an OAuth 2.1 resource server does, and says which numbers it is for ([`Grant`]).
//! [`Credentials`] finds what goes to the API: the key, or a token that was exchanged for the caller's, which itself never leaves this server but to the
//! authorization server that issued it.

mod caller;
mod claims;
mod exchange;
mod fingerprint;
mod grant;
mod introspection;
mod issuer;
mod jwks;
mod kept;
mod metadata;
mod refusal;
mod settings;
mod strangers;
mod token;

use std::sync::Arc;

pub use caller::{Caller, Credential, Identity};
pub(crate) use exchange::CredentialHeader;
pub use exchange::Credentials;
pub use fingerprint::{Fingerprint, Fingerprints};
pub use grant::Grant;
pub(crate) use metadata::routes as metadata_routes;
pub(crate) use refusal::Challenge;
pub use refusal::Refusal;
pub use settings::{OAuth, Validation};
pub use token::{MAX_TOKEN_BYTES, Token};

use crate::{Clock, Key, Metrics, StartError};
use claims::Rules;
use introspection::Introspection;
use issuer::Issuer;
use jwks::Jwks;

/// Lets callers in.
#[derive(Debug)]
pub struct Authenticator {
    clock: Clock,
    fingerprints: Fingerprints,
    tokens: Option<Tokens>,
    api_keys: bool,
}

/// Judges access tokens.
#[derive(Debug)]
struct Tokens {
    issuer: Arc<Issuer>,
    reader: Reader,
    rules: Rules,
}

#[derive(Debug)]
enum Reader {
    Jwks(Jwks),
    Introspection(Box<Introspection>),
}

/// What lets callers in and what speaks for them, which share the settings and the connection to the authorization server. What is refused at a bound is
/// counted in `metrics`.
///
/// # Errors
/// [`StartError`] when the client of the authorization server cannot be set up.
pub(crate) fn new(
    oauth: Option<&OAuth>,
    clock: &Clock,
    fingerprints: Fingerprints,
    metrics: &Metrics,
) -> Result<(Authenticator, Credentials), StartError> {
    let issuer = oauth.map(Issuer::new).transpose()?.map(Arc::new);
    let configured = oauth.zip(issuer);
    let credentials = Credentials::new(clock.clone(), configured.clone());
    let api_keys = oauth.is_none_or(|settings| settings.api_keys);
    let tokens = configured.map(|(settings, issuer)| Tokens::new(settings, issuer, metrics));
    Ok((Authenticator { clock: clock.clone(), fingerprints, tokens, api_keys }, credentials))
}

impl Authenticator {
    /// Makes a caller of a credential.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn authenticate(&self, credential: Credential) -> Result<Caller, Refusal> {
        match (credential, &self.tokens) {
            (Credential::Key(key), _) if self.api_keys => Ok(self.key(key)),
            (Credential::Token(token), Some(tokens)) => self.token(token, tokens).await,
            _ => Err(self.nobody()),
        }
    }

    /// Tells in the log, if tokens are taken, whether the authorization server can be found and goes by the configured name.
    pub(crate) async fn look_for_issuer(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.issuer.look().await;
        }
    }

    /// The refusal for who presents nothing, or nothing that is taken here.
    #[must_use]
    pub fn nobody(&self) -> Refusal {
        if self.tokens.is_some() { Refusal::NoToken } else { Refusal::NoKey }
    }

    fn key(&self, key: Key) -> Caller {
        let fingerprint = self.fingerprints.of(&[b"key", key.header().as_bytes()]);
        Caller::Key { key, fingerprint }
    }

    async fn token(&self, token: Token, tokens: &Tokens) -> Result<Caller, Refusal> {
        let now = self.clock.now();
        let token_fingerprint = self.fingerprints.of(&[b"token", token.expose().as_bytes()]);
        let claims = match &tokens.reader {
            Reader::Jwks(jwks) => jwks.read(&token, &tokens.issuer, now).await?,
            Reader::Introspection(asked) => {
                asked.read(&token, token_fingerprint, &tokens.issuer, now).await?
            }
        };
        let accepted = tokens.rules.check(&claims, now)?;
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let (client, tenant) = (part(&accepted.client), part(&accepted.tenant));
        let parts = [&b"subject"[..], accepted.subject.as_bytes(), client.as_bytes(), tenant.as_bytes()];
        Ok(Caller::Token(Arc::new(Identity {
            fingerprint: self.fingerprints.of(&parts),
            token_fingerprint,
            token,
            expires: accepted.expires,
            grant: accepted.grant,
        })))
    }
}

impl Tokens {
    fn new(settings: &OAuth, issuer: Arc<Issuer>, metrics: &Metrics) -> Self {
        let reader = match settings.validation {
            Validation::Jwks => Reader::Jwks(Jwks::new(settings)),
            Validation::Introspection => {
                Reader::Introspection(Box::new(Introspection::new(settings, metrics.clone())))
            }
        };
        Self { issuer, reader, rules: Rules::new(settings) }
    }
}
