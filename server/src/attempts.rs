//! One call as one request of the API, or several: the time it may take, what is tried again and when, and when nothing is sent at all.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, sleep, timeout_at};

use crate::breaker::Breaker;
use crate::upstream::{Reply, UpstreamError};
use crate::{Limits, Metrics};

/// What one request came to.
type Attempt = Result<Reply, UpstreamError>;

/// The rules of [`Limits`] for requests, with the state they need.
#[derive(Debug)]
pub(crate) struct Attempts {
    retries: u32,
    pause: Duration,
    pause_max: Duration,
    /// The time that calls have unless their tool has one of its own.
    usual: Duration,
    generator: Mutex<fastrand::Rng>,
    breaker: Breaker,
    metrics: Metrics,
}

impl Attempts {
    /// The rules of `limits`, for calls that have `usual` time; the time of each request is counted in `metrics`.
    #[must_use]
    pub(crate) fn new(limits: &Limits, usual: Duration, metrics: Metrics) -> Self {
        Self {
            retries: limits.retries,
            usual,
            pause: limits.retry_pause,
            pause_max: limits.retry_pause_max,
            generator: Mutex::new(
                limits.retry_seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            ),
            breaker: Breaker::new(limits.breaker_failures, limits.breaker_open, metrics.clone()),
            metrics,
        }
    }

    /// Makes a request, and makes it again while it is `repeatable` and the reason of its failure passes, all within `limit`. Dropping the future ends
    /// the request under way.
    ///
    /// # Errors
    /// That of the last request, or [`UpstreamError::Unavailable`] when none was sent.
    pub(crate) async fn run<F: Future<Output = Attempt>>(
        &self,
        repeatable: bool,
        limit: Duration,
        request: impl Fn() -> F,
    ) -> Attempt {
        let deadline = Instant::now() + limit;
        let retries = if repeatable { self.retries } else { 0 };
        let mut last = None;
        for made in 0..=retries {
            let pass = match self.breaker.pass() {
                Ok(pass) => pass,
                Err(wait) => {
                    self.metrics.not_sent();
                    return last.unwrap_or(Err(UpstreamError::Unavailable(whole_seconds(wait))));
                }
            };
            if made > 0 {
                self.metrics.retried();
            }
            let attempt = self.metrics.upstream(in_time(deadline, request())).await;
            if let Some(is_fault) = is_fault(&attempt, limit >= self.usual) {
                pass.end(is_fault);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let wait = self.wait(made, &attempt).filter(|wait| made < retries && *wait < left);
            let Some(wait) = wait else { return attempt };
            last = Some(attempt);
            sleep(wait).await;
        }
        last.unwrap_or(Err(UpstreamError::Unreachable))
    }

    /// How long to wait before the next attempt, where one could help.
    fn wait(&self, made: u32, attempt: &Attempt) -> Option<Duration> {
        let asked = match attempt {
            Err(UpstreamError::Unreachable | UpstreamError::Truncated) => None,
            Err(_) => return None,
            Ok(reply) => match (reply.status, reply.retry_after) {
                // Without a word on when, asking again makes it worse.
                (StatusCode::TOO_MANY_REQUESTS, None) => return None,
                (StatusCode::TOO_MANY_REQUESTS, asked) => asked,
                (
                    StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT,
                    asked,
                ) => asked,
                _ => return None,
            },
        };
        Some(self.pause(made).max(asked.map(Duration::from_secs).unwrap_or_default()))
    }

    /// Doubles with every attempt; up to half of it is left to chance, so that callers who failed together do not come back together.
    fn pause(&self, made: u32) -> Duration {
        let doubled = self.pause.saturating_mul(2_u32.saturating_pow(made)).min(self.pause_max);
        let chance = self.generator.lock().unwrap_or_else(PoisonError::into_inner).f64();
        doubled.mul_f64(1.0 - chance / 2.0)
    }
}

/// What a request comes to by `deadline`.
async fn in_time(deadline: Instant, request: impl Future<Output = Attempt>) -> Attempt {
    timeout_at(deadline, request).await.unwrap_or_else(|_| {
        tracing::warn!("{}", UpstreamError::Timeout);
        Err(UpstreamError::Timeout)
    })
}

/// Whether the API, or the way to it, is at fault; not for a refusal of what was asked, nor for one because of too many requests, nor for 501, which says of
/// one operation that there is none. `None` where that cannot be told: a tool that waits less than others (`patient` is false) says nothing about an API
/// that others would still have heard from, so it must not be left alone for all of them.
fn is_fault(attempt: &Attempt, patient: bool) -> Option<bool> {
    match attempt {
        Ok(reply) => Some(reply.status.is_server_error() && reply.status != StatusCode::NOT_IMPLEMENTED),
        Err(UpstreamError::Timeout) => patient.then_some(true),
        Err(UpstreamError::Unreachable | UpstreamError::Truncated) => Some(true),
        Err(
            UpstreamError::TooLong
            | UpstreamError::NoRoom
            | UpstreamError::Dropped
            | UpstreamError::Unavailable(_),
        ) => Some(false),
    }
}

/// A wait as a number for callers: never 0, never too short.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
