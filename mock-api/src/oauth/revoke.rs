//! Revocation (RFC 7009): of one access token, or by a refresh token of all that the user allowed.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::error::{OauthError, private};
use super::form::Params;
use super::refresh::number_of;
use super::store::Oauth;
use super::{Shared, credentials, seconds};

/// `POST /oauth/revoke`. A token that is not known is not good either: 200.
pub(super) async fn revoke(State(mock): Shared, request: Request) -> Result<Response, OauthError> {
    let (parts, body) = super::read(request).await?;
    let form = Params::of_form(&parts, &body)?;
    let now = seconds(mock.clock.now());
    let mut state = crate::lock(&mock.state);
    let client = credentials::identify(&state.oauth, &parts, &form)?;
    take_back(&mut state.oauth, form.required("token")?, &client.id, now)?;
    Ok(private(StatusCode::OK, &json!({})))
}

fn take_back(oauth: &mut Oauth, token: &str, client: &str, now: i64) -> Result<(), OauthError> {
    let not_its_own = || OauthError::unauthorized_client("The token was issued to another client");
    if let Some((access, _)) = oauth.access(token, now) {
        if access.client != client {
            return Err(not_its_own());
        }
        oauth.revoke_access(token);
    } else if let Some(number) = number_of(token, "psr_")
        && let Some(grant) = oauth.grant(number)
        && grant.refresh.as_ref().is_some_and(|refresh| refresh.secret.is_of(token))
    {
        if grant.client != client {
            return Err(not_its_own());
        }
        oauth.revoke(number);
    }
    Ok(())
}
