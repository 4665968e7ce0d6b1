//! Text that is never shown.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// What stands for a secret wherever it would be shown.
const PLACEHOLDER: &str = "…";

/// A secret of the settings. `Debug` and `Serialize` show a placeholder, there is no `Display`, and the memory is cleared at the end. What remains is
/// where it was read from: the environment of the process, and what reads the file.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A header value that is marked sensitive and shares `bytes` with all its copies: the memory is cleared when the last of them is gone. `None` for what no
/// header can hold. Beyond our reach are the buffers of connections, in which whole heads of requests stand until others take their place.
pub(crate) fn header<T: AsRef<[u8]> + Zeroize + Send + 'static>(bytes: T) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(shared(bytes)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Bytes that are cleared when their last copy is gone.
pub(crate) fn shared<T: AsRef<[u8]> + Zeroize + Send + 'static>(bytes: T) -> Bytes {
    Bytes::from_owner(Zeroizing::new(bytes))
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

/// In a time that does not tell where two secrets differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(PLACEHOLDER)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is found in place of text is not repeated.
        String::deserialize(deserializer).map(Self::from).map_err(|_| D::Error::custom("a secret is text"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Bytes that tell when they are cleared.
    struct Watched(&'static [u8], Arc<AtomicBool>);

    impl AsRef<[u8]> for Watched {
        fn as_ref(&self) -> &[u8] {
            self.0
        }
    }

    impl Zeroize for Watched {
        fn zeroize(&mut self) {
            self.1.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_header_is_cleared_with_its_last_copy() {
        let cleared = Arc::new(AtomicBool::new(false));
        let value = header(Watched(b"hunter2", cleared.clone())).unwrap();
        let copy = value.clone();
        assert!(copy == "hunter2" && !format!("{copy:?}").contains("hunter2"));
        drop(value);
        assert!(!cleared.load(Ordering::SeqCst));
        drop(copy);
        assert!(cleared.load(Ordering::SeqCst));
        assert!(header(b"two\nlines".to_vec()).is_none());
    }

    #[test]
    fn is_read_but_never_shown() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(format!("{secret:?}"), "…");
        assert!(!serde_json::from_str::<Secret>("4711").unwrap_err().to_string().contains("4711"));
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""…""#);
    }
}
