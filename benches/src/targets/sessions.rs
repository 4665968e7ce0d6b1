//! Sessions over HTTP, for the revision that has them: one for each caller, begun when it is first needed, and anew once the server has ended it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::HeaderValue;
use tokio::sync::OnceCell;

/// A session, empty until it has begun: whoever needs it meanwhile waits for who begins it. Servers that keep nothing between requests give it no id.
pub(super) type Session = Arc<OnceCell<Option<HeaderValue>>>;

/// The sessions of all callers.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    callers: Vec<Mutex<Session>>,
    nobody: Mutex<Session>,
}

impl Sessions {
    pub(super) fn new(callers: usize) -> Self {
        let mut sessions = Self::default();
        sessions.callers.resize_with(callers, Mutex::default);
        sessions
    }

    /// The session of a caller as it is now.
    pub(super) fn of(&self, caller: Option<usize>) -> Session {
        Arc::clone(&self.slot(caller))
    }

    /// The next call begins another one, unless that has happened since.
    pub(super) fn forget(&self, caller: Option<usize>, ended: &Session) {
        let mut now = self.slot(caller);
        if Arc::ptr_eq(&now, ended) {
            *now = Session::default();
        }
    }

    /// All callers that may have one.
    pub(super) fn callers(&self) -> impl Iterator<Item = Option<usize>> {
        (0..self.callers.len()).map(Some).chain([None])
    }

    fn slot(&self, caller: Option<usize>) -> MutexGuard<'_, Session> {
        let slot = caller.and_then(|caller| self.callers.get(caller)).unwrap_or(&self.nobody);
        slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
