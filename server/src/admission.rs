//! Who may call now: how many at once, and how often.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, PoisonError};

use governor::Quota;
use lru::LruCache;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::auth::Fingerprint;
use crate::operation::Bound;
use crate::rate::Rate;
use crate::{Limits, Metrics};

/// The calls of all callers.
pub(crate) struct Admission {
    all: Arc<Semaphore>,
    share: Share,
    callers: Mutex<LruCache<Fingerprint, Arc<Caller>>>,
    metrics: Metrics,
}

/// What each caller gets.
struct Share {
    at_once: usize,
    rate: Option<Quota>,
}

struct Caller {
    running: Arc<Semaphore>,
    rate: Option<Rate>,
}

/// Leave for one call, until it is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
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

    fn bound(self) -> Bound {
        match self {
            Self::TooOften(_) => Bound::Rate,
            Self::TooManyAtOnce => Bound::CallerConcurrency,
            Self::Busy => Bound::Concurrency,
        }
    }
}

impl Admission {
    /// The rules of `limits`; what they do is counted in `metrics`.
    #[must_use]
    pub(crate) fn new(limits: &Limits, metrics: Metrics) -> Self {
        let callers = NonZeroUsize::new(limits.callers).unwrap_or(NonZeroUsize::MIN);
        Self {
            all: Arc::new(Semaphore::new(limits.calls)),
            share: Share::new(limits),
            callers: Mutex::new(LruCache::new(callers)),
            metrics,
        }
    }

    /// Asks for leave for one call of the caller that the fingerprint stands for.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn admit(&self, caller: Fingerprint) -> Result<Admitted, Refusal> {
        self.judge(caller).inspect_err(|refusal| self.metrics.refused(refusal.bound()))
    }

    fn judge(&self, caller: Fingerprint) -> Result<Admitted, Refusal> {
        let caller = self.caller(caller);
        let of_caller = caller.running.clone().try_acquire_owned().map_err(|_| Refusal::TooManyAtOnce)?;
        let of_all = self.all.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        caller.rate.as_ref().map_or(Ok(()), Rate::check).map_err(Refusal::TooOften)?;
        Ok(Admitted { _of_all: of_all, _of_caller: of_caller })
    }

    fn caller(&self, fingerprint: Fingerprint) -> Arc<Caller> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let caller = callers.get_or_insert(fingerprint, || Arc::new(self.newcomer())).clone();
        self.metrics.callers_kept(callers.len());
        caller
    }

    fn newcomer(&self) -> Caller {
        Caller { running: Arc::new(Semaphore::new(self.share.at_once)), rate: self.share.rate.map(Rate::new) }
    }
}

impl Share {
    fn new(limits: &Limits) -> Self {
        let burst = NonZeroU32::new(limits.burst).unwrap_or(NonZeroU32::MIN);
        let rate = NonZeroU32::new(limits.calls_per_minute);
        Self {
            at_once: limits.calls_per_caller,
            rate: rate.map(|per_minute| Quota::per_minute(per_minute).allow_burst(burst)),
        }
    }
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admission").field("room", &self.all.available_permits()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
