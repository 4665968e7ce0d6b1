//! The journal: the last requests to the API, as they came and as they were answered.
//!
//! It has a lock of its own and keeps small values as they are: nothing is read, compared or serialised before somebody asks. It is no part of the state.

mod entry;
mod filter;
mod nearest;
mod redact;
mod verify;

use std::collections::VecDeque;
use std::sync::Mutex;

pub(crate) use entry::{Entry, Refused};
pub use entry::{RecordedRequest, Refusal, Rule};
pub use filter::{RequestFilter, Since};
pub(crate) use nearest::nearest;
pub use verify::{Count, NearMiss, Verification};

use crate::state::State;

/// How many requests are kept unless told otherwise.
pub(crate) const CAPACITY: usize = 1000;

/// The last requests.
#[derive(Debug)]
pub(crate) struct Journal {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// The sequence number of the last one.
    last: u64,
    /// How many made place for others since it was cleared.
    dropped: u64,
}

impl Journal {
    /// A journal of so many requests; of none, it is off.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.capacity > 0
    }

    pub(crate) fn record(&self, mut entry: Entry) {
        let mut kept = crate::lock(&self.kept);
        kept.last += 1;
        entry.sequence = kept.last;
        if kept.entries.len() >= self.capacity {
            kept.entries.pop_front();
            kept.dropped += 1;
        }
        kept.entries.push_back(entry);
    }

    /// Forgets everything; sequence numbers go on.
    pub(crate) fn clear(&self) {
        let mut kept = crate::lock(&self.kept);
        kept.entries.clear();
        kept.dropped = 0;
    }

    /// Forgets the requests of one tenant.
    pub(crate) fn clear_tenant(&self, tenant: &str) {
        crate::lock(&self.kept).entries.retain(|entry| entry.tenant.as_deref() != Some(tenant));
    }

    /// The requests that the filter lets through, oldest first.
    pub(crate) fn matching(&self, filter: &RequestFilter, state: &Mutex<State>) -> Vec<RecordedRequest> {
        let entries: Vec<_> = {
            let kept = crate::lock(&self.kept);
            kept.entries.iter().filter(|entry| filter.misses(entry).is_empty()).cloned().collect()
        };
        entries.iter().map(|entry| entry.view(state)).collect()
    }

    /// Everything, oldest first, and how many are gone.
    fn all(&self) -> (Vec<Entry>, u64) {
        let kept = crate::lock(&self.kept);
        (kept.entries.iter().cloned().collect(), kept.dropped)
    }

    pub(crate) fn dropped(&self) -> u64 {
        crate::lock(&self.kept).dropped
    }
}
