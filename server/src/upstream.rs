//! The API behind the server.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use thiserror::Error;

use crate::operation::trace;
use crate::request::Request;
use crate::{Config, Key, VERSION};

/// The API, over one pool of connections.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
    base: String,
    max_response_bytes: usize,
}

/// What the API answered, whatever it means.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Seconds of `Retry-After`, where it is given in seconds.
    pub retry_after: Option<u64>,
    /// The body, at most [`Config::max_response_bytes`] long.
    pub body: Bytes,
}

/// No answer that can be used. The texts name neither the key nor the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UpstreamError {
    /// No connection, or it broke before an answer began.
    #[error("the Pilot Status API cannot be reached")]
    Unreachable,
    /// No whole answer within [`Config::upstream_timeout`].
    #[error("the Pilot Status API did not answer in time")]
    Timeout,
    /// The answer broke off.
    #[error("the answer of the Pilot Status API broke off")]
    Truncated,
    /// The answer is longer than [`Config::max_response_bytes`].
    #[error("the answer of the Pilot Status API is too long")]
    TooLong,
}

impl Upstream {
    /// A client for the API that `config` names. Redirects are not followed: they would carry the key elsewhere.
    ///
    /// # Errors
    /// When TLS cannot be set up, such as without any root certificate.
    pub fn new(config: &Config) -> Result<Self, reqwest::Error> {
        let mut builder = Client::builder()
            .user_agent(format!("{}/{VERSION}", crate::NAME))
            .redirect(Policy::none())
            .connect_timeout(config.connect_timeout)
            .timeout(config.upstream_timeout)
            .tcp_nodelay(true);
        if config.upstream.is_loopback() {
            // A proxy from the environment is for the world outside.
            builder = builder.no_proxy();
        }
        let base = config.upstream.to_string();
        Ok(Self { client: builder.build()?, base, max_response_bytes: config.max_response_bytes })
    }

    /// Sends one request with the caller's key. Dropping the future ends the request.
    ///
    /// # Errors
    /// [`UpstreamError`], after logging the cause.
    pub async fn send(&self, request: Request, key: &Key) -> Result<Reply, UpstreamError> {
        let mut headers = HeaderMap::from_iter(request.headers);
        trace::tell(&mut headers);
        let mut builder = self
            .client
            .request(request.method, format!("{}{}", self.base, request.target))
            .header("x-api-key", key.header())
            .header(ACCEPT, "application/json")
            .headers(headers);
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = builder.send().await.map_err(|error| classify(error, UpstreamError::Unreachable))?;
        let status = response.status();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = self.read(response).await?;
        Ok(Reply { status, retry_after, body })
    }

    /// Whether the API answers at all, within `limit`. The request has no key: that the API refuses it is an answer.
    pub(crate) async fn probe(&self, limit: Duration) -> Result<(), &'static str> {
        let request = self.client.get(format!("{}/v1/numbers", self.base)).timeout(limit);
        match request.send().await {
            Ok(response) if response.status().is_server_error() => Err("the Pilot Status API fails"),
            Ok(_) => Ok(()),
            Err(error) if error.is_timeout() => Err("the Pilot Status API does not answer in time"),
            Err(_) => Err("the Pilot Status API cannot be reached"),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Bytes, UpstreamError> {
        let mut body = BytesMut::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| classify(error, UpstreamError::Truncated))?
        {
            if body.len() + chunk.len() > self.max_response_bytes {
                return Err(UpstreamError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

fn classify(error: reqwest::Error, otherwise: UpstreamError) -> UpstreamError {
    let kind = if error.is_timeout() && !error.is_connect() { UpstreamError::Timeout } else { otherwise };
    // The URL holds ids, which are the caller's.
    let cause = error.without_url();
    tracing::warn!(cause = ?cause, "{kind}");
    kind
}
