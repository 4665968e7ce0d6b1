//! How often something may happen.

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::attempts::whole_seconds;

/// Lets through what a quota allows.
#[derive(Debug)]
pub(crate) struct Rate(RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>);

impl Rate {
    pub(crate) fn new(quota: Quota) -> Self {
        Self(RateLimiter::direct_with_clock(quota, TokioClock(Instant::now())))
    }

    /// Asks for leave, once.
    ///
    /// # Errors
    /// Seconds until the next.
    pub(crate) fn check(&self) -> Result<(), u64> {
        self.0.check().map_err(|early| whole_seconds(early.wait_time_from(self.0.clock().now())))
    }
}

/// The clock of `tokio`, which tests can stop, for `governor`.
#[derive(Debug, Clone, Copy)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed())
    }
}
