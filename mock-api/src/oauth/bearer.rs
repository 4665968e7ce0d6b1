//! What the API makes of a token in `Authorization: Bearer …`.

use http::{HeaderMap, header};

use super::{Issuer, seconds};
use crate::state::State;
use crate::time::Time;

/// Who holds a token that is good for the API.
#[derive(Debug)]
pub(crate) struct Holder<'a> {
    /// The client that it was issued to.
    pub(crate) client: &'a str,
    pub(crate) tenant: &'a str,
    /// The numbers that the user chose; none for the whole tenant.
    pub(crate) numbers: Option<&'a [String]>,
}

/// The bearer token of a request; none when its `Authorization` is of another scheme.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<'a> Holder<'a> {
    /// Who holds a token; none when it is not good, or not for the API. What was issued is remembered by its digest, so its signature need not be checked.
    pub(crate) fn of(state: &'a State, issuer: &Issuer, token: &str, now: Time) -> Option<Self> {
        let (access, grant) = state.oauth.access(token, seconds(now))?;
        let numbers = grant.numbers.as_deref();
        issuer.is_api(&access.audience).then_some(Self {
            client: &access.client,
            tenant: &grant.tenant,
            numbers,
        })
    }
}
