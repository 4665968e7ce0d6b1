//! When arrivals are due. Nothing that happens during the run changes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How arrivals are spread over time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Arrivals {
    /// At the same distance from each other.
    #[default]
    Constant,
    /// As independent callers arrive: at random, at the same rate on average.
    Poisson,
}

/// The due times of one phase, from its beginning, in their order; without end.
#[derive(Debug, Clone)]
pub struct Schedule {
    arrivals: Arrivals,
    rate: f64,
    random: fastrand::Rng,
    number: u64,
    due: f64,
}

impl Schedule {
    /// Arrivals at `rate` a second on average; `seed` is for those that are random.
    #[must_use]
    pub fn new(arrivals: Arrivals, rate: f64, seed: u64) -> Self {
        Self { arrivals, rate, random: fastrand::Rng::with_seed(seed), number: 0, due: 0.0 }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.due = match self.arrivals {
            // Not by adding up: that would drift.
            Arrivals::Constant => self.number as f64 / self.rate,
            Arrivals::Poisson => self.due - (1.0 - self.random.f64()).ln() / self.rate,
        };
        self.number += 1;
        Duration::try_from_secs_f64(self.due).ok()
    }
}
