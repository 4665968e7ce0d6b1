//! The API key of a caller.

use std::fmt;

use ::http::HeaderValue;
use thiserror::Error;

use crate::secret;

/// Longest key that is read; real ones are far shorter.
const MAX_LENGTH: usize = 512;

/// A Pilot Status API key. It cannot be printed: `Debug` shows a placeholder, and there is no `Display`.
///
/// Its memory is cleared when the last copy is gone, that in a request to the API included. What remains is in the buffers of the connections that it came
/// and went by, and over stdio in the environment of the process.
#[derive(Clone, Hash)]
pub struct Key(HeaderValue);

/// A key that cannot be one: empty, too long, or with anything but visible ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a key is 1 to {MAX_LENGTH} visible ASCII characters")]
pub struct InvalidKey;

impl Key {
    /// Reads a key as it stands in a header or an environment variable.
    ///
    /// # Errors
    /// [`InvalidKey`], which does not repeat the value.
    pub fn parse(raw: impl AsRef<[u8]>) -> Result<Self, InvalidKey> {
        let raw = raw.as_ref();
        let fits = (1..=MAX_LENGTH).contains(&raw.len()) && raw.iter().all(u8::is_ascii_graphic);
        fits.then(|| secret::header(raw.to_vec())).flatten().map(Self).ok_or(InvalidKey)
    }

    /// The key as a header value that is marked sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_printed() {
        let key = Key::parse("ps_secret").unwrap();
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert!(!format!("{:?}", key.header()).contains("secret"));
    }

    #[test]
    fn refuses_what_cannot_be_a_key() {
        for raw in [&b""[..], b"ps demo", b"ps\n", b"ps_\xff", "ps_é".as_bytes(), &[b'a'; 513]] {
            assert_eq!(Key::parse(raw).unwrap_err(), InvalidKey);
        }
    }
}
