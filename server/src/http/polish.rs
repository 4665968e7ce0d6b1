//! Plain-text errors of `rmcp` as JSON-RPC.

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use rmcp::model::{ErrorCode, RequestId};

use crate::jsonrpc::Rejection;

/// Longest plain-text error that is repeated, in bytes.
const MAX_TEXT_BYTES: usize = 4096;

/// The response as it is, or its plain text as the error of the request with that id.
pub(super) async fn response(response: Response, id: Option<RequestId>) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let rejection = if status.is_server_error() {
        Rejection::new(ErrorCode::INTERNAL_ERROR, "internal error", id)
    } else {
        Rejection::new(ErrorCode::INVALID_REQUEST, text(response.into_body()).await, id)
    };
    // What is JSON, is sent as JSON, and yet is refused as unreadable, is a bad request.
    let status = if status == StatusCode::UNSUPPORTED_MEDIA_TYPE { StatusCode::BAD_REQUEST } else { status };
    (status, axum::Json(rejection.to_json())).into_response()
}

async fn text(body: Body) -> String {
    let bytes = to_bytes(body, MAX_TEXT_BYTES).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.is_empty() { "invalid request".to_owned() } else { text }
}
