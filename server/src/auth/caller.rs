//! Who calls, once that is known.

use std::sync::Arc;

use super::{Fingerprint, Grant, Token};
use crate::Key;

/// What a caller presents.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An API key. Whether it is a right one, the API decides.
    Key(Key),
    /// An access token. Whether it is a good one, this server decides.
    Token(Token),
}

impl From<Key> for Credential {
    fn from(key: Key) -> Self {
        Self::Key(key)
    }
}

impl From<Token> for Credential {
    fn from(token: Token) -> Self {
        Self::Token(token)
    }
}

/// A caller that has been let in.
#[derive(Debug, Clone)]
pub enum Caller {
    /// The holder of an API key.
    Key {
        /// The key.
        key: Key,
        /// Stands for the key.
        fingerprint: Fingerprint,
    },
    /// Whoever an access token stands for.
    Token(Arc<Identity>),
}

/// What a good access token says.
#[derive(Debug)]
pub struct Identity {
    /// When the token ends, in seconds since the epoch; `None` where only the authorization server knows, which tells when it is asked.
    pub expires: Option<u64>,
    /// Which numbers it is for.
    pub grant: Grant,
    pub(super) token: Token,
    /// Stands for this token.
    pub(super) token_fingerprint: Fingerprint,
    /// Stands for user, client and tenant, whichever token they use.
    pub(super) fingerprint: Fingerprint,
}

impl Caller {
    /// Stands for the caller in limits: the same for every token of one user through one client.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Key { fingerprint, .. } => *fingerprint,
            Self::Token(identity) => identity.fingerprint,
        }
    }

    /// Whether it is known to be who it says: only the API can tell of a key.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    /// What the caller may act on.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        match self {
            Self::Key { .. } => &Grant::All,
            Self::Token(identity) => &identity.grant,
        }
    }
}
