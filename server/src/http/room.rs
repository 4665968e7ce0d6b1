//! Room for the bodies of requests, in bytes.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Problem;
use crate::Metrics;
use crate::operation::Bound;

/// Room for so many bytes of bodies, of all callers.
#[derive(Debug, Clone)]
pub struct Room {
    /// A permit a byte.
    bytes: Arc<Semaphore>,
    metrics: Metrics,
}

impl Room {
    /// Room for `bytes`, whose refusals are counted in `metrics`.
    #[must_use]
    pub fn new(bytes: usize, metrics: Metrics) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes)), metrics }
    }

    /// Takes room for some bytes, until the permit is dropped.
    ///
    /// # Errors
    /// The refusal, when there is not that much left.
    pub fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let permits = u32::try_from(bytes).ok();
        permits.and_then(|bytes| self.bytes.clone().try_acquire_many_owned(bytes).ok()).ok_or_else(|| {
            self.metrics.refused(Bound::Bodies);
            let error = "this server has as many requests under way as it takes: call again in a moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY", error).with_retry_after(1)
        })
    }
}
