//! Waiting for the moment when an arrival is due.

use std::thread;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Longest wait in one piece, so that an end is noticed.
const PIECE: Duration = Duration::from_millis(50);

/// How to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// By the system, to some ten microseconds. Blocks its thread.
    Fine,
    /// By the runtime, to a millisecond or two, which would show in the latency of a fast target. Heeds a clock that is paused.
    Coarse,
}

impl Timer {
    /// Waits until then; whether it got there before `stop`.
    pub(super) async fn until(self, due: Instant, stop: &CancellationToken) -> bool {
        match self {
            Self::Coarse => tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = sleep_until(due) => {}
            },
            Self::Fine => loop {
                let left = due.saturating_duration_since(Instant::now());
                if left.is_zero() || stop.is_cancelled() {
                    break;
                }
                #[expect(
                    clippy::disallowed_methods,
                    reason = "timers of the runtime are too coarse; the thread is there for nothing else"
                )]
                thread::sleep(left.min(PIECE));
            },
        }
        !stop.is_cancelled()
    }
}
