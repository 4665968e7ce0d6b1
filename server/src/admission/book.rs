//! The callers that are kept book of.

use std::num::{NonZeroU32, NonZeroUsize};

use governor::Quota;
use lru::LruCache;

use super::Refusal;
use crate::Limits;
use crate::auth::Fingerprint;
use crate::budget::Budget;

/// How many callers are looked at to find one that can be forgotten. Those that cannot go to the end of the line, so that others are looked at next time.
const LOOKS: usize = 8;

/// What each caller gets.
#[derive(Debug)]
pub(super) struct Share {
    at_once: usize,
    rate: Option<Quota>,
}

impl Share {
    pub(super) fn new(limits: &Limits) -> Self {
        let burst = NonZeroU32::new(limits.burst).unwrap_or(NonZeroU32::MIN);
        let rate = NonZeroU32::new(limits.calls_per_minute);
        Self {
            at_once: limits.calls_per_caller,
            rate: rate.map(|per_minute| Quota::per_minute(per_minute).allow_burst(burst)),
        }
    }

    fn budget(&self) -> Budget {
        Budget::new(self.at_once, self.rate)
    }
}

/// A bounded number of callers. One is forgotten only when it has no call under way and all of its burst, so that it frees nobody of a limit.
#[derive(Debug)]
pub(super) struct Book(LruCache<Fingerprint, Budget>);

impl Book {
    pub(super) fn new(capacity: usize) -> Self {
        Self(LruCache::new(NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN)))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn has(&self, caller: Fingerprint) -> bool {
        self.0.contains(&caller)
    }

    /// What `judge` says of the caller's budget. Who comes for the first time is kept if it is admitted.
    ///
    /// # Errors
    /// What `judge` refuses, and `full` where there is no room for another.
    pub(super) fn admit<T>(
        &mut self,
        caller: Fingerprint,
        share: &Share,
        full: Refusal,
        judge: impl FnOnce(&Budget) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if let Some(budget) = self.0.get(&caller) {
            return judge(budget);
        }
        if !self.make_room() {
            return Err(full);
        }
        let budget = share.budget();
        let admitted = judge(&budget)?;
        self.0.put(caller, budget);
        Ok(admitted)
    }

    /// Moves a caller with all that it owes to another book, if it has room.
    pub(super) fn give(&mut self, caller: Fingerprint, to: &mut Self) {
        if self.has(caller)
            && to.make_room()
            && let Some(budget) = self.0.pop(&caller)
        {
            to.0.put(caller, budget);
        }
    }

    /// Whether there is room for another caller, once one that is at rest has been forgotten.
    fn make_room(&mut self) -> bool {
        for _ in 0..LOOKS {
            if self.0.len() < self.0.cap().get() {
                return true;
            }
            let Some((&oldest, budget)) = self.0.peek_lru() else { return false };
            if budget.give_up() {
                self.0.pop(&oldest);
            } else {
                self.0.promote(&oldest);
            }
        }
        self.0.len() < self.0.cap().get()
    }
}
