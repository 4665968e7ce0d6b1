//! Values from elsewhere, kept: one that all share, and one for each token.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::Fingerprint;

/// How long an old value is used while no new one can be fetched, in seconds.
pub(super) const MOST_OVERDUE: u64 = 24 * 60 * 60;

/// One value, fetched again when it has grown old or does not do: by one task, however many ask and whoever of them leaves, and not more often than the
/// interval allows. An old one is used meanwhile, and while fetching fails, for at most [`MOST_OVERDUE`] more.
#[derive(Debug)]
pub(super) struct Kept<T> {
    max_age: u64,
    interval: u64,
    state: Arc<Mutex<State<T>>>,
}

#[derive(Debug)]
struct State<T> {
    last: Option<(Arc<T>, u64)>,
    tried: Option<u64>,
    /// Cancelled when the last fetch has ended, however it ended.
    fetch: Option<CancellationToken>,
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// Nothing yet. Both times are in seconds.
    pub(super) fn new(max_age: u64, interval: u64) -> Self {
        let state = State { last: None, tried: None, fetch: None };
        Self { max_age, interval, state: Arc::new(Mutex::new(state)) }
    }

    /// The value; `None` as long as there has been none, and when it is too old. It may still not do.
    pub(super) async fn get<F>(
        &self,
        now: u64,
        will_do: impl Fn(&T) -> bool,
        fetch: impl FnOnce() -> F,
    ) -> Option<Arc<T>>
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        let (value, under_way) = self.due(now, &will_do, fetch);
        match (value, under_way) {
            (Some(value), Some(_)) if will_do(&value) => Some(value),
            (_, Some(under_way)) => {
                under_way.cancelled().await;
                self.last(&lock(&self.state), now)
            }
            (value, None) => value,
        }
    }

    /// The last value, and the fetch that is under way or now begins because it is not a good one.
    fn due<F>(
        &self,
        now: u64,
        will_do: impl Fn(&T) -> bool,
        fetch: impl FnOnce() -> F,
    ) -> (Option<Arc<T>>, Option<CancellationToken>)
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        let mut state = lock(&self.state);
        let last = self.last(&state, now);
        let is_fresh =
            |(value, since): &(Arc<T>, u64)| now < since.saturating_add(self.max_age) && will_do(value);
        if state.last.as_ref().is_some_and(is_fresh) {
            return (last, None);
        }
        let under_way = state.fetch.clone().filter(|fetch| !fetch.is_cancelled());
        let may_try = state.tried.is_none_or(|tried| now >= tried.saturating_add(self.interval));
        if under_way.is_some() || !may_try {
            return (last, under_way);
        }
        let ended = CancellationToken::new();
        state.tried = Some(now);
        state.fetch = Some(ended.clone());
        let (over, fetch, kept) = (ended.clone().drop_guard(), fetch(), self.state.clone());
        // In nobody's request: who leaves must not make the next one fetch again.
        tokio::spawn(async move {
            let _over = over;
            if let Some(value) = fetch.await {
                lock(&kept).last = Some((Arc::new(value), now));
            }
        });
        (last, Some(ended))
    }

    fn last(&self, state: &State<T>, now: u64) -> Option<Arc<T>> {
        let (value, since) = state.last.as_ref()?;
        let end = since.saturating_add(self.max_age).saturating_add(MOST_OVERDUE);
        (now < end).then(|| Arc::clone(value))
    }
}

/// A bounded number of values by fingerprint, each good until its time. A burst for the same one makes it once.
#[derive(Debug)]
pub(super) struct Cache<V> {
    slots: Mutex<LruCache<Fingerprint, Slot<V>>>,
}

/// Value and time; empty while it is being made.
type Slot<V> = Arc<OnceCell<(V, u64)>>;

impl<V: Clone> Cache<V> {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self { slots: Mutex::new(LruCache::new(capacity)) }
    }

    /// The value, made if there is none that is good. `make` answers it with the time until which it is good, in seconds since the epoch; those who wait
    /// for it get it even when that has passed.
    pub(super) async fn get<F>(&self, key: Fingerprint, now: u64, make: impl FnOnce() -> F) -> V
    where
        F: Future<Output = (V, u64)>,
    {
        let slot = self.slot(key, now);
        slot.get_or_init(make).await.0.clone()
    }

    /// Whether there is a value, or has been one that is no longer good and for which no other has made room yet.
    pub(super) fn has(&self, key: Fingerprint) -> bool {
        lock(&self.slots).contains(&key)
    }

    /// Moves the value to another cache.
    pub(super) fn give(&self, key: Fingerprint, to: &Self) {
        let slot = lock(&self.slots).pop(&key);
        if let Some(slot) = slot {
            lock(&to.slots).put(key, slot);
        }
    }

    /// Forgets the value.
    pub(super) fn forget(&self, key: Fingerprint) {
        lock(&self.slots).pop(&key);
    }

    fn slot(&self, key: Fingerprint, now: u64) -> Slot<V> {
        let mut slots = lock(&self.slots);
        match slots.get(&key) {
            Some(slot) if slot.get().is_none_or(|(_, until)| now < *until) => Arc::clone(slot),
            _ => {
                let slot = Slot::default();
                slots.put(key, Arc::clone(&slot));
                slot
            }
        }
    }
}

/// What is behind a mutex is whole even after a panic: each change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
