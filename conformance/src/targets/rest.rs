//! The API, over HTTP.

use reqwest::Method;
use serde_json::Value;

use super::{Answer, Call, CallError, Target, Wire, bounded, client};
use crate::pace;

/// How much of a body that is no JSON is quoted, in characters.
const MAX_QUOTED: usize = 500;

/// The API, over HTTP.
#[derive(Debug)]
pub struct Rest {
    base: String,
    client: reqwest::Client,
}

impl Rest {
    /// The API at `base`, which is the URL without `/v1`.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        Self { base: base.into().trim_end_matches('/').to_owned(), client: client() }
    }

    /// The URL that it was made with.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether anything answers, whatever it says.
    ///
    /// # Errors
    /// [`CallError::Unreachable`].
    pub async fn reach(&self) -> Result<(), CallError> {
        super::reach(&self.client, Target::Rest, &self.base).await
    }

    /// Makes a call.
    ///
    /// # Errors
    /// [`CallError`] when REST cannot say it, or the target gives no JSON.
    pub async fn call(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        self.send(&Wire::of(call)?).await
    }

    /// Reads a JSON document of the target, such as `/openapi.json`.
    ///
    /// # Errors
    /// [`CallError`] when the target gives no JSON.
    pub async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.send(&Wire { method: "GET".into(), target: path.into(), headers: Vec::new(), body: None }).await
    }

    /// Makes any request.
    ///
    /// # Errors
    /// [`CallError`] when the target gives no JSON.
    pub async fn send(&self, wire: &Wire) -> Result<Answer, CallError> {
        let unusable = |reason: &dyn std::fmt::Display| CallError::unusable(Target::Rest, reason);
        let method = Method::from_bytes(wire.method.as_bytes()).map_err(|error| unusable(&error))?;
        let mut request = self.client.request(method, format!("{}{}", self.base, wire.target));
        for (name, value) in &wire.headers {
            request = request.header(name, value.as_bytes());
        }
        if let Some(body) = &wire.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.map_err(|error| unusable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = bounded(response).await.map_err(|error| unusable(&error))?;
        let mut defects = Vec::new();
        let body = match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(error) => {
                let text: String = String::from_utf8_lossy(&bytes).chars().take(MAX_QUOTED).collect();
                let defect = format!("{status} with {text:?}: {error}");
                // What stands in front of an API says "not now" in its own way.
                if !pace::is_not_now(status.as_u16()) {
                    return Err(unusable(&defect));
                }
                defects.push(defect);
                Value::Null
            }
        };
        if !headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
        {
            defects.push("the content-type is not application/json".to_owned());
        }
        Ok(Answer {
            ok: status.is_success(),
            status: Some(status.as_u16()),
            body,
            headers,
            by_transport: false,
            defects,
        })
    }
}
