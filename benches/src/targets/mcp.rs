//! The MCP server over HTTP: a `POST` for each call, in the newest revision without a session.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use tokio::time::timeout;

use super::revision::INITIALIZED;
use super::sessions::{Session, Sessions};
use super::{Answer, Call, Revision, Target, Unreachable, answer, http};
use crate::scenario::Credential;

/// The header that names a session.
const SESSION: &str = "mcp-session-id";
/// Longest wait for a session to begin before the first call.
const GREETING: Duration = Duration::from_secs(10);
/// Longest wait for one to be ended after the last.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server at a URL.
#[derive(Debug)]
pub struct Mcp {
    endpoint: String,
    client: Client,
    callers: Vec<(HeaderName, HeaderValue)>,
    revision: Revision,
    sessions: Sessions,
    /// Of the next request: no two of a session may have the same.
    next: AtomicU64,
}

impl Mcp {
    /// The server whose endpoint is `endpoint`, path included, in the newest revision.
    #[must_use]
    pub fn new(endpoint: &str, callers: &[Credential]) -> Self {
        let callers = http::headers_of(callers);
        Self {
            endpoint: endpoint.to_owned(),
            client: http::client(),
            sessions: Sessions::new(callers.len()),
            callers,
            revision: Revision::default(),
            next: AtomicU64::new(1),
        }
    }

    /// The same in that revision.
    #[must_use]
    pub fn speaking(self, revision: Revision) -> Self {
        Self { revision, ..self }
    }

    pub(super) async fn reach(&self) -> Result<(), Unreachable> {
        http::reach(&self.client, &self.endpoint).await?;
        if self.revision == Revision::Modern {
            return Ok(());
        }
        // A session that begins in the middle of a measurement is measured.
        for caller in (0..self.callers.len()).map(Some).chain(self.callers.is_empty().then_some(None)) {
            let session = self.sessions.of(caller);
            let begun = timeout(GREETING, self.begun(caller, &session)).await;
            let code = match begun {
                Ok(Ok(_)) => continue,
                Ok(Err(code)) => code,
                Err(_) => "TIMEOUT".to_owned(),
            };
            let reason = format!("initialize in revision {} came to {code}", self.revision.name());
            return Err(Unreachable { address: self.endpoint.clone(), reason });
        }
        Ok(())
    }

    /// Ends the sessions that the server keeps for us; one that does not want to be asked ends them when it likes.
    pub(super) async fn end(&self) {
        for caller in self.sessions.callers() {
            if let Some(id) = self.sessions.of(caller).get().and_then(Option::as_ref) {
                let request = self.in_session(self.to(Method::DELETE, caller), Some(id));
                drop(timeout(FAREWELL, http::exchange(request)).await);
            }
        }
    }

    /// A request of that caller.
    fn to(&self, method: Method, caller: Option<usize>) -> RequestBuilder {
        let request = self.client.request(method, &self.endpoint);
        let request = request.header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        match caller.and_then(|caller| self.callers.get(caller)) {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    fn in_session(&self, request: RequestBuilder, id: Option<&HeaderValue>) -> RequestBuilder {
        let request = request.header("mcp-protocol-version", self.revision.name());
        match id {
            Some(id) => request.header(SESSION, id),
            None => request,
        }
    }

    /// The id of a session, which begins if it has not yet.
    async fn begun<'a>(
        &self,
        caller: Option<usize>,
        session: &'a Session,
    ) -> Result<Option<&'a HeaderValue>, String> {
        session.get_or_try_init(|| self.begin(caller)).await.map(Option::as_ref)
    }

    async fn begin(&self, caller: Option<usize>) -> Result<Option<HeaderValue>, String> {
        let request = self.to(Method::POST, caller).body(self.revision.first(self.id()));
        let mut answered = success(http::exchange(request).await?)?;
        self.revision.agreed(last_message(&answered.headers, &answered.body))?;
        let mut id = answered.headers.remove(SESSION);
        // Whoever knows it may speak in the session.
        id.iter_mut().for_each(|id| id.set_sensitive(true));
        let told = self.in_session(self.to(Method::POST, caller), id.as_ref()).body(INITIALIZED);
        success(http::exchange(told).await?)?;
        Ok(id)
    }

    fn id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl Target for Mcp {
    async fn call(&self, call: Call<'_>) -> Answer {
        let (caller, keep, list) = (call.caller, call.keep, is_list(&call));
        let request = self.to(Method::POST, caller);
        let response = match self.revision {
            Revision::Modern => {
                let request = request.header("mcp-method", "tools/call").header("mcp-name", call.tool());
                let request = self.in_session(request, None).body(self.revision.call(self.id(), call));
                http::exchange(request).await?
            }
            Revision::Legacy => {
                let session = self.sessions.of(caller);
                let id = self.begun(caller, &session).await?;
                let request = self.in_session(request, id).body(self.revision.call(self.id(), call));
                let response = http::exchange(request).await?;
                // How a server says that a session is over. The call has failed with it, and is not made again in silence.
                if response.status == 404 && id.is_some() {
                    self.sessions.forget(caller, &session);
                }
                response
            }
        };
        let response = success(response)?;
        answer::of_tool(last_message(&response.headers, &response.body), keep, list)
    }
}

fn success(response: http::Response) -> Result<http::Response, String> {
    match response.status {
        200..300 => Ok(response),
        status => Err(answer::refused(status, &response.body)),
    }
}

/// Whether the API answers with a list.
pub(super) fn is_list(call: &Call<'_>) -> bool {
    call.operation.success.schema.get("type").is_some_and(|kind| kind == "array")
}

/// The body, or of a stream the last event.
fn last_message<'a>(headers: &HeaderMap, body: &'a [u8]) -> &'a [u8] {
    let streamed =
        headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let events = || body.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"));
    if streamed { events().next_back().unwrap_or_default() } else { body }
}
