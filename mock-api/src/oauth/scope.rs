//! Scopes. The reference names none, and what a grant may do is said by its tenant and numbers: so there is one, for the whole API within the grant (inferred).

use super::error::OauthError;

/// The one scope.
pub(super) const SCOPE: &str = "api";

/// Refuses scopes that there are not. Whoever asks for none gets the one that there is.
pub(super) fn check(asked: Option<&str>) -> Result<(), OauthError> {
    match asked.unwrap_or(SCOPE).split(' ').find(|scope| *scope != SCOPE) {
        None => Ok(()),
        Some(_) => Err(OauthError::scope(format!("The only scope is {SCOPE:?}"))),
    }
}
