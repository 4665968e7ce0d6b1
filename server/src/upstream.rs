//! The API behind the server.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, Response};
use thiserror::Error;

use crate::attempts::Attempts;
use crate::auth::CredentialHeader;
use crate::operation::{Metrics, trace};
use crate::request::Request;
use crate::{Config, outbound, retry_after};

/// The API, over one pool of connections.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
    base: String,
    attempts: Arc<Attempts>,
    max_response_bytes: usize,
}

/// What the API answered, whatever it means.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Seconds of `Retry-After`; see `retry_after::seconds`.
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
    /// No whole answer within the time for the call.
    #[error("the Pilot Status API did not answer in time")]
    Timeout,
    /// The answer broke off.
    #[error("the answer of the Pilot Status API broke off")]
    Truncated,
    /// The answer is longer than [`Config::max_response_bytes`].
    #[error("the answer of the Pilot Status API is too long")]
    TooLong,
    /// The API failed again and again, and is left alone for so many seconds more.
    #[error("the Pilot Status API fails at the moment and was not asked: wait, then call again")]
    Unavailable(u64),
}

impl Upstream {
    /// A client for the API that `config` names, whose answers are counted in `metrics`. Redirects are not followed: they would carry the key elsewhere.
    ///
    /// # Errors
    /// When TLS cannot be set up, such as without any root certificate.
    pub fn new(config: &Config, metrics: Metrics) -> Result<Self, reqwest::Error> {
        let builder = outbound::client(config.upstream.is_loopback())
            .connect_timeout(config.connect_timeout)
            .tcp_nodelay(true)
            // A small answer could unpack to one beyond any bound; see the header as well.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        let base = config.upstream.to_string();
        let attempts = Arc::new(Attempts::new(&config.limits, config.upstream_timeout, metrics));
        Ok(Self { client: builder.build()?, base, attempts, max_response_bytes: config.max_response_bytes })
    }

    /// Sends a request with a credential, again if need be, all within `limit`; see `Attempts`. Dropping the future ends the request.
    ///
    /// # Errors
    /// [`UpstreamError`], after logging the cause.
    pub async fn send(
        &self,
        request: &Request,
        credential: &CredentialHeader,
        limit: Duration,
    ) -> Result<Reply, UpstreamError> {
        let repeatable = request.method == Method::GET;
        self.attempts.run(repeatable, limit, || self.send_once(request, credential)).await
    }

    async fn send_once(
        &self,
        request: &Request,
        (name, value): &CredentialHeader,
    ) -> Result<Reply, UpstreamError> {
        let mut headers = HeaderMap::from_iter(request.headers.iter().cloned());
        trace::tell(&mut headers);
        let mut builder = self
            .client
            .request(request.method.clone(), format!("{}{}", self.base, request.target))
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .headers(headers)
            .header(name, value);
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = builder.send().await.map_err(|error| classify(error, UpstreamError::Unreachable))?;
        let status = response.status();
        let retry_after = retry_after::seconds(response.headers());
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

    async fn read(&self, response: Response) -> Result<Bytes, UpstreamError> {
        let mut body = BytesMut::new();
        let whole = outbound::read(response, self.max_response_bytes, |chunk| body.extend_from_slice(chunk));
        match whole.await.map_err(|error| classify(error, UpstreamError::Truncated))? {
            true => Ok(body.freeze()),
            false => Err(UpstreamError::TooLong),
        }
    }
}

fn classify(error: reqwest::Error, otherwise: UpstreamError) -> UpstreamError {
    let kind = if error.is_timeout() && !error.is_connect() { UpstreamError::Timeout } else { otherwise };
    // The URL holds ids, which are the caller's.
    let cause = error.without_url();
    tracing::warn!(cause = ?cause, "{kind}");
    kind
}
