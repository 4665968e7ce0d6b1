//! Values from elsewhere, kept: one that all share, and one for each token.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tokio::sync::OnceCell;

use super::Fingerprint;

/// One value, fetched again when it has grown old or does not do: by one caller while the others wait, and not more often than the interval allows.
/// When that fails, the last good one stays.
#[derive(Debug)]
pub(super) struct Kept<T> {
    max_age: u64,
    interval: u64,
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    last: Option<(Arc<T>, u64)>,
    tried: Option<u64>,
    fetch: Option<Arc<OnceCell<()>>>,
}

impl<T> Kept<T> {
    /// Nothing yet. Both times are in seconds.
    pub(super) fn new(max_age: u64, interval: u64) -> Self {
        Self { max_age, interval, state: Mutex::new(State { last: None, tried: None, fetch: None }) }
    }

    /// The value; `None` as long as there has been none. It may still not do.
    pub(super) async fn get<F>(
        &self,
        now: u64,
        will_do: impl Fn(&T) -> bool,
        fetch: impl FnOnce() -> F,
    ) -> Option<Arc<T>>
    where
        F: Future<Output = Option<T>>,
    {
        if let Some(under_way) = self.due(now, will_do) {
            let renew = || async {
                if let Some(value) = fetch().await {
                    lock(&self.state).last = Some((Arc::new(value), now));
                }
            };
            under_way.get_or_init(renew).await;
        }
        lock(&self.state).last.as_ref().map(|(value, _)| Arc::clone(value))
    }

    /// The fetch to join or to begin, if there is one.
    fn due(&self, now: u64, will_do: impl Fn(&T) -> bool) -> Option<Arc<OnceCell<()>>> {
        let mut state = lock(&self.state);
        let is_fresh =
            |(value, since): &(Arc<T>, u64)| now < since.saturating_add(self.max_age) && will_do(value);
        if state.last.as_ref().is_some_and(is_fresh) {
            return None;
        }
        let under_way = state.fetch.as_ref().filter(|fetch| !fetch.initialized()).map(Arc::clone);
        if under_way.is_some() {
            return under_way;
        }
        if state.tried.is_some_and(|tried| now < tried.saturating_add(self.interval)) {
            return None;
        }
        state.tried = Some(now);
        state.fetch = Some(Arc::default());
        state.fetch.clone()
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
