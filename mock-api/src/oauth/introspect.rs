//! Introspection (RFC 7662), for clients with a secret. It tells of access tokens; a refresh token is none, and so not active.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::error::{OauthError, private};
use super::form::Params;
use super::store::claims;
use super::{Shared, credentials, seconds};

/// `POST /oauth/introspect`.
pub(super) async fn introspect(State(mock): Shared, request: Request) -> Result<Response, OauthError> {
    let (parts, body) = super::read(request).await?;
    let form = Params::of_form(&parts, &body)?;
    let now = seconds(mock.clock.now());
    let state = crate::lock(&mock.state);
    credentials::identify(&state.oauth, &parts, &form)?.confidential()?;
    let token = form.required("token")?;
    let mut answer = json!({ "active": false });
    if let Some((access, grant)) = state.oauth.access(token, now) {
        answer = json!({ "active": true, "token_type": "Bearer" });
        if let (Value::Object(answer), Value::Object(claims)) =
            (&mut answer, claims(access, grant, &mock.issuer))
        {
            answer.extend(claims);
        }
    }
    Ok(private(StatusCode::OK, &answer))
}
