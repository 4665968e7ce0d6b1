//! Who a client is, as it proves at the token, introspection and revocation endpoints (RFC 6749, section 2.3).

use std::borrow::Cow;

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header;

use super::document;
use super::error::OauthError;
use super::form::Params;
use super::store::Oauth;

/// A client that is who it says.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) id: String,
    /// Whether it proved it with a secret.
    pub(super) is_confidential: bool,
}

impl Identity {
    /// Refuses clients that anybody could pretend to be.
    pub(super) fn confidential(self) -> Result<Self, OauthError> {
        if self.is_confidential {
            return Ok(self);
        }
        Err(OauthError::unauthorized_client("Only a client with a secret may do this"))
    }
}

/// What a client sent of itself.
struct Given {
    id: String,
    secret: Option<String>,
}

/// The client that a request comes from.
pub(super) fn identify(oauth: &Oauth, parts: &Parts, form: &Params) -> Result<Identity, OauthError> {
    let Given { id, secret } = given(parts, form)?;
    let kept = match oauth.client(&id) {
        Some(client) => client.secret.as_ref(),
        // A metadata document has no secret, and what a grant was given for is checked with the grant.
        None if document::is_client_id(&id) => None,
        None => return Err(OauthError::client()),
    };
    let is_confidential = match (kept, &secret) {
        (None, None) => false,
        (Some(kept), Some(secret)) if kept.is_of(secret) => true,
        _ => return Err(OauthError::client()),
    };
    Ok(Identity { id, is_confidential })
}

fn given(parts: &Parts, form: &Params) -> Result<Given, OauthError> {
    let (id, secret) = (form.get("client_id")?, form.get("client_secret")?.map(str::to_owned));
    let Some(header) = parts.headers.get(header::AUTHORIZATION) else {
        let id = id.ok_or_else(OauthError::client)?.to_owned();
        return Ok(Given { id, secret });
    };
    if secret.is_some() {
        return Err(OauthError::request("The client sent its secret in two ways"));
    }
    let given = header.to_str().ok().and_then(basic).ok_or_else(OauthError::client)?;
    if id.is_some_and(|id| id != given.id) {
        return Err(OauthError::request("client_id is not the client of the Authorization header"));
    }
    Ok(given)
}

/// Reads `Basic …`: both parts were form-encoded before they were joined.
fn basic(header: &str) -> Option<Given> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Given { id: decode(id)?, secret: Some(decode(secret)?) })
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}
