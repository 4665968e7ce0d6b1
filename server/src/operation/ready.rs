//! Whether calls can succeed now.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use http::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use super::Drain;
use crate::{Calls, Upstream};

/// How long the answer to one probe of the API holds.
const TTL: Duration = Duration::from_secs(5);

/// Longest wait for the API to answer a probe.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Why calls cannot succeed.
type Reason = &'static str;
type Probe = Shared<BoxFuture<'static, Result<(), Reason>>>;

/// Asks the API at most once in [`TTL`], however many ask whether the server is ready.
#[derive(Clone)]
pub(crate) struct Readiness {
    calls: Arc<Calls>,
    drain: Drain,
    latest: Arc<Mutex<Option<(Instant, Probe)>>>,
}

impl Readiness {
    pub(crate) fn new(calls: Arc<Calls>, drain: Drain) -> Self {
        Self { calls, drain, latest: Arc::default() }
    }

    /// 200 when the API answers; else 503 with the reason.
    pub(crate) async fn answer(self) -> Response {
        let ready = if self.drain.has_begun() { Err("the server is stopping") } else { self.probe().await };
        match ready {
            Ok(()) => Json(json!({ "status": "ready" })).into_response(),
            Err(reason) => {
                let body = Json(json!({ "status": "unavailable", "reason": reason }));
                (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
            }
        }
    }

    fn probe(&self) -> Probe {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some((began, probe)) if began.elapsed() < TTL => probe.clone(),
            _ => {
                let probe = start(self.calls.upstream.clone());
                *latest = Some((Instant::now(), probe.clone()));
                probe
            }
        }
    }
}

/// The probe runs on its own: whoever asks for it may leave.
fn start(upstream: Upstream) -> Probe {
    let task = tokio::spawn(async move { upstream.probe(TIMEOUT).await });
    async move { task.await.unwrap_or(Err("the API could not be asked")) }.boxed().shared()
}
