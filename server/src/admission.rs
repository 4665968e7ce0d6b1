//! Who may call now: how many at once, and how often.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use lru::LruCache;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::Limits;
use crate::attempts::whole_seconds;

/// The calls of all callers.
pub struct Admission {
    limits: Limits,
    all: Arc<Semaphore>,
    /// By a fingerprint of the credential: whoever reads the memory learns no key from it.
    callers: Mutex<LruCache<u64, Arc<Caller>>>,
    fingerprints: RandomState,
    clock: TokioClock,
}

struct Caller {
    running: Arc<Semaphore>,
    rate: Option<Rate>,
}

type Rate = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>;

/// Leave for one call, until it is dropped.
#[derive(Debug)]
pub struct Admitted {
    _of_all: OwnedSemaphorePermit,
    _of_caller: OwnedSemaphorePermit,
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The caller made too many calls lately; so many seconds until the next.
    #[error("too many calls with this credential: wait, then call again")]
    TooOften(u64),
    /// The caller has too many calls under way.
    #[error("too many calls at once with this credential: let some finish, then call again")]
    TooManyAtOnce,
    /// All callers together have too many calls under way.
    #[error("this server has as many calls under way as it takes: call again in a moment")]
    Busy,
}

impl Refusal {
    /// Seconds after which another attempt makes sense.
    #[must_use]
    pub fn retry_after(self) -> u64 {
        match self {
            Self::TooOften(seconds) => seconds,
            Self::TooManyAtOnce | Self::Busy => 1,
        }
    }
}

impl Admission {
    /// The rules of `limits`.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let callers = NonZeroUsize::new(limits.callers).unwrap_or(NonZeroUsize::MIN);
        Self {
            limits: limits.clone(),
            all: Arc::new(Semaphore::new(limits.calls)),
            callers: Mutex::new(LruCache::new(callers)),
            fingerprints: RandomState::new(),
            clock: TokioClock(Instant::now()),
        }
    }

    /// Asks for leave for one call of the caller that `credential` stands for.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(&self, credential: &impl Hash) -> Result<Admitted, Refusal> {
        let caller = self.caller(self.fingerprints.hash_one(credential));
        let of_caller = caller.running.clone().try_acquire_owned().map_err(|_| Refusal::TooManyAtOnce)?;
        let of_all = self.all.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        if let Some(Err(early)) = caller.rate.as_ref().map(RateLimiter::check) {
            return Err(Refusal::TooOften(whole_seconds(early.wait_time_from(self.clock.now()))));
        }
        Ok(Admitted { _of_all: of_all, _of_caller: of_caller })
    }

    /// Calls under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.limits.calls - self.all.available_permits()
    }

    fn caller(&self, fingerprint: u64) -> Arc<Caller> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.get_or_insert(fingerprint, || Arc::new(self.newcomer())).clone()
    }

    fn newcomer(&self) -> Caller {
        let rate = |per_minute| {
            let burst = NonZeroU32::new(self.limits.burst).unwrap_or(NonZeroU32::MIN);
            RateLimiter::direct_with_clock(Quota::per_minute(per_minute).allow_burst(burst), self.clock)
        };
        Caller {
            running: Arc::new(Semaphore::new(self.limits.calls_per_caller)),
            rate: NonZeroU32::new(self.limits.calls_per_minute).map(rate),
        }
    }
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admission").field("in_flight", &self.in_flight()).finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_and_then_the_rate() {
        let limits = Limits { calls_per_minute: 60, burst: 3, ..Limits::default() };
        let admission = Admission::new(&limits);
        let refused = |key: &str| admission.admit(&key).err();
        for _ in 0..3 {
            assert_eq!(refused("a"), None);
        }
        assert_eq!(refused("a"), Some(Refusal::TooOften(1)));
        assert_eq!(refused("b"), None);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!((refused("a"), refused("a")), (None, Some(Refusal::TooOften(1))));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_long_enough() {
        let admission = Admission::new(&Limits { calls_per_minute: 4, burst: 1, ..Limits::default() });
        assert!(admission.admit(&"a").is_ok());
        assert_eq!(admission.admit(&"a").unwrap_err(), Refusal::TooOften(15));
        tokio::time::advance(Duration::from_secs(15)).await;
        assert!(admission.admit(&"a").is_ok());
    }

    #[tokio::test]
    async fn calls_at_once_are_bounded_per_caller_and_in_all() {
        let limits = Limits { calls: 3, calls_per_caller: 2, calls_per_minute: 0, ..Limits::default() };
        let admission = Admission::new(&limits);
        let first = admission.admit(&"a").unwrap();
        let _second = admission.admit(&"a").unwrap();
        assert_eq!(admission.admit(&"a").unwrap_err(), Refusal::TooManyAtOnce);
        let _third = admission.admit(&"b").unwrap();
        assert_eq!((admission.admit(&"c").unwrap_err(), admission.in_flight()), (Refusal::Busy, 3));
        drop(first);
        assert!(admission.admit(&"a").is_ok());
    }

    #[tokio::test]
    async fn a_refused_call_takes_nothing_of_the_rate() {
        let limits = Limits { calls_per_caller: 1, calls_per_minute: 1, burst: 2, ..Limits::default() };
        let admission = Admission::new(&limits);
        let first = admission.admit(&"a").unwrap();
        for _ in 0..10 {
            assert_eq!(admission.admit(&"a").unwrap_err(), Refusal::TooManyAtOnce);
        }
        drop(first);
        assert!(admission.admit(&"a").is_ok());
    }

    #[tokio::test]
    async fn only_so_many_callers_are_kept() {
        let admission = Admission::new(&Limits { callers: 100, ..Limits::default() });
        for key in 0..10_000 {
            assert!(admission.admit(&key).is_ok());
        }
        assert_eq!(admission.callers.lock().unwrap().len(), 100);
    }
}
