//! Dynamic client registration (RFC 7591): open to everybody, for up to a thousand clients.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::client::Metadata;
use super::error::{OauthError, private};
use super::scope::SCOPE;
use super::{Shared, seconds};
use crate::state;
use crate::time::Time;

/// `POST /oauth/register`.
pub(super) async fn register(State(mock): Shared, request: Request) -> Result<Response, OauthError> {
    let (_, body) = super::read(request).await?;
    let metadata: Metadata = serde_json::from_slice(&body)
        .map_err(|error| OauthError::new(400, "invalid_client_metadata", error.to_string()))?;
    metadata.check()?;
    let now = mock.clock.now();
    let answer = add(&mut crate::lock(&mock.state), metadata, now)?;
    Ok(private(StatusCode::CREATED, &answer))
}

fn add(state: &mut state::State, metadata: Metadata, now: Time) -> Result<Value, OauthError> {
    let id = state.ids.id("client", now);
    let secret = (!metadata.is_public()).then(|| state.ids.hex(48));
    let mut answer = json!({
        "client_id": id,
        "client_id_issued_at": seconds(now),
        "client_name": metadata.client_name,
        "redirect_uris": metadata.redirect_uris,
        "grant_types": metadata.grant_types(),
        "response_types": ["code"],
        "token_endpoint_auth_method": metadata.auth_method(),
        "scope": SCOPE,
    });
    if let (Some(secret), Value::Object(answer)) = (&secret, &mut answer) {
        answer.insert("client_secret".to_owned(), json!(secret));
        // It does not expire.
        answer.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    let client = metadata.into_client(&id, secret.as_deref());
    state.oauth.add_client(id, client)?;
    Ok(answer)
}
