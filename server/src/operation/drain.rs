//! The end: calls in flight finish, new ones are refused.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONNECTION;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::http::Problem;

/// Seconds after which another replica, or the next process, should answer.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Whether the server is about to end, and which requests it still waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drain {
    begun: CancellationToken,
    in_flight: TaskTracker,
}

impl Drain {
    pub(crate) fn begin(&self) {
        self.begun.cancel();
        self.in_flight.close();
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// Done when it has begun.
    pub(crate) async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// Done when it has begun and nothing is in flight.
    pub(crate) async fn finished(&self) {
        self.in_flight.wait().await;
    }

    /// How many requests are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Counts a request as in flight while the token lives.
    ///
    /// # Errors
    /// [`Stopping`] once the end has begun.
    pub(crate) fn enter(&self) -> Result<TaskTrackerToken, Stopping> {
        // Counted first: what is not refused is waited for.
        let token = self.in_flight.token();
        if self.has_begun() { Err(Stopping) } else { Ok(token) }
    }
}

/// The refusal of a request that comes after the end has begun. It closes the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stopping;

impl IntoResponse for Stopping {
    fn into_response(self) -> Response {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVER_STOPPING",
            "this server is stopping: try again",
        );
        ([(CONNECTION, "close")], problem.with_retry_after(RETRY_AFTER_SECONDS)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn waits_for_what_came_before_and_refuses_what_comes_after() {
        let drain = Drain::default();
        let first = drain.enter().unwrap();
        assert_eq!(drain.begun().now_or_never(), None);
        drain.begin();
        assert_eq!(drain.enter().err(), Some(Stopping));
        assert_eq!((drain.in_flight(), drain.finished().now_or_never()), (1, None));
        drop(first);
        assert_eq!((drain.in_flight(), drain.finished().now_or_never()), (0, Some(())));
    }
}
