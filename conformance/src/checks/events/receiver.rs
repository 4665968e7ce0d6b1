//! Where webhooks are received: a server on loopback that keeps what comes, and answers what it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// More than any check lets come; what comes beyond is not kept.
const MOST_KEPT: usize = 1000;

/// One request that came.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) method: Method,
    pub(super) path: String,
    headers: HeaderMap,
    pub(super) raw: Bytes,
    /// The raw body as JSON; null where it is none.
    pub(super) body: Value,
}

impl Delivery {
    pub(super) fn event(&self) -> &str {
        self.body.get("event").and_then(Value::as_str).unwrap_or_default()
    }

    /// The value of a header; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The id in its data.
    pub(super) fn id(&self) -> &str {
        self.body.pointer("/data/id").and_then(Value::as_str).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Shared {
    arrived: Vec<Delivery>,
    /// Statuses for what comes next, one each, and 200 after them.
    answers: VecDeque<u16>,
    /// How many are answered never, before all others.
    ignored: usize,
    came: Arc<Notify>,
}

impl Shared {
    /// Keeps what comes: the status of its answer, if it gets any.
    fn take(&mut self, delivery: Delivery) -> Option<u16> {
        if self.arrived.len() < MOST_KEPT {
            self.arrived.push(delivery);
        }
        self.came.notify_waiters();
        if let Some(left) = self.ignored.checked_sub(1) {
            self.ignored = left;
            return None;
        }
        Some(self.answers.pop_front().unwrap_or(200))
    }
}

/// A running receiver; it stops when it is dropped.
#[derive(Debug)]
pub(super) struct Receiver {
    url: String,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Starts on a free port.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        // It ends by being aborted, and tells nobody how.
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { url, shared, task })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Answers so to what comes next.
    pub(super) fn answer(&self, statuses: &[u16]) {
        lock(&self.shared).answers.extend(statuses);
    }

    /// Lets the next one wait for an answer for ever.
    pub(super) fn ignore(&self) {
        lock(&self.shared).ignored += 1;
    }

    /// Done when something has come that was not taken yet.
    pub(super) async fn arrival(&self) {
        loop {
            let came = Arc::clone(&lock(&self.shared).came);
            let came = came.notified();
            if !lock(&self.shared).arrived.is_empty() {
                return;
            }
            came.await;
        }
    }

    /// What has come since the last time.
    pub(super) fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut lock(&self.shared).arrived)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn receive(
    State(shared): State<Arc<Mutex<Shared>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let body = serde_json::from_slice(&raw).unwrap_or_default();
    let status = lock(&shared).take(Delivery { method, path: uri.path().to_owned(), headers, raw, body });
    let Some(status) = status else { return std::future::pending().await };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if status.is_redirection() {
        return (status, [("location", "/elsewhere")]).into_response();
    }
    status.into_response()
}
