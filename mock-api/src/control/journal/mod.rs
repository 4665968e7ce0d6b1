//! The journal: the last requests to the API, as they came and as they were answered.
//!
//! It has a lock of its own and keeps small values as they are: nothing is read, compared or serialised before somebody asks. It is no part of the state.

mod body;
mod entry;
mod filter;
mod headers;
mod nearest;
mod redact;
mod refusal;
mod verify;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

pub(crate) use body::Body;
pub use entry::RecordedRequest;
pub(crate) use entry::{Entry, Ignored, MAX_TARGET};
pub use filter::{Difference, RequestFilter, Since};
pub(crate) use headers::Headers;
pub(crate) use nearest::{nearest, nearest_ids};
pub(crate) use refusal::Refused;
pub use refusal::{Refusal, Rule};
pub use verify::{Count, NearMiss, Verification};

use crate::state::State;

/// How many requests are kept unless told otherwise.
pub(crate) const CAPACITY: usize = 1000;

/// How much memory they take at most, roughly, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The last requests.
#[derive(Debug)]
pub(crate) struct Journal {
    capacity: usize,
    /// In bytes.
    budget: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// How much memory they take, roughly.
    bytes: usize,
    /// The sequence number of the last one.
    last: u64,
    /// Which made place for others since it was cleared, by tenant.
    gone: BTreeMap<Option<String>, Gone>,
}

/// Requests that the journal no longer holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gone {
    pub(crate) count: u64,
    /// The sequence number of the last one.
    last: u64,
}

impl Gone {
    /// Whether all of them came before what is asked for.
    fn is_before(self, since: Option<Since>) -> bool {
        matches!(since, Some(Since::Sequence(sequence)) if self.last <= sequence)
    }
}

impl Kept {
    fn drop_oldest(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.bytes -= entry.weight();
        let gone = self.gone.entry(entry.tenant).or_default();
        gone.count += 1;
        gone.last = entry.sequence;
    }

    /// What is gone of a tenant's requests, or of all.
    fn gone(&self, tenant: Option<&str>) -> Gone {
        let meant = self.gone.iter().filter(|(of, _)| tenant.is_none() || of.as_deref() == tenant);
        meant.fold(Gone::default(), |all, (_, gone)| Gone {
            count: all.count + gone.count,
            last: all.last.max(gone.last),
        })
    }
}

impl Journal {
    /// A journal of so many requests; of none, it is off.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, budget: MAX_BYTES, kept: Mutex::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.capacity > 0
    }

    pub(crate) fn record(&self, mut entry: Entry) {
        let weight = entry.weight();
        let mut kept = crate::lock(&self.kept);
        kept.last += 1;
        entry.sequence = kept.last;
        while !kept.entries.is_empty()
            && (kept.entries.len() >= self.capacity || kept.bytes + weight > self.budget)
        {
            kept.drop_oldest();
        }
        kept.bytes += weight;
        kept.entries.push_back(entry);
    }

    /// Forgets everything; sequence numbers go on.
    pub(crate) fn clear(&self) {
        let mut kept = crate::lock(&self.kept);
        *kept = Kept { last: kept.last, ..Kept::default() };
    }

    /// Forgets the requests of one tenant.
    pub(crate) fn clear_tenant(&self, tenant: &str) {
        let mut kept = crate::lock(&self.kept);
        kept.entries.retain(|entry| entry.tenant.as_deref() != Some(tenant));
        kept.bytes = kept.entries.iter().map(Entry::weight).sum();
        kept.gone.remove(&Some(tenant.to_owned()));
    }

    /// The requests that the filter lets through, oldest first.
    pub(crate) fn matching(&self, filter: &RequestFilter, state: &Mutex<State>) -> Vec<RecordedRequest> {
        let (entries, _) = self.all(None);
        entries.iter().filter(|entry| filter.lets_through(entry)).map(|entry| entry.view(state)).collect()
    }

    /// Everything, oldest first, and what is gone of a tenant's or of all.
    fn all(&self, tenant: Option<&str>) -> (Vec<Entry>, Gone) {
        let kept = crate::lock(&self.kept);
        (kept.entries.iter().cloned().collect(), kept.gone(tenant))
    }

    /// How many of a tenant's requests, or of all, it no longer holds.
    pub(crate) fn dropped(&self, tenant: Option<&str>) -> u64 {
        crate::lock(&self.kept).gone(tenant).count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(body: &[u8]) -> Entry {
        Entry {
            sequence: 0,
            at: "2026-06-20T10:00:00Z".parse().unwrap(),
            method: http::Method::POST,
            path: "/v1/messages/send".to_owned(),
            query: None,
            route: None,
            tenant: None,
            number: None,
            key: None,
            status: None,
            code: None,
            headers: Headers::default(),
            body: Body::of(body),
            ignored: Ignored::default(),
            refused: None,
            faults: Vec::new(),
            delay_ms: 0,
        }
    }

    #[test]
    fn makes_place_by_weight() {
        let journal = Journal { budget: 50_000, ..Journal::new(1000) };
        for _ in 0..10 {
            journal.record(entry(&[b'x'; 16_000]));
        }
        let (kept, gone) = journal.all(None);
        assert_eq!((kept.len(), gone.count, gone.last), (3, 7, 7));
        journal.record(entry(b""));
        journal.clear();
        journal.record(entry(&[b'x'; 16_000]));
        let (kept, gone) = journal.all(None);
        assert_eq!((kept.len(), gone.count), (1, 0), "what was cleared weighs nothing");
    }
}
