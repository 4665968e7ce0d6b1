//! Refusals of the control API, in the form of the API's own: `{"error", "code", …}`.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::journal::nearest;
use crate::error::ApiError;

/// Why the control API refused something.
#[derive(Debug, Clone, Error)]
#[error("{error}")]
pub struct ControlError {
    status: u16,
    code: &'static str,
    error: String,
    extras: Map<String, Value>,
}

impl ControlError {
    pub(crate) fn new(status: u16, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into(), extras: Map::new() }
    }

    /// 404 with a code of the kind `SNAPSHOT_NOT_FOUND`, and with those of the known ids that are like the one that is not.
    pub(crate) fn unknown(
        code: &'static str,
        what: &str,
        id: &str,
        known: impl Iterator<Item = String>,
    ) -> Self {
        Self::new(404, code, format!("There is no {what} {id:?}")).with_nearest(nearest(id, known))
    }

    /// The same with what may have been meant.
    pub(crate) fn with_nearest(mut self, near: Vec<String>) -> Self {
        if !near.is_empty() {
            self.error = format!("{}; the nearest are {}", self.error, near.join(", "));
        }
        self.with("nearest", near)
    }

    /// A plain validation failure with one problem, at a JSON pointer.
    pub(crate) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        let issue = json!({ "path": path.into(), "message": message.into() });
        let details = json!({ "issues": [issue] });
        Self::new(400, "VALIDATION_ERROR", "Validation error").with("details", details)
    }

    /// The same with one more key in the body.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(key.to_owned(), value.into());
        self
    }

    /// Its text, and what is wrong with the input.
    pub(crate) fn detail(&self) -> String {
        let issues =
            self.details().and_then(|details| details.get("issues")?.as_array()).into_iter().flatten();
        let text = |issue: &Value| format!("{} {}", text_of(issue, "path"), text_of(issue, "message"));
        issues.map(text).fold(self.error.clone(), |all, issue| format!("{all}: {issue}"))
    }

    /// A stable code, such as `SNAPSHOT_NOT_FOUND`.
    #[must_use]
    pub fn code(&self) -> &str {
        self.code
    }

    /// The HTTP status that the control API answers with.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What was wrong with the input, for a validation failure.
    #[must_use]
    pub fn details(&self) -> Option<&Value> {
        self.extras.get("details")
    }
}

fn text_of<'a>(issue: &'a Value, key: &str) -> &'a str {
    issue.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl From<ApiError> for ControlError {
    fn from(error: ApiError) -> Self {
        let code = error.code().map_or("NOT_FOUND", |code| code.as_str());
        Self { status: error.status(), code, error: error.text().to_owned(), extras: error.extras().clone() }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = Map::new();
        body.insert("error".to_owned(), self.error.into());
        body.insert("code".to_owned(), self.code.into());
        body.extend(self.extras);
        (status, axum::Json(Value::Object(body))).into_response()
    }
}
