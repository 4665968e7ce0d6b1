//! The access token of a caller.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret;

/// Longest token that is read, in bytes; a JWT has seldom more than a few thousand.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// An OAuth access token. It cannot be printed.
///
/// Its memory is cleared when the last copy is gone, those in requests to the API and to the authorization server included. What remains is in the buffers of
/// the connections that it came and went by, and in what reads JSON and JWTs.
#[derive(Clone)]
pub struct Token(Arc<Zeroizing<String>>);

impl Token {
    /// Reads a token as it stands behind `Bearer`, or in an environment variable; `None` when it is empty, too long, or holds what RFC 6750 does not allow.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let fits = (1..=MAX_TOKEN_BYTES).contains(&raw.len()) && raw.bytes().all(is_allowed);
        fits.then(|| Self(Arc::new(Zeroizing::new(raw.to_owned()))))
    }

    /// The token itself.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// `Bearer …`, marked sensitive.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        secret::header(format!("Bearer {}", self.expose()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_printed() {
        let token = Token::parse("eyJ.secret.x").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "Token(…) Some(Sensitive)");
    }

    #[test]
    fn refuses_what_cannot_be_a_token() {
        for raw in ["", "a b", "a\n", "é", "a,b", &"a".repeat(MAX_TOKEN_BYTES + 1)] {
            assert!(Token::parse(raw).is_none(), "{raw:.20}");
        }
        assert!(Token::parse(&"a".repeat(MAX_TOKEN_BYTES)).is_some());
    }
}
