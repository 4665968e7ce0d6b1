//! Who may call now: how many at once, and how often.
//!
//! Callers are kept book of in two books. A caller by an access token has shown who it is; whether a key is a right one, only the API can tell, and anybody
//! can make up as many as they like. So keys that the API has not accepted yet stand in a book of their own, and share one budget: they neither drive out
//! the others nor take more than half of the calls.

mod book;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::budget::{Budget, Spent, evenly};
use crate::operation::Bound;
use crate::{Caller, Limits, Metrics};
use book::{Book, Share};

/// The calls of all callers.
pub(crate) struct Admission {
    all: Arc<Semaphore>,
    share: Share,
    /// What keys that are not verified may do, all together.
    unverified: Budget,
    books: Mutex<Books>,
    metrics: Metrics,
}

struct Books {
    verified: Book,
    unverified: Book,
}

/// Leave for one call, until it is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    _of_all: OwnedSemaphorePermit,
    _of_caller: OwnedSemaphorePermit,
    _of_unverified: Option<OwnedSemaphorePermit>,
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
    /// All callers that can be kept book of are active.
    #[error("this server has as many active callers as it takes: call again in a moment")]
    TooManyCallers,
    /// The API has not accepted this key yet, and there are too many calls with such keys; so many seconds until the next.
    #[error("this server has as many calls with keys that are new to it as it takes: wait, then call again")]
    Unverified(u64),
}

impl Refusal {
    /// Seconds after which another attempt makes sense.
    #[must_use]
    pub fn retry_after(self) -> u64 {
        match self {
            Self::TooOften(seconds) | Self::Unverified(seconds) => seconds,
            Self::TooManyAtOnce | Self::Busy | Self::TooManyCallers => 1,
        }
    }

    fn bound(self) -> Bound {
        match self {
            Self::TooOften(_) => Bound::Rate,
            Self::TooManyAtOnce => Bound::CallerConcurrency,
            Self::Busy => Bound::Concurrency,
            Self::TooManyCallers => Bound::Callers,
            Self::Unverified(_) => Bound::Unverified,
        }
    }

    fn of_caller(spent: Spent) -> Self {
        match spent {
            Spent::AtOnce => Self::TooManyAtOnce,
            Spent::Rate(seconds) => Self::TooOften(seconds),
        }
    }

    fn of_unverified(spent: Spent) -> Self {
        match spent {
            Spent::AtOnce => Self::Unverified(1),
            Spent::Rate(seconds) => Self::Unverified(seconds),
        }
    }
}

impl Admission {
    /// The rules of `limits`; what they do is counted in `metrics`.
    #[must_use]
    pub(crate) fn new(limits: &Limits, metrics: Metrics) -> Self {
        let quota = NonZeroU32::new(limits.unverified_calls_per_minute).map(evenly);
        let books = Books { verified: Book::new(limits.callers), unverified: Book::new(limits.callers) };
        Self {
            all: Arc::new(Semaphore::new(limits.calls)),
            share: Share::new(limits),
            unverified: Budget::new(limits.calls.div_ceil(2), quota),
            books: Mutex::new(books),
            metrics,
        }
    }

    /// Asks for leave for one call.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn admit(&self, caller: &Caller) -> Result<Admitted, Refusal> {
        let mut books = self.books();
        let judged = self.judge(&mut books, caller);
        self.metrics.callers_kept(books.verified.len() + books.unverified.len());
        judged.inspect_err(|refusal| self.metrics.refused(refusal.bound()))
    }

    /// Told that the API accepted the key of a caller, who is now kept book of among those that are verified.
    pub(crate) fn accept(&self, caller: &Caller) {
        let Books { verified, unverified } = &mut *self.books();
        unverified.give(caller.fingerprint(), verified);
    }

    fn judge(&self, books: &mut Books, caller: &Caller) -> Result<Admitted, Refusal> {
        let fingerprint = caller.fingerprint();
        if caller.is_verified() || books.verified.has(fingerprint) {
            let judge = |budget: &Budget| self.leave(budget, None);
            books.verified.admit(fingerprint, &self.share, Refusal::TooManyCallers, judge)
        } else {
            let judge = |budget: &Budget| self.leave(budget, Some(&self.unverified));
            books.unverified.admit(fingerprint, &self.share, Refusal::Unverified(1), judge)
        }
    }

    /// Leave by the budget of the caller, the bound for all, and the budget that it shares with others, if it does. Rates come last, so that who is refused
    /// at another bound takes nothing of them, and its own first.
    fn leave(&self, own: &Budget, shared: Option<&Budget>) -> Result<Admitted, Refusal> {
        let of_caller = own.enter().map_err(Refusal::of_caller)?;
        let of_all = self.all.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let of_unverified = shared.map(Budget::enter).transpose().map_err(Refusal::of_unverified)?;
        own.spend().map_err(Refusal::of_caller)?;
        shared.map_or(Ok(()), Budget::spend).map_err(Refusal::of_unverified)?;
        Ok(Admitted { _of_all: of_all, _of_caller: of_caller, _of_unverified: of_unverified })
    }

    /// Whole even after a panic: a caller is in one of the books, or in none.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admission").field("room", &self.all.available_permits()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
