//! What both targets over HTTP share.

use std::error::Error;
use std::iter::successors;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};

use super::{MAX_ANSWER, Unreachable};
use crate::scenario::Credential;

/// How long an idle connection is kept: less than servers wait for its next request, so that none is used that is about to be closed.
const IDLE: Duration = Duration::from_secs(20);

/// Status, headers and body.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// A client: no proxy, no redirects. How long to wait is the caller's affair.
pub(super) fn client() -> Client {
    let builder = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("pilot-status-load/", env!("CARGO_PKG_VERSION")));
    // Building fails only where the machine has no TLS roots; then every call over TLS fails and says so.
    builder.build().unwrap_or_default()
}

/// The headers of credentials, made once.
pub(super) fn headers_of(callers: &[Credential]) -> Vec<(HeaderName, HeaderValue)> {
    let header = |caller: &Credential| {
        let (name, value) = caller.header();
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::from_static(name), value))
    };
    // A credential that no header can carry is not made.
    callers.iter().filter_map(header).collect()
}

/// Sends a request and reads the answer; else the code of the failure.
pub(super) async fn exchange(request: RequestBuilder) -> Result<Response, String> {
    let mut response = request.send().await.map_err(code)?;
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(code)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err("ANSWER_TOO_LONG".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

fn code(error: reqwest::Error) -> String {
    match error {
        error if error.is_timeout() => "TIMEOUT",
        error if error.is_connect() => "CONNECTION",
        error if error.is_builder() => "NO_REQUEST",
        _ => "BROKEN_OFF",
    }
    .to_owned()
}

pub(super) async fn reach(client: &Client, address: &str) -> Result<(), Unreachable> {
    match client.get(address).timeout(Duration::from_secs(10)).send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            // The first cause says more than "error sending request".
            let first: &dyn Error = &error;
            let causes = successors(Some(first), |error| (*error).source());
            let reason = causes.last().map(ToString::to_string).unwrap_or_default();
            Err(Unreachable { address: address.to_owned(), reason })
        }
    }
}
