//! The token endpoint: codes and refresh tokens become access tokens. `exchange` has its third grant type.

use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::credentials::{self, Identity};
use super::error::{OauthError, private};
use super::exchange;
use super::fingerprint::Fingerprint;
use super::form::Params;
use super::grant::{Grant, Refresh};
use super::issuer::Issuer;
use super::scope::{self, SCOPE};
use super::store::NewAccess;
use super::{REFRESH_LIFETIME, Shared, seconds};
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
        "refresh_token" => refresh(&mut state, &mock.issuer, &client, &form, now),
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
    answer(state, issuer, number, now).ok_or_else(unknown)
}

/// A refresh token for new tokens. It is replaced; one that was replaced before has been stolen: the whole grant is taken back.
fn refresh(
    state: &mut state::State,
    issuer: &Issuer,
    client: &Identity,
    form: &Params,
    now: i64,
) -> Result<Value, OauthError> {
    let token = form.required("refresh_token")?;
    let resource = form.resource()?;
    scope::check(form.get("scope")?)?;
    let unknown = || {
        OauthError::grant(
            "The refresh token is unknown, expired or replaced, or it was given to another client",
        )
    };
    let number = number_of(token, "psr_").ok_or_else(unknown)?;
    let grant = state.oauth.grant(number).filter(|grant| grant.client == client.id).ok_or_else(unknown)?;
    let (family, _) = token.rsplit_once('_').ok_or_else(unknown)?;
    if !grant.family.as_ref().is_some_and(|kept| kept.is_of(family)) {
        return Err(unknown());
    }
    let refresh = grant.refresh.as_ref().ok_or_else(unknown)?;
    if !refresh.secret.is_of(token) {
        state.oauth.revoke(number);
        return Err(unknown());
    }
    if now >= refresh.expires {
        return Err(unknown());
    }
    check_resource(grant, resource)?;
    let family = family.to_owned();
    answer_with_family(state, issuer, number, now, Some(family)).ok_or_else(unknown)
}

/// The number of the grant that a code or a refresh token begins with.
pub(super) fn number_of(token: &str, prefix: &str) -> Option<u64> {
    token.strip_prefix(prefix)?.split('_').next()?.parse().ok()
}

/// A resource may be named again, but not changed.
fn check_resource(grant: &Grant, resource: Option<&str>) -> Result<(), OauthError> {
    if resource.is_some_and(|resource| resource != grant.audience) {
        return Err(OauthError::target("resource is not the one that the user allowed"));
    }
    Ok(())
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

/// The first tokens of a grant.
fn answer(state: &mut state::State, issuer: &Issuer, number: u64, now: i64) -> Option<Value> {
    let refreshes = state.oauth.grant(number)?.refreshes;
    let family = refreshes.then(|| format!("psr_{number}_{}", state.ids.hex(32)));
    answer_with_family(state, issuer, number, now, family)
}

fn answer_with_family(
    state: &mut state::State,
    issuer: &Issuer,
    number: u64,
    now: i64,
    family: Option<String>,
) -> Option<Value> {
    let grant = state.oauth.grant(number)?;
    let (client, audience) = (grant.client.clone(), grant.audience.clone());
    let new = NewAccess { grant: number, client: &client, audience: &audience, limit: None, now };
    let (access, lifetime) = state.oauth.issue(&new, issuer, &mut state.ids)?;
    let mut answer =
        json!({ "access_token": access, "token_type": "Bearer", "expires_in": lifetime, "scope": SCOPE });
    if let (Some(family), Value::Object(answer)) = (family, &mut answer) {
        let token = format!("{family}_{}", state.ids.hex(48));
        let grant = state.oauth.grant_mut(number)?;
        grant.family = Some(Fingerprint::of(&family));
        grant.refresh = Some(Refresh { secret: Fingerprint::of(&token), expires: now + REFRESH_LIFETIME });
        answer.insert("refresh_token".to_owned(), json!(token));
    }
    Some(answer)
}
