//! Tokens of a grant: the first ones, and those that a refresh token gives.

use serde_json::{Value, json};

use super::REFRESH_LIFETIME;
use super::credentials::Identity;
use super::error::OauthError;
use super::fingerprint::Fingerprint;
use super::form::Params;
use super::grant::{Grant, Refresh};
use super::issuer::Issuer;
use super::scope::{self, SCOPE};
use super::store::NewAccess;
use crate::state;

/// A refresh token for new tokens. It is replaced; one that was replaced before has been stolen: the whole grant is taken back.
pub(super) fn refresh(
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
    tokens(state, issuer, number, now, Some(family)).ok_or_else(unknown)
}

/// The number of the grant that a code or a refresh token begins with.
pub(super) fn number_of(token: &str, prefix: &str) -> Option<u64> {
    token.strip_prefix(prefix)?.split('_').next()?.parse().ok()
}

/// A resource may be named again, but not changed.
pub(super) fn check_resource(grant: &Grant, resource: Option<&str>) -> Result<(), OauthError> {
    if resource.is_some_and(|resource| resource != grant.audience) {
        return Err(OauthError::target("resource is not the one that the user allowed"));
    }
    Ok(())
}

/// The first tokens of a grant.
pub(super) fn first(state: &mut state::State, issuer: &Issuer, number: u64, now: i64) -> Option<Value> {
    let refreshes = state.oauth.grant(number)?.refreshes;
    let family = refreshes.then(|| format!("psr_{number}_{}", state.ids.hex(32)));
    tokens(state, issuer, number, now, family)
}

fn tokens(
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
