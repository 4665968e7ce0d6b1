//! The answer of the API, or the lack of one, to the result of a tool call.

use bytes::Bytes;
use http::StatusCode;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

use crate::admission::Refusal;
use crate::answer::Answer;
use crate::upstream::{Reply, UpstreamError};
use crate::validate::Problem;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The API did what was asked, and said this.
    Success(Answer),
    /// It did not, or was not asked.
    Failure(Failure),
}

/// What an agent is told about a call that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// HTTP status of the API's refusal, or the one that fits what happened instead.
    pub status: u16,
    /// Error code: the API's, `VALIDATION_ERROR` for arguments refused here, `SERVER_…` for a bound of this server, `UPSTREAM_…` where the API gave no
    /// usable answer.
    pub code: String,
    /// What happened, for people.
    pub error: String,
    /// Whatever else is known, such as `details` and `retryAfterSeconds`.
    pub extras: Map<String, Value>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &str, error: impl Into<String>) -> Self {
        Self { status: status.as_u16(), code: code.to_owned(), error: error.into(), extras: Map::new() }
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.extras.insert("retryAfterSeconds".into(), seconds.into());
        self
    }

    /// Arguments that are refused before the API is asked; in the shape of the API's own refusal.
    #[must_use]
    pub fn invalid(problems: &[Problem]) -> Self {
        let mut failure = Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Validation error");
        failure.extras.insert("details".into(), json!({ "issues": problems }));
        failure
    }

    /// `{status, code, error, …extras}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("status".into(), self.status.into());
        object.insert("code".into(), self.code.clone().into());
        object.insert("error".into(), self.error.clone().into());
        for (key, value) in &self.extras {
            object.entry(key).or_insert_with(|| value.clone());
        }
        Value::Object(object)
    }
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        let (status, code) = match error {
            UpstreamError::Unreachable => (StatusCode::BAD_GATEWAY, "UPSTREAM_UNREACHABLE"),
            UpstreamError::Timeout => (StatusCode::GATEWAY_TIMEOUT, "UPSTREAM_TIMEOUT"),
            UpstreamError::Truncated | UpstreamError::TooLong => {
                (StatusCode::BAD_GATEWAY, "UPSTREAM_INVALID_RESPONSE")
            }
            UpstreamError::Dropped => (StatusCode::BAD_GATEWAY, "UPSTREAM_ANSWER_DROPPED"),
            UpstreamError::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY"),
            UpstreamError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "UPSTREAM_UNAVAILABLE"),
        };
        let failure = Self::new(status, code, error.to_string());
        match error {
            UpstreamError::Unavailable(seconds) => failure.retry_after(seconds),
            UpstreamError::NoRoom => failure.retry_after(1),
            _ => failure,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, "SERVER_RATE_LIMITED"),
            Refusal::TooManyAtOnce => (StatusCode::TOO_MANY_REQUESTS, "SERVER_CONCURRENCY_LIMITED"),
            Refusal::Busy | Refusal::TooManyCallers | Refusal::Unverified(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY")
            }
        };
        Self::new(status, code, refusal.to_string()).retry_after(refusal.retry_after())
    }
}

impl Outcome {
    /// A success of the server's own, told as JSON.
    #[must_use]
    pub fn told(value: Value) -> Self {
        Self::Success(value.into())
    }

    /// Reads the answer of the API.
    #[must_use]
    pub fn from_reply(reply: Reply) -> Self {
        let failed = reply.status.is_client_error() || reply.status.is_server_error();
        let outcome = if reply.status.is_success() {
            success(&reply.body).map(|answer| match refused(&answer) {
                Some(body) => Self::Failure(refusal(body, StatusCode::BAD_GATEWAY, reply.retry_after)),
                None => Self::Success(answer),
            })
        } else if failed {
            let body = serde_json::from_slice(&reply.body).ok();
            body.map(|body| Self::Failure(refusal(body, reply.status, reply.retry_after)))
        } else {
            None
        };
        outcome.unwrap_or_else(|| Self::Failure(unusable(&reply)))
    }

    /// The result that a client sees.
    ///
    /// Clients of the older TypeScript SDK hold `structuredContent` against the tool's `outputSchema` even when `isError` is set, and then show that
    /// mismatch in place of the error. Where tools have output schemas, `structured_errors` is therefore false and a failure is told as JSON text only.
    #[must_use]
    pub fn into_result(self, structured_errors: bool) -> CallToolResult {
        match self {
            Self::Success(answer) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text())]);
                result.structured_content = Some(answer.structured());
                result
            }
            Self::Failure(failure) => {
                let failure = failure.to_json();
                let mut result = CallToolResult::error(vec![ContentBlock::text(failure.to_string())]);
                result.structured_content = structured_errors.then_some(failure);
                result
            }
        }
    }
}

/// A success without a body, such as a 204, has nothing to add: an empty object to clients, who need one.
fn success(body: &Bytes) -> Option<Answer> {
    if body.is_empty() { Some(json!({}).into()) } else { Answer::read(body) }
}

/// What says no, whatever its status says: an error and nothing else, or an error beside word that it was no success.
fn refused(answer: &Answer) -> Option<Map<String, Value>> {
    // Few answers have the word, and the others need not be built up to tell.
    let found = answer.text().contains(r#""error""#);
    let body: Map<String, Value> = found.then(|| serde_json::from_str(answer.text()).ok())??;
    let told = |key: &String| {
        matches!(key.as_str(), "error" | "code" | "details" | "message" | "retryAfterSeconds" | "status")
    };
    let failed = ["success", "ok"].iter().any(|name| body.get(*name) == Some(&Value::Bool(false)));
    let says_no = body.get("error").is_some_and(Value::is_string) && (failed || body.keys().all(told));
    says_no.then_some(body)
}

fn refusal(mut body: Map<String, Value>, status: StatusCode, retry_after: Option<u64>) -> Failure {
    let mut take = |key: &str| match body.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let code = take("code").unwrap_or_else(|| format!("HTTP_{}", status.as_u16()));
    let error = take("error")
        .or_else(|| status.canonical_reason().map(str::to_owned))
        .unwrap_or_else(|| code.clone());
    let mut failure = Failure { status: status.as_u16(), code, error, extras: body };
    let told = failure.extras.get("retryAfterSeconds").is_some_and(Value::is_number);
    if let (false, Some(seconds)) = (told, retry_after) {
        failure.extras.insert("retryAfterSeconds".into(), seconds.into());
    }
    failure
}

/// Neither the JSON of a success nor that of a refusal: a page of a proxy, a redirect, an empty refusal.
fn unusable(reply: &Reply) -> Failure {
    let failed = reply.status.is_client_error() || reply.status.is_server_error();
    let status = if failed { reply.status } else { StatusCode::BAD_GATEWAY };
    let error =
        format!("the Pilot Status API answered with status {} and no usable JSON", reply.status.as_u16());
    let failure = Failure::new(status, "UPSTREAM_INVALID_RESPONSE", error);
    match reply.retry_after {
        Some(seconds) => failure.retry_after(seconds),
        None => failure,
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
