//! Names for secrets that tell nothing about them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Stands for a secret in limits and caches. Without the key of the process it cannot be computed, so it may be kept where the secret may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 16]);

/// Makes [`Fingerprint`]s with a key that only this process knows.
#[derive(Clone)]
pub struct Fingerprints(Hmac<Sha256>);

impl Fingerprints {
    /// Fingerprints under a key, which should be random.
    #[must_use]
    pub fn new(key: [u8; 64]) -> Self {
        Self(Hmac::new(&key.into()))
    }

    /// Fingerprints under a key from the system's randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut key = [0; 64];
        getrandom::fill(&mut key)?;
        Ok(Self::new(key))
    }

    /// The fingerprint of several parts, each told from the next.
    #[must_use]
    pub fn of(&self, parts: &[&[u8]]) -> Fingerprint {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&part.len().to_le_bytes());
            mac.update(part);
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let (half, _) = digest.split_at(16);
        Fingerprint(half.try_into().unwrap_or_default())
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_parts_and_keys_apart() {
        let (one, other) = (Fingerprints::new([1; 64]), Fingerprints::new([2; 64]));
        let it = one.of(&[b"ab", b"c"]);
        assert_eq!(it, one.of(&[b"ab", b"c"]));
        for different in [one.of(&[b"a", b"bc"]), one.of(&[b"abc"]), other.of(&[b"ab", b"c"])] {
            assert_ne!(it, different);
        }
        assert_eq!(format!("{one:?}"), "Fingerprints(…)");
    }
}
