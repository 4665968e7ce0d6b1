//! The API itself.

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method};

use super::{Answer, Call, Target, Unreachable, Wire, answer, http};
use crate::scenario::Credential;

/// The API, over HTTP.
#[derive(Debug)]
pub struct Rest {
    base: String,
    client: Client,
    callers: Vec<(HeaderName, HeaderValue)>,
}

impl Rest {
    /// The API at `base`, which is the URL without `/v1`.
    #[must_use]
    pub fn new(base: &str, callers: &[Credential]) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { base, client: http::client(), callers: http::headers_of(callers) }
    }

    pub(super) async fn reach(&self) -> Result<(), Unreachable> {
        http::reach(&self.client, &self.base).await
    }
}

impl Target for Rest {
    async fn call(&self, call: Call<'_>) -> Answer {
        let (caller, keep) = (call.caller.and_then(|caller| self.callers.get(caller)), call.keep);
        let wire = Wire::of(call);
        let method = Method::from_bytes(wire.method.as_bytes()).map_err(|_| "NO_REQUEST".to_owned())?;
        let mut request = self.client.request(method, format!("{}{}", self.base, wire.target));
        if let Some((name, value)) = caller {
            request = request.header(name, value);
        }
        for (name, value) in &wire.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &wire.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = http::exchange(request).await?;
        answer::of_api(response.status, &response.body, keep)
    }
}
