//! The end: calls in flight finish, new ones are refused.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONNECTION, RETRY_AFTER};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::http::Problem;

/// Seconds after which another replica, or the next process, should answer.
const RETRY_AFTER_SECONDS: &str = "1";

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

    /// Counts a request as in flight while the token lives; `None` once the end has begun.
    fn enter(&self) -> Option<TaskTrackerToken> {
        // Counted first: what is not refused is waited for.
        let token = self.in_flight.token();
        (!self.has_begun()).then_some(token)
    }
}

/// Lets a request in, or refuses it and closes its connection.
pub(crate) async fn admit(State(drain): State<Drain>, request: Request, next: Next) -> Response {
    let Some(_in_flight) = drain.enter() else {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVER_STOPPING",
            "this server is stopping: try again",
        );
        return ([(RETRY_AFTER, RETRY_AFTER_SECONDS), (CONNECTION, "close")], problem).into_response();
    };
    next.run(request).await
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
        assert!(drain.enter().is_none());
        assert_eq!((drain.in_flight(), drain.finished().now_or_never()), (1, None));
        drop(first);
        assert_eq!((drain.in_flight(), drain.finished().now_or_never()), (0, Some(())));
    }
}
