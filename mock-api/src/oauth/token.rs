//! The token endpoint: codes and refresh tokens become access tokens. `exchange` has its third grant type.

use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::credentials::{self, Identity};
use super::error::{OauthError, private};
use super::exchange;
use super::form::Params;
use super::issuer::Issuer;
use super::refresh::{self, check_resource, number_of};
use super::{Shared, seconds};
use crate::state;

/// `POST /oauth/token`.
pub(super) async fn token(State(mock): Shared, request: Request) -> Result<Response, OauthError> {
    let (parts, body) = super::read(request).await?;
    let form = Params::of_form(&parts, &body)?;
    let now = seconds(mock.clock.now());
    let mut state = crate::lock(&mock.state);
    let client = credentials::identify(&state.oauth, &parts, &form)?;
    let answer = match form.required("grant_type")? {
        "authorization_code" => redeem(&mut state, &mock.issuer, &client, &form, now),
        "refresh_token" => refresh::refresh(&mut state, &mock.issuer, &client, &form, now),
        exchange::GRANT_TYPE => exchange::exchange(&mut state, &mock.issuer, client, &form, now),
        _ => Err(OauthError::new(400, "unsupported_grant_type", "There is no such grant type here")),
    };
    answer.map(|answer| private(StatusCode::OK, &answer))
}

/// A code for tokens. A code that comes twice has been stolen: what it gave is taken back.
fn redeem(
    state: &mut state::State,
    issuer: &Issuer,
    client: &Identity,
    form: &Params,
    now: i64,
) -> Result<Value, OauthError> {
    let code = form.required("code")?;
    let (redirect_uri, verifier) = (form.get("redirect_uri")?, form.required("code_verifier")?);
    let resource = form.resource()?;
    let unknown =
        || OauthError::grant("The code is unknown, expired or used, or it was given to another client");
    let number = number_of(code, "psc_").ok_or_else(unknown)?;
    let grant =
        state.oauth.grant_mut(number).filter(|grant| grant.client == client.id).ok_or_else(unknown)?;
    if !grant.code.secret.is_of(code) {
        return Err(unknown());
    }
    if grant.code.is_used {
        state.oauth.revoke(number);
        return Err(unknown());
    }
    if now >= grant.code.expires {
        return Err(unknown());
    }
    if redirect_uri.is_some_and(|uri| uri != grant.redirect_uri) {
        return Err(OauthError::grant("redirect_uri is not the one that the code was sent to"));
    }
    if !is_verifier(verifier) || !matches_challenge(verifier, &grant.challenge) {
        return Err(OauthError::grant("code_verifier does not fit the code_challenge"));
    }
    check_resource(grant, resource)?;
    grant.code.is_used = true;
    refresh::first(state, issuer, number, now).ok_or_else(unknown)
}

/// RFC 7636, section 4.1.
fn is_verifier(verifier: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved)
}

fn matches_challenge(verifier: &str, challenge: &str) -> bool {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    digest.as_bytes().ct_eq(challenge.as_bytes()).into()
}
