//! A circuit breaker: an API that fails again and again is left alone for a while, and its callers are told at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Metrics;

/// What a caller is told to wait for the one request that tries the API again.
const TRIAL: Duration = Duration::from_secs(1);

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Breaker {
    threshold: u32,
    open_for: Duration,
    state: Mutex<State>,
    metrics: Metrics,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Counts the changes of phase, so that an answer to a request from before the last one changes nothing.
    era: u64,
}

#[derive(Debug)]
enum Phase {
    /// All is well, but for so many failures in a row.
    Closed(u32),
    /// Nothing is sent until then.
    Open(Instant),
    /// One request is under way to see whether the API is back.
    HalfOpen,
}

/// Leave for one request. Dropped without [`Pass::end`], it counts as if it had not been.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    era: u64,
}

impl Breaker {
    /// A breaker that opens for `open_for` after `threshold` failures in a row; 0 is never. `metrics` is told its state.
    #[must_use]
    pub(crate) fn new(threshold: u32, open_for: Duration, metrics: Metrics) -> Self {
        let state = Mutex::new(State { phase: Phase::Closed(0), era: 0 });
        Self { threshold, open_for, state, metrics }
    }

    /// Asks whether a request may be sent.
    ///
    /// # Errors
    /// How long to wait, when it may not.
    pub(crate) fn pass(&self) -> Result<Pass<'_>, Duration> {
        let mut state = self.state();
        match state.phase {
            Phase::Closed(_) => {}
            Phase::Open(until) => match until.checked_duration_since(Instant::now()) {
                Some(wait) if !wait.is_zero() => return Err(wait),
                _ => self.turn(&mut state, Phase::HalfOpen),
            },
            Phase::HalfOpen => return Err(TRIAL),
        }
        Ok(Pass { breaker: self, era: state.era })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, state: &mut State, phase: Phase) {
        self.metrics.breaker_turned(phase.number());
        state.phase = phase;
        state.era += 1;
    }
}

impl Phase {
    /// As the metrics tell it.
    fn number(&self) -> i64 {
        match self {
            Self::Closed(_) => 0,
            Self::HalfOpen => 1,
            Self::Open(_) => 2,
        }
    }
}

impl Pass<'_> {
    /// Tells how the request ended.
    pub(crate) fn end(self, failed: bool) {
        let mut state = self.breaker.state();
        if state.era != self.era {
            return;
        }
        let failures = match state.phase {
            Phase::Closed(failures) => failures,
            // One failure is enough where the API was away a moment ago.
            Phase::HalfOpen | Phase::Open(_) => self.breaker.threshold.saturating_sub(1),
        };
        if !failed {
            match state.phase {
                Phase::Closed(_) => state.phase = Phase::Closed(0),
                _ => self.breaker.turn(&mut state, Phase::Closed(0)),
            }
        } else if failures.saturating_add(1) == self.breaker.threshold {
            tracing::warn!(seconds = self.breaker.open_for.as_secs_f64(), "the API fails: it is left alone");
            self.breaker.turn(&mut state, Phase::Open(Instant::now() + self.breaker.open_for));
        } else {
            state.phase = Phase::Closed(failures.saturating_add(1));
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if state.era == self.era && matches!(state.phase, Phase::HalfOpen) {
            // The trial was called off: the next request is one.
            self.breaker.turn(&mut state, Phase::Open(Instant::now()));
        }
    }
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
