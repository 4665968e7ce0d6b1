//! Token exchange (RFC 8693): a server that was sent a token gets one that the API takes, for the same tenant and numbers.

use serde_json::{Value, json};

use super::credentials::Identity;
use super::error::OauthError;
use super::form::Params;
use super::issuer::Issuer;
use super::scope::{self, SCOPE};
use super::store::NewAccess;
use crate::state::State;

/// Its grant type.
pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) fn exchange(
    state: &mut State,
    issuer: &Issuer,
    client: Identity,
    form: &Params,
    now: i64,
) -> Result<Value, OauthError> {
    let client = client.confidential()?;
    let subject = form.required("subject_token")?;
    check_types(form)?;
    check_target(form, issuer)?;
    scope::check(form.get("scope")?)?;
    // The RFC asks for this code, and for no more than that the token will not do.
    let unfit = || OauthError::request("subject_token is not an access token that is good");
    let (access, _) = state.oauth.access(subject, now).ok_or_else(unfit)?;
    let new = NewAccess {
        grant: access.grant,
        client: &client.id,
        audience: issuer.api(),
        limit: Some(access.expires),
        now,
    };
    let (token, lifetime) = state.oauth.issue(&new, issuer, &mut state.ids).ok_or_else(unfit)?;
    Ok(json!({
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": SCOPE,
    }))
}

fn check_types(form: &Params) -> Result<(), OauthError> {
    if ![ACCESS_TOKEN, JWT].contains(&form.required("subject_token_type")?) {
        return Err(OauthError::request(format!("subject_token_type must be {ACCESS_TOKEN}")));
    }
    if form.get("requested_token_type")?.is_some_and(|kind| ![ACCESS_TOKEN, JWT].contains(&kind)) {
        return Err(OauthError::request(format!("requested_token_type must be {ACCESS_TOKEN}")));
    }
    if form.get("actor_token")?.is_some() {
        return Err(OauthError::request("actor_token is not supported"));
    }
    Ok(())
}

/// The only thing that a token can be exchanged for is one for the API.
fn check_target(form: &Params, issuer: &Issuer) -> Result<(), OauthError> {
    let mut targets = form.all("audience").chain(form.all("resource"));
    match targets.find(|target| !issuer.is_api(target)) {
        None => Ok(()),
        Some(_) => Err(OauthError::target(format!("The only audience is {}", issuer.api()))),
    }
}
