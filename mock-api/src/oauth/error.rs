//! Refusals in the form of RFC 6749, section 5.2: `{"error", "error_description"}`.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// Why the authorization server refused something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OauthError {
    status: u16,
    /// A code of the RFCs, such as `invalid_grant`.
    pub(super) code: &'static str,
    pub(super) description: String,
}

impl OauthError {
    pub(super) fn new(status: u16, code: &'static str, description: impl Into<String>) -> Self {
        Self { status, code, description: description.into() }
    }

    pub(super) fn request(description: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", description)
    }

    pub(super) fn grant(description: impl Into<String>) -> Self {
        Self::new(400, "invalid_grant", description)
    }

    pub(super) fn target(description: impl Into<String>) -> Self {
        Self::new(400, "invalid_target", description)
    }

    pub(super) fn scope(description: impl Into<String>) -> Self {
        Self::new(400, "invalid_scope", description)
    }

    pub(super) fn unauthorized_client(description: impl Into<String>) -> Self {
        Self::new(400, "unauthorized_client", description)
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The client is not known or did not prove who it is.
    pub(super) fn client() -> Self {
        Self::new(401, "invalid_client", "Unknown client, or client authentication failed")
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response =
            private(status, &json!({ "error": self.code, "error_description": self.description }));
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"oauth\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// A JSON answer that no cache may keep.
pub(super) fn private(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
