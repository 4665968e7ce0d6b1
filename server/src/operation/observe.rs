//! One call of a tool, counted and logged when it ends, however it ends.

use tokio::time::Instant;

use super::{Metrics, trace};
use crate::names::shorten;
use crate::outcome::Outcome;

/// A call under way. Dropped before its end it was cancelled.
pub(crate) struct Watched<'a> {
    metrics: &'a Metrics,
    tool: &'a str,
    began: Instant,
    /// How it ended: status (of a success any that is one), outcome and, for a failure, the code, cut: the API may make it
    /// as long as it likes.
    end: (Option<u16>, &'static str, Option<String>),
}

impl<'a> Watched<'a> {
    pub(crate) fn begin(metrics: &'a Metrics, tool: &'a str) -> Self {
        metrics.call_began();
        Self { metrics, tool, began: Instant::now(), end: (None, "cancelled", None) }
    }

    pub(crate) fn end(mut self, outcome: &Outcome) {
        self.end = match outcome {
            Outcome::Success(_) => (Some(200), "success", None),
            Outcome::Failure(failure) => {
                let outcome = if failure.status < 500 { "refused" } else { "failed" };
                (Some(failure.status), outcome, Some(shorten(&failure.code)))
            }
        };
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let (status, outcome, code) = &self.end;
        self.metrics.call_ended(self.tool, *status, outcome, took);
        let (status, code) = (status.filter(|status| *status >= 400), code.as_deref());
        if let Some(code) = code {
            trace::failed(code);
        }
        let duration_ms = took.as_secs_f64() * 1000.0;
        tracing::info!(tool = self.tool, outcome = *outcome, status, code, duration_ms, "call");
    }
}
