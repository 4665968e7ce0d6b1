//! How often something may happen.

use std::num::NonZeroU32;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::attempts::whole_seconds;

/// Lets through what a quota allows.
#[derive(Debug)]
pub(crate) struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    burst: NonZeroU32,
}

impl Rate {
    pub(crate) fn new(quota: Quota) -> Self {
        let limiter = RateLimiter::direct_with_clock(quota, TokioClock(Instant::now()));
        Self { limiter, burst: quota.burst_size() }
    }

    /// Asks for leave, once.
    ///
    /// # Errors
    /// Seconds until the next.
    pub(crate) fn check(&self) -> Result<(), u64> {
        self.limiter.check().map_err(|early| whole_seconds(early.wait_time_from(self.limiter.clock().now())))
    }

    /// Takes the whole burst, if all of it is there: then nothing is owed any more for what was taken before.
    pub(crate) fn give_up(&self) -> bool {
        matches!(self.limiter.check_n(self.burst), Ok(Ok(())))
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
