//! Room for what is held of requests and answers, in bytes.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Metrics;
use crate::operation::Bound;

/// Bytes of each body that need no room. As many as most messages have, so that whoever fills the room with slow bodies, under whatever keys, or leaves long
/// answers unread, keeps nobody else from calling; they are bounded by the number of connections.
pub(crate) const FREE: usize = 16 * 1024;

/// How often an answer of the API is in memory at most: as it came, as the text of the result and as its structured content, or on the way between these.
pub(crate) const COPIES: usize = 3;

/// Room for so many bytes, of all callers.
#[derive(Debug, Clone)]
pub struct Room {
    /// A permit a byte.
    bytes: Arc<Semaphore>,
    /// How much room each byte takes.
    weight: usize,
    bound: Bound,
    metrics: Metrics,
}

/// There is not that much room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no room for it")]
pub(crate) struct Full;

impl Room {
    /// Room for `bytes` of the bodies of requests, whose refusals are counted in `metrics`.
    #[must_use]
    pub(crate) fn for_bodies(bytes: usize, metrics: Metrics) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes)), weight: 1, bound: Bound::Bodies, metrics }
    }

    /// Room for `bytes` of answers of the API, with their copies.
    #[must_use]
    pub(crate) fn for_answers(bytes: usize, metrics: Metrics) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes)), weight: COPIES, bound: Bound::Answers, metrics }
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Full> {
        let permits = bytes.checked_mul(self.weight).and_then(|permits| u32::try_from(permits).ok());
        permits.and_then(|permits| self.bytes.clone().try_acquire_many_owned(permits).ok()).ok_or_else(|| {
            self.metrics.refused(self.bound);
            Full
        })
    }
}

/// The room that a body holds, until it is dropped; none for a short one.
#[derive(Debug, Default)]
pub(crate) struct Held {
    permits: Option<OwnedSemaphorePermit>,
    /// The permits for each byte beyond the free ones.
    weight: usize,
}

impl Held {
    fn bytes(&self) -> usize {
        self.permits.as_ref().map_or(0, |permits| permits.num_permits() / self.weight.max(1))
    }

    fn add(&mut self, room: &Room, bytes: usize) -> Result<(), Full> {
        if bytes == 0 {
            return Ok(());
        }
        let more = room.take(bytes)?;
        self.weight = room.weight;
        match &mut self.permits {
            Some(permits) => permits.merge(more),
            None => self.permits = Some(more),
        }
        Ok(())
    }

    /// Gives back what is more than `length` bytes need.
    pub(crate) fn shrink(&mut self, length: usize) {
        if let Some(permits) = &mut self.permits {
            let needed = self.weight.saturating_mul(length.saturating_sub(FREE));
            drop(permits.split(permits.num_permits().saturating_sub(needed)));
        }
    }
}

/// Where the room of an answer goes, to be held until the client has taken it: one for each request.
#[derive(Debug, Clone, Default)]
pub(crate) struct UntilTaken(Arc<OnceLock<Held>>);

impl UntilTaken {
    /// Holds it. A request has one answer; the room of another would be given back at once.
    pub(crate) fn hold(&self, room: Held) {
        _ = self.0.set(room);
    }
}

/// A body on its way in, which takes room as it grows.
pub(crate) struct Collected<'a> {
    room: &'a Room,
    bytes: Vec<u8>,
    held: Held,
    announced: usize,
}

impl<'a> Collected<'a> {
    /// Nothing yet of a body that may say how long it is; what it says is not believed before it comes.
    pub(crate) fn new(room: &'a Room, announced: usize) -> Self {
        Self { room, bytes: Vec::with_capacity(announced.min(FREE)), held: Held::default(), announced }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a chunk.
    ///
    /// # Errors
    /// When there is no room for it.
    pub(crate) fn extend(&mut self, chunk: &[u8]) -> Result<(), Full> {
        let needed = self.bytes.len() + chunk.len();
        if needed > self.bytes.capacity() {
            // Twice as much, so that it need not be moved often; but no more than is to come.
            let capacity = needed.max((2 * needed).min(self.announced)).max(FREE);
            self.held.add(self.room, capacity - FREE - self.held.bytes())?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    pub(crate) fn finish(self) -> (Bytes, Held) {
        (self.bytes.into(), self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_room_as_it_grows_and_gives_it_back() {
        let room = Room::for_bodies(100_000, Metrics::default());
        let left = || room.bytes.available_permits();
        let mut body = Collected::new(&room, 4 * 1024 * 1024);
        assert!(body.bytes.capacity() <= FREE);
        body.extend(&[b' '; FREE]).unwrap();
        assert_eq!(left(), 100_000);
        body.extend(b" ").unwrap();
        assert!((FREE..=2 * FREE).contains(&(100_000 - left())), "{}", left());
        // What is refused holds nothing more.
        let before = left();
        assert!(body.extend(&[b' '; 200_000]).is_err());
        assert_eq!((left(), body.len()), (before, FREE + 1));
        let (bytes, held) = body.finish();
        assert_eq!((bytes.len(), held.bytes()), (FREE + 1, 100_000 - before));
        drop(held);
        assert_eq!(left(), 100_000);
    }

    #[test]
    fn room_is_for_all_that_is_reserved() {
        let room = Room::for_bodies(1_000_000, Metrics::default());
        for announced in [0, 20_000, 150_000] {
            let mut body = Collected::new(&room, announced);
            for _ in 0..100 {
                body.extend(&[b' '; 1500]).unwrap();
                let held = body.held.bytes();
                assert!(body.bytes.capacity() <= FREE + held, "{} with {held}", body.bytes.capacity());
            }
            assert_eq!(body.len(), 150_000);
        }
    }

    #[test]
    fn an_answer_takes_room_for_its_copies_and_gives_back_what_it_does_not_need() {
        let room = Room::for_answers(3 * 100_000, Metrics::default());
        let left = || room.bytes.available_permits();
        let mut answer = Collected::new(&room, FREE + 50_000);
        answer.extend(&[b' '; FREE + 50_000]).unwrap();
        assert_eq!(left(), 3 * 50_000);
        assert_eq!(Collected::new(&room, 0).extend(&[b' '; FREE + 50_001]), Err(Full));
        assert!(Collected::new(&room, 0).extend(&[b' '; FREE]).is_ok());
        let (_, mut held) = answer.finish();
        held.shrink(FREE + 60_000);
        assert_eq!(left(), 3 * 50_000);
        held.shrink(FREE + 20_000);
        assert_eq!(left(), 3 * 80_000);
        let taken = UntilTaken::default();
        taken.clone().hold(held);
        assert_eq!(left(), 3 * 80_000);
        drop(taken);
        assert_eq!(left(), 3 * 100_000);
    }
}
