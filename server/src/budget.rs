//! How much of something there may be, at once and in a time.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::Quota;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::rate::Rate;

/// What one caller, or a kind of callers together, may do.
#[derive(Debug)]
pub(crate) struct Budget {
    at_once: Arc<Semaphore>,
    most: usize,
    rate: Option<Rate>,
}

/// Why there is no leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Too many at once.
    AtOnce,
    /// Too many lately; so many seconds until the next.
    Rate(u64),
}

impl Budget {
    /// `most` at once, and as many in a time as the quota allows, if there is one.
    pub(crate) fn new(most: usize, quota: Option<Quota>) -> Self {
        Self { at_once: Arc::new(Semaphore::new(most)), most, rate: quota.map(Rate::new) }
    }

    /// Leave for one, until it is dropped. Who is refused takes nothing of the rate.
    ///
    /// # Errors
    /// [`Spent`].
    pub(crate) fn admit(&self) -> Result<OwnedSemaphorePermit, Spent> {
        let permit = self.enter()?;
        self.spend().map(|()| permit)
    }

    /// The first half of [`Budget::admit`]: a place among those at once, until it is dropped.
    ///
    /// # Errors
    /// [`Spent::AtOnce`].
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Spent> {
        self.at_once.clone().try_acquire_owned().map_err(|_| Spent::AtOnce)
    }

    /// The second half: takes one of the rate.
    ///
    /// # Errors
    /// [`Spent::Rate`].
    pub(crate) fn spend(&self) -> Result<(), Spent> {
        self.rate.as_ref().map_or(Ok(()), Rate::check).map_err(Spent::Rate)
    }

    /// Gives the budget up, if nothing is under way and nothing is owed, so that a new one would allow no more. If so, this one allows nothing for a while.
    pub(crate) fn give_up(&self) -> bool {
        self.at_once.available_permits() == self.most && self.rate.as_ref().is_none_or(Rate::give_up)
    }
}

/// So many a minute, and in one moment what a minute allows in each of its seconds, at least one.
pub(crate) fn evenly(per_minute: NonZeroU32) -> Quota {
    let in_a_second = NonZeroU32::new(per_minute.get() / 60).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(per_minute).allow_burst(in_a_second)
}
