//! What a user allowed a client, and the tokens that came of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;

/// What a user allowed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) tenant: String,
    /// The numbers that were chosen; none for the whole tenant.
    pub(super) numbers: Option<Vec<String>>,
    /// Where the code was sent.
    pub(super) redirect_uri: String,
    /// The PKCE challenge, S256.
    pub(super) challenge: String,
    /// The audience of its access tokens.
    pub(super) audience: String,
    /// Whether refresh tokens are given.
    pub(super) refreshes: bool,
    pub(super) code: Code,
    /// What its refresh tokens have in common.
    pub(super) family: Option<Fingerprint>,
    pub(super) refresh: Option<Refresh>,
    /// Its access tokens, oldest first.
    pub(super) access: VecDeque<Fingerprint>,
}

/// An authorization code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) secret: Fingerprint,
    pub(super) expires: i64,
    pub(super) is_used: bool,
}

/// The one refresh token of a grant that is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refresh {
    pub(super) secret: Fingerprint,
    pub(super) expires: i64,
}

/// An access token that was issued.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Access {
    /// The number of its grant.
    pub(super) grant: u64,
    /// Whom it was issued to: the grant's client, or the one that exchanged a token of it.
    pub(super) client: String,
    pub(super) audience: String,
    pub(super) id: String,
    pub(super) issued: i64,
    pub(super) expires: i64,
}
