//! Rising rates, until one no longer holds.

use crate::result::Phase;

/// The least share of the offered arrivals that must end for a rate to hold.
const KEPT_UP: f64 = 0.95;

/// How the rate rises from step to step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rise {
    /// By so many arrivals a second.
    By(f64),
    /// By a factor.
    Times(f64),
}

impl Rise {
    /// The rate after this one.
    #[must_use]
    pub fn next(self, rate: f64) -> f64 {
        match self {
            Self::By(more) => rate + more,
            Self::Times(factor) => rate * factor,
        }
    }
}

/// What a rate must keep to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Longest 99th percentile of latencies, in microseconds.
    pub p99: Option<u64>,
    /// Largest share of calls that fail, from 0 to 1.
    pub errors: Option<f64>,
}

impl Limits {
    /// What is beyond the limits, in words.
    #[must_use]
    pub fn passed(&self, phase: &Phase) -> Vec<String> {
        let (p99, errors) = (phase.total.latency_micros.p99, phase.total.error_share());
        let slow = self
            .p99
            .filter(|most| p99 > *most)
            .map(|most| format!("p99 of {} ms is above {} ms", p99 as f64 / 1000.0, most as f64 / 1000.0));
        let wrong = self.errors.filter(|most| errors > *most).map(|most| {
            format!("{:.2} % of the calls failed, which is more than {:.2} %", errors * 100.0, most * 100.0)
        });
        slow.into_iter().chain(wrong).collect()
    }
}

/// Why a step did not hold; nothing when it did.
#[must_use]
pub fn saturation(phase: &Phase, limits: &Limits) -> Vec<String> {
    let mut reasons = limits.passed(phase);
    let arrivals = &phase.arrivals;
    // What was due, and not the rate: random arrivals may be fewer.
    let offered = arrivals.due as f64 / phase.seconds.max(f64::MIN_POSITIVE);
    if arrivals.ended_per_second < KEPT_UP * offered {
        let share = 100.0 * arrivals.ended_per_second / offered;
        reasons
            .push(format!("only {:.1}/s of {offered:.1}/s ended ({share:.0} %)", arrivals.ended_per_second));
    }
    reasons
}

/// Measures at rising rates, from the first to the last, until one does not hold, which is the last of what it gives. `measure` gives nothing more when the run
/// was ended early.
pub async fn ramp(
    (first, last): (f64, f64),
    rise: Rise,
    limits: &Limits,
    mut measure: impl AsyncFnMut(f64) -> Option<Phase>,
) -> Vec<Phase> {
    let (mut phases, mut rate): (Vec<Phase>, f64) = (Vec::new(), first);
    while rate <= last {
        let Some(mut phase) = measure(rate).await else { break };
        phase.saturated = saturation(&phase, limits);
        let holds = phase.saturated.is_empty();
        phases.push(phase);
        if !holds {
            break;
        }
        rate = rise.next(rate);
    }
    phases
}
