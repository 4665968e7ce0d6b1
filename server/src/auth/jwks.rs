//! JWTs, by the keys that the authorization server publishes.

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::claims::Claims;
use super::issuer::Issuer;
use super::kept::Kept;
use super::settings::OAuth;
use super::{Refusal, Token};

/// How many published keys are looked at.
const MAX_KEYS: usize = 64;

/// Reads JWTs.
#[derive(Debug)]
pub(super) struct Jwks {
    algorithms: Vec<Algorithm>,
    keys: Kept<Keys>,
}

/// The published keys that can be used here.
#[derive(Debug)]
struct Keys(Vec<PublicKey>);

#[derive(Debug)]
struct PublicKey {
    name: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Jwks {
    pub(super) fn new(settings: &OAuth) -> Self {
        Self {
            algorithms: settings.algorithms.clone(),
            keys: Kept::new(settings.jwks_max_age_seconds, settings.jwks_interval_seconds),
        }
    }

    /// The claims of a token whose signature is right.
    pub(super) async fn read(
        &self,
        token: &Token,
        issuer: &Arc<Issuer>,
        now: u64,
    ) -> Result<Claims, Refusal> {
        let header = decode_header(token.expose()).map_err(|_| Refusal::Token("it is not a signed JWT"))?;
        self.check(&header)?;
        let knows = |keys: &Keys| keys.find(&header).is_some();
        let fetch = || fetch(issuer.clone(), self.algorithms.clone(), now);
        let keys = self.keys.get(now, knows, fetch).await.ok_or(Refusal::Unavailable)?;
        let key = keys.find(&header).ok_or(Refusal::Token("its key is not known"))?;
        let claims: Claims = decode(token.expose(), &key.key, &signature_only(header.alg))
            .map_err(|_| Refusal::Token("its signature or its claims are broken"))?
            .claims;
        // Nobody can be asked later whether it is still good (RFC 9068, section 2.2).
        if claims.exp.is_none() {
            return Err(Refusal::Token("it says not when it expires"));
        }
        Ok(claims)
    }

    fn check(&self, header: &Header) -> Result<(), Refusal> {
        if !self.algorithms.contains(&header.alg) {
            return Err(Refusal::Token("its algorithm is not taken"));
        }
        // Other kinds of JWT are signed with the same keys. Not all servers say at+jwt yet.
        let kind = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
        if !matches!(kind.trim_start_matches("application/"), "at+jwt" | "jwt") {
            return Err(Refusal::Token("it is not an access token"));
        }
        if header.crit.is_some() {
            return Err(Refusal::Token("it has critical extensions"));
        }
        Ok(())
    }
}

async fn fetch(issuer: Arc<Issuer>, algorithms: Vec<Algorithm>, now: u64) -> Option<Keys> {
    let set: KeySet = issuer.keys(now).await.ok()?;
    // A key that cannot be read is not ours to use; the others may be.
    let keys = set.keys.into_iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key).ok());
    Some(Keys(keys.filter_map(|key| usable(key, &algorithms)).collect()))
}

/// The key, if it can sign with one of these algorithms.
fn usable(key: Jwk, taken: &[Algorithm]) -> Option<PublicKey> {
    if key.common.public_key_use.as_ref().is_some_and(|its| *its != PublicKeyUse::Signature) {
        return None;
    }
    let named = key.common.key_algorithm.map(|named| named.to_string());
    let fits = |algorithm: &Algorithm| named.as_ref().is_none_or(|named| *named == format!("{algorithm:?}"));
    let mut algorithms = fitting(&key.algorithm);
    algorithms.retain(|algorithm| taken.contains(algorithm) && fits(algorithm));
    let decoding = DecodingKey::from_jwk(&key).ok().filter(|_| !algorithms.is_empty())?;
    Some(PublicKey { name: key.common.key_id, algorithms, key: decoding })
}

impl Keys {
    /// The key that a header names, or the only one that it can mean.
    fn find(&self, header: &Header) -> Option<&PublicKey> {
        let mut fitting = self.0.iter().filter(|key| key.algorithms.contains(&header.alg));
        match &header.kid {
            Some(_) => fitting.find(|key| key.name == header.kid),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

/// What a key can sign with; a shared secret, nothing.
fn fitting(parameters: &AlgorithmParameters) -> Vec<Algorithm> {
    match parameters {
        AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms().to_vec(),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            vec![Algorithm::ES256]
        }
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => {
            vec![Algorithm::ES384]
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            vec![Algorithm::EdDSA]
        }
        _ => Vec::new(),
    }
}

/// The claims have rules of their own, on a clock of their own.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}
