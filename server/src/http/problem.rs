//! Refusals that are not JSON-RPC: the request never became a message.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::json;

/// A refusal, in the shape of the API's: `{"error", "code"}`.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    error: Cow<'static, str>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A refusal with that status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, error: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, error: error.into(), retry_after: None }
    }

    /// Tells after how many seconds another attempt makes sense, as `Retry-After` and as `retryAfterSeconds`.
    #[must_use]
    pub fn with_retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, code, error, retry_after } = self;
        let body = match retry_after {
            Some(seconds) => json!({ "error": error, "code": code, "retryAfterSeconds": seconds }),
            None => json!({ "error": error, "code": code }),
        };
        (status, retry_after.map(|seconds| [(RETRY_AFTER, seconds)]), Json(body)).into_response()
    }
}
