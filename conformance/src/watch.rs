//! How long checks take.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the time of checks is measured by: it shows how much has passed since a moment that stays the same. A default one stands still, so that two runs are
/// alike to the letter.
#[derive(Clone)]
pub struct Stopwatch(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Stopwatch {
    /// One that shows what `read` says.
    #[must_use]
    pub fn of(read: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The machine's, from now on.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock that others are given")]
    pub fn machine() -> Self {
        let start = std::time::Instant::now();
        Self::of(move || start.elapsed())
    }

    /// What it shows.
    pub(crate) fn read(&self) -> Duration {
        (self.0)()
    }
}

impl Default for Stopwatch {
    fn default() -> Self {
        Self::of(|| Duration::ZERO)
    }
}

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stopwatch").field(&self.read()).finish()
    }
}
