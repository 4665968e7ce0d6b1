//! Signing keys: made from the mock's seed, so that the same seed signs the same bytes. Access tokens are JWTs (RFC 9068), signed with ES256.

use std::collections::VecDeque;

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{RETIRED_KEY_LIFETIME, Shared, seconds};

/// How many retired keys are published at most.
const MAX_RETIRED: usize = 4;

/// Which keys there are: only their numbers, as the seed gives the rest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Keys {
    /// The one that signs.
    current: u32,
    /// Those that signed before, with when that ended, oldest first.
    retired: VecDeque<(u32, i64)>,
}

impl Keys {
    /// The key that signs.
    pub(super) fn signer(&self, seed: u64) -> Signer {
        Signer::derive(seed, self.current)
    }

    /// Puts a new key in the place of the one that signs.
    pub(super) fn rotate(&mut self, now: i64) {
        self.retired.push_back((self.current, now));
        if self.retired.len() > MAX_RETIRED {
            self.retired.pop_front();
        }
        self.current += 1;
    }

    /// The JWK set (RFC 7517): the key that signs, then those that retired lately.
    fn published(&self, seed: u64, now: i64) -> Value {
        let lately = self.retired.iter().rev().filter(|(_, at)| now < at + RETIRED_KEY_LIFETIME);
        let numbers = std::iter::once(self.current).chain(lately.map(|(number, _)| *number));
        let keys: Vec<_> = numbers.map(|number| Signer::derive(seed, number).jwk()).collect();
        json!({ "keys": keys })
    }
}

/// A key with the name that tokens call it by.
pub(super) struct Signer {
    key: SigningKey,
    /// Its thumbprint (RFC 7638).
    pub(super) kid: String,
}

impl Signer {
    fn derive(seed: u64, number: u32) -> Self {
        let mut attempt = 0_u32;
        let key = loop {
            let text = format!("pilot-status-mock signing key {seed} {number} {attempt}");
            // One digest in four thousand million is no key.
            match SigningKey::from_slice(&Sha256::digest(text.as_bytes())) {
                Ok(key) => break key,
                Err(_) => attempt += 1,
            }
        };
        let (x, y) = coordinates(&key);
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self { kid: encode(&Sha256::digest(canonical.as_bytes())), key }
    }

    fn jwk(&self) -> Value {
        let (x, y) = coordinates(&self.key);
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.kid, "use": "sig", "alg": "ES256" })
    }

    /// Claims as a signed token.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": self.kid });
        let signed =
            format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature.to_bytes()))
    }
}

/// The public point, as a JWK has it.
fn coordinates(key: &SigningKey) -> (String, String) {
    let point = key.verifying_key().to_sec1_point(false);
    let part = |bytes: Option<&[u8]>| encode(bytes.unwrap_or_default());
    (part(point.x().map(|x| x.as_slice())), part(point.y().map(|y| y.as_slice())))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `GET /oauth/jwks`.
pub(super) async fn publish(State(mock): Shared) -> Json<Value> {
    let now = seconds(mock.clock.now());
    let state = crate::lock(&mock.state);
    Json(state.oauth.keys.published(state.ids.seed(), now))
}
