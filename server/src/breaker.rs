//! A circuit breaker: an API that fails again and again is left alone for a while, and its callers are told at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What a caller is told to wait for the one request that tries the API again.
const TRIAL: Duration = Duration::from_secs(1);

/// Counts failures in a row.
#[derive(Debug)]
pub struct Breaker {
    threshold: u32,
    open_for: Duration,
    state: Mutex<State>,
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
pub struct Pass<'a> {
    breaker: &'a Breaker,
    era: u64,
}

impl Breaker {
    /// A breaker that opens for `open_for` after `threshold` failures in a row; 0 is never.
    #[must_use]
    pub fn new(threshold: u32, open_for: Duration) -> Self {
        Self { threshold, open_for, state: Mutex::new(State { phase: Phase::Closed(0), era: 0 }) }
    }

    /// Asks whether a request may be sent.
    ///
    /// # Errors
    /// How long to wait, when it may not.
    pub fn pass(&self) -> Result<Pass<'_>, Duration> {
        let mut state = self.state();
        match state.phase {
            Phase::Closed(_) => {}
            Phase::Open(until) => match until.checked_duration_since(Instant::now()) {
                Some(wait) if !wait.is_zero() => return Err(wait),
                _ => state.turn(Phase::HalfOpen),
            },
            Phase::HalfOpen => return Err(TRIAL),
        }
        Ok(Pass { breaker: self, era: state.era })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.era += 1;
    }
}

impl Pass<'_> {
    /// Tells how the request ended.
    pub fn end(self, failed: bool) {
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
                _ => state.turn(Phase::Closed(0)),
            }
        } else if failures.saturating_add(1) == self.breaker.threshold {
            tracing::warn!(seconds = self.breaker.open_for.as_secs_f64(), "the API fails: it is left alone");
            state.turn(Phase::Open(Instant::now() + self.breaker.open_for));
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
            state.turn(Phase::Open(Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Duration = Duration::from_secs(10);

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.pass().unwrap().end(true);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_only() {
        let breaker = Breaker::new(3, OPEN);
        fail(&breaker, 2);
        breaker.pass().unwrap().end(false);
        fail(&breaker, 2);
        assert!(breaker.pass().is_ok());
        fail(&breaker, 1);
        assert_eq!(breaker.pass().unwrap_err(), OPEN);
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(breaker.pass().unwrap_err(), Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn tries_with_one_request_and_closes_when_it_succeeds() {
        let breaker = Breaker::new(1, OPEN);
        fail(&breaker, 1);
        tokio::time::advance(OPEN).await;
        let trial = breaker.pass().unwrap();
        assert_eq!(breaker.pass().unwrap_err(), TRIAL);
        trial.end(false);
        let (one, other) = (breaker.pass(), breaker.pass());
        assert!(one.is_ok() && other.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn stays_open_when_the_trial_fails() {
        let breaker = Breaker::new(3, OPEN);
        fail(&breaker, 3);
        tokio::time::advance(OPEN).await;
        fail(&breaker, 1);
        assert_eq!(breaker.pass().unwrap_err(), OPEN);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trial_that_is_called_off_makes_way_for_another() {
        let breaker = Breaker::new(1, OPEN);
        fail(&breaker, 1);
        tokio::time::advance(OPEN).await;
        drop(breaker.pass().unwrap());
        assert!(breaker.pass().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn late_answers_change_nothing() {
        let breaker = Breaker::new(1, OPEN);
        let (late, failing) = (breaker.pass().unwrap(), breaker.pass().unwrap());
        failing.end(true);
        late.end(false);
        assert_eq!(breaker.pass().unwrap_err(), OPEN);
    }

    #[tokio::test(start_paused = true)]
    async fn never_opens_without_a_threshold() {
        let breaker = Breaker::new(0, OPEN);
        fail(&breaker, 1000);
        assert!(breaker.pass().is_ok());
    }
}
