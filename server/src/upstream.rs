//! The API behind the server.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use reqwest::{Client, Response};
use thiserror::Error;
use url::Url;

use crate::attempts::Attempts;
use crate::auth::CredentialHeader;
use crate::operation::{Metrics, trace};
use crate::request::Request;
use crate::room::{Collected, Held, Room};
use crate::{Config, outbound, retry_after};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// The API, over one pool of connections.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
    /// Read once: each request has a copy with another path.
    base: Url,
    attempts: Arc<Attempts>,
    max_response_bytes: usize,
    room: Room,
}

/// What the API answered, whatever it means.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Seconds of `Retry-After`; see `retry_after::seconds`.
    pub retry_after: Option<u64>,
    /// The body, at most [`Config::max_response_bytes`] long.
    pub body: Bytes,
    /// What the body holds of the room for answers.
    pub(crate) room: Held,
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
    /// There is no room for the answer, which only tells something: it can be asked for again.
    #[error("this server holds as many long answers as it takes: call again in a moment")]
    NoRoom,
    /// There is no room for the answer to a call that may have had effect, and must not be made again without looking.
    #[error(
        "the Pilot Status API answered, but this server has no room for what it said: look what the call did before you repeat it"
    )]
    Dropped,
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
        let room = Room::for_answers(config.limits.answer_bytes, metrics.clone());
        let attempts = Arc::new(Attempts::new(&config.limits, config.upstream_timeout, metrics));
        let client = builder.build()?;
        let base = client.get(config.upstream.as_str()).build()?.url().clone();
        Ok(Self { client, base, attempts, max_response_bytes: config.max_response_bytes, room })
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
        let mut sent = reqwest::Request::new(request.method.clone(), self.url(&request.target));
        let headers = sent.headers_mut();
        headers.extend(request.headers.iter().cloned());
        trace::tell(headers);
        headers.insert(ACCEPT, JSON);
        headers.insert(ACCEPT_ENCODING, IDENTITY);
        headers.insert(name, value.clone());
        if let Some(body) = &request.body {
            headers.insert(CONTENT_TYPE, JSON);
            *sent.body_mut() = Some(body.clone().into());
        }
        let response = self.client.execute(sent).await;
        let response = response.map_err(|error| classify(error, UpstreamError::Unreachable))?;
        let status = response.status();
        let retry_after = retry_after::seconds(response.headers());
        match self.read(response).await {
            Ok((body, room)) => Ok(Reply { status, retry_after, body, room }),
            Err(UpstreamError::NoRoom) if request.method != Method::GET => Err(UpstreamError::Dropped),
            Err(error) => Err(error),
        }
    }

    /// Where a path of the API, perhaps with a query, is.
    fn url(&self, target: &str) -> Url {
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let mut url = self.base.clone();
        url.set_path(&[self.base.path().trim_end_matches('/'), path].concat());
        url.set_query(query);
        url
    }

    /// Whether the API answers at all, within `limit`. The request has no key: that the API refuses it is an answer.
    pub(crate) async fn probe(&self, limit: Duration) -> Result<(), &'static str> {
        let request = self.client.get(self.url("/v1/numbers")).timeout(limit);
        match request.send().await {
            Ok(response) if response.status().is_server_error() => Err("the Pilot Status API fails"),
            Ok(_) => Ok(()),
            Err(error) if error.is_timeout() => Err("the Pilot Status API does not answer in time"),
            Err(_) => Err("the Pilot Status API cannot be reached"),
        }
    }

    /// The body, as far as there is room for it.
    async fn read(&self, response: Response) -> Result<(Bytes, Held), UpstreamError> {
        let most = self.max_response_bytes;
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Collected::new(&self.room, announced.unwrap_or(most).min(most));
        let mut full = false;
        let whole = outbound::read(response, most, |chunk| {
            full = body.extend(chunk).is_err();
            !full
        });
        match whole.await.map_err(|error| classify(error, UpstreamError::Truncated))? {
            true => Ok(body.finish()),
            false if full => Err(UpstreamError::NoRoom),
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
