//! Room for the bodies of requests, in bytes.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Problem;
use crate::Metrics;
use crate::operation::Bound;

/// Bytes of each body that need no room. As many as most messages have, so that whoever fills the room with slow bodies, under whatever keys, keeps nobody
/// else from calling; they are bounded by the number of connections.
pub(super) const FREE: usize = 16 * 1024;

/// The room that a body holds, until it is dropped; none for a short one.
pub(super) type Held = Option<OwnedSemaphorePermit>;

/// Room for so many bytes of bodies, of all callers.
#[derive(Debug, Clone)]
pub struct Room {
    /// A permit a byte.
    bytes: Arc<Semaphore>,
    metrics: Metrics,
}

impl Room {
    /// Room for `bytes`, whose refusals are counted in `metrics`.
    #[must_use]
    pub fn new(bytes: usize, metrics: Metrics) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes)), metrics }
    }

    /// Takes room for some bytes, until the permit is dropped.
    ///
    /// # Errors
    /// The refusal, when there is not that much left.
    pub fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let permits = u32::try_from(bytes).ok();
        permits.and_then(|bytes| self.bytes.clone().try_acquire_many_owned(bytes).ok()).ok_or_else(|| {
            self.metrics.refused(Bound::Bodies);
            let error = "this server has as many requests under way as it takes: call again in a moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY", error).with_retry_after(1)
        })
    }
}

/// A body on its way in, which takes room as it grows.
pub(super) struct Collected<'a> {
    room: &'a Room,
    bytes: Vec<u8>,
    held: Held,
    announced: usize,
}

impl<'a> Collected<'a> {
    /// Nothing yet of a body that may say how long it is; what it says is not believed before it comes.
    pub(super) fn new(room: &'a Room, announced: usize) -> Self {
        Self { room, bytes: Vec::with_capacity(announced.min(FREE)), held: None, announced }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a chunk.
    ///
    /// # Errors
    /// The refusal, when there is no room for it.
    pub(super) fn extend(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        let needed = self.bytes.len() + chunk.len();
        if needed > self.bytes.capacity() {
            // Twice as much, so that it need not be moved often; but no more than is to come.
            let capacity = needed.max((2 * needed).min(self.announced)).max(FREE);
            let lacking = capacity - FREE - self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            self.hold(lacking)?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn hold(&mut self, bytes: usize) -> Result<(), Problem> {
        if bytes == 0 {
            return Ok(());
        }
        let more = self.room.take(bytes)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> (Bytes, Held) {
        (self.bytes.into(), self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_room_as_it_grows_and_gives_it_back() {
        let room = Room::new(100_000, Metrics::default());
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
        assert_eq!((bytes.len(), held.as_ref().unwrap().num_permits()), (FREE + 1, 100_000 - before));
        drop(held);
        assert_eq!(left(), 100_000);
    }

    #[test]
    fn room_is_for_all_that_is_reserved() {
        let room = Room::new(1_000_000, Metrics::default());
        for announced in [0, 20_000, 150_000] {
            let mut body = Collected::new(&room, announced);
            for _ in 0..100 {
                body.extend(&[b' '; 1500]).unwrap();
                let held = body.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
                assert!(body.bytes.capacity() <= FREE + held, "{} with {held}", body.bytes.capacity());
            }
            assert_eq!(body.len(), 150_000);
        }
    }
}
