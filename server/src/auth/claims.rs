//! What a token claims, and whether that will do here.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::settings::OAuth;
use super::{Grant, Refusal};

/// The claims of a token, be it a JWT (RFC 9068) or one that was asked about (RFC 7662).
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: Option<String>,
    aud: Option<OneOrMany>,
    sub: Option<String>,
    client_id: Option<String>,
    pub(super) exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    scope: Option<String>,
    tenant_id: Option<String>,
    /// Absent for the whole tenant; anything else but a list is a mistake, which must not allow everything.
    #[serde(default, deserialize_with = "present")]
    number_ids: Option<Vec<String>>,
    /// A key that the client has to prove it holds.
    cnf: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A value that is there: null is none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Vec::deserialize(deserializer).map(Some)
}

/// What a token must claim.
#[derive(Debug)]
pub(super) struct Rules {
    issuer: String,
    audience: String,
    scopes: Vec<String>,
    skew: u64,
}

/// Claims that will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accepted {
    pub(super) subject: String,
    pub(super) client: Option<String>,
    pub(super) tenant: Option<String>,
    /// When the token ends, in seconds since the epoch, where it says so.
    pub(super) expires: Option<u64>,
    pub(super) grant: Grant,
}

impl Rules {
    pub(super) fn new(settings: &OAuth) -> Self {
        Self {
            issuer: settings.issuer.clone().into(),
            audience: settings.resource.clone().into(),
            scopes: settings.scopes.clone(),
            skew: settings.clock_skew_seconds,
        }
    }

    /// Holds claims against the rules, at that time in seconds since the epoch.
    pub(super) fn check(&self, claims: &Claims, now: u64) -> Result<Accepted, Refusal> {
        let refuse = |reason| Err(Refusal::Token(reason));
        if claims.iss.as_deref() != Some(self.issuer.as_str()) {
            return refuse("it was issued by another server");
        }
        if !claims.is_for(&self.audience) {
            return refuse("it was issued for another resource");
        }
        let (latest, earliest) = (now.saturating_add(self.skew), now.saturating_sub(self.skew));
        let expires = claims.exp.map(seconds);
        if expires.is_some_and(|expires| expires <= earliest) {
            return refuse("it has expired");
        }
        if claims.nbf.into_iter().chain(claims.iat).any(|since| seconds(since) > latest) {
            return refuse("it is not good yet");
        }
        if claims.cnf.is_some() {
            return refuse("it is bound to a key, which this server cannot check");
        }
        let Some(subject) = claims.sub.as_ref().or(claims.client_id.as_ref()) else {
            return refuse("it says not whom it stands for");
        };
        let has =
            |wanted: &String| claims.scope.iter().flat_map(|all| all.split(' ')).any(|scope| scope == wanted);
        if !self.scopes.iter().all(has) {
            return Err(Refusal::Scope);
        }
        Ok(Accepted {
            subject: subject.clone(),
            client: claims.client_id.clone(),
            tenant: claims.tenant_id.clone(),
            expires,
            grant: claims.number_ids.clone().map_or(Grant::All, Grant::Numbers),
        })
    }
}

impl Claims {
    fn is_for(&self, audience: &str) -> bool {
        match &self.aud {
            Some(OneOrMany::One(one)) => one == audience,
            Some(OneOrMany::Many(many)) => many.iter().any(|one| one == audience),
            None => false,
        }
    }
}

/// A NumericDate (RFC 7519) in whole seconds; one before the epoch is the epoch.
fn seconds(date: f64) -> u64 {
    date as u64
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
