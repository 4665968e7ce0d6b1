//! The API behind the server.

mod client;

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use crate::attempts::Attempts;
use crate::auth::CredentialHeader;
use crate::operation::{Metrics, trace};
use crate::request::Request;
use crate::room::{Collected, Held, Room};
use crate::{Config, outbound, retry_after};
use client::Client;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// The API, over one pool of connections.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
    /// When TLS cannot be set up, such as without any root certificate, or the proxy that the environment names cannot be used.
    pub fn new(config: &Config, metrics: Metrics) -> io::Result<Self> {
        let room = Room::for_answers(config.limits.answer_bytes, metrics.clone());
        let attempts = Arc::new(Attempts::new(&config.limits, config.upstream_timeout, metrics));
        let client = Client::new(&config.upstream, config.connect_timeout)?;
        Ok(Self { client, attempts, max_response_bytes: config.max_response_bytes, room })
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
        let mut headers: HeaderMap = request.headers.iter().cloned().collect();
        trace::tell(&mut headers);
        headers.insert(ACCEPT, JSON);
        // A small answer could unpack to one beyond any bound.
        headers.insert(ACCEPT_ENCODING, IDENTITY);
        headers.insert(name, value.clone());
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        let body = request.body.clone().unwrap_or_default();
        let sent = self.client.send(request.method.clone(), &request.target, headers, body);
        let sent = sent.map_err(|error| failed(&error, UpstreamError::Unreachable))?;
        let response = sent.await.map_err(|error| failed(&error, UpstreamError::Unreachable))?;
        let status = response.status();
        let retry_after = retry_after::seconds(response.headers());
        match self.read(response).await {
            Ok((body, room)) => Ok(Reply { status, retry_after, body, room }),
            Err(UpstreamError::NoRoom) if request.method != Method::GET => Err(UpstreamError::Dropped),
            Err(error) => Err(error),
        }
    }

    /// Whether the API answers at all, within `limit`. The request has no key: that the API refuses it is an answer.
    pub(crate) async fn probe(&self, limit: Duration) -> Result<(), &'static str> {
        let unreachable = "the Pilot Status API cannot be reached";
        let sent = self.client.send(Method::GET, "/v1/numbers", HeaderMap::new(), Bytes::new());
        match timeout(limit, sent.map_err(|_| unreachable)?).await {
            Ok(Ok(response)) if response.status().is_server_error() => Err("the Pilot Status API fails"),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(unreachable),
            Err(_) => Err("the Pilot Status API does not answer in time"),
        }
    }

    /// The body, as far as there is room for it.
    async fn read(&self, response: Response<Incoming>) -> Result<(Bytes, Held), UpstreamError> {
        let most = self.max_response_bytes;
        let body = response.into_body();
        let announced = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
        let mut collected = Collected::new(&self.room, announced.unwrap_or(most).min(most));
        let mut full = false;
        let whole = outbound::read(body, most, |chunk| {
            full = collected.extend(chunk).is_err();
            !full
        });
        match whole.await.map_err(|error| failed(&error, UpstreamError::Truncated))? {
            true => Ok(collected.finish()),
            false if full => Err(UpstreamError::NoRoom),
            false => Err(UpstreamError::TooLong),
        }
    }
}

/// Logs why there is no answer. The causes name hosts at most, never the URL, whose ids are the caller's.
fn failed(cause: &dyn Error, kind: UpstreamError) -> UpstreamError {
    tracing::warn!(?cause, "{kind}");
    kind
}
