//! How long a fault waits.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::chance;
use super::fault::MAX_SECONDS;

/// The longest.
pub(super) const MAX_MS: u64 = 1000 * MAX_SECONDS as u64;
/// How many standard deviations the 99th percentile lies from the median.
const P99: f64 = 2.326_347_874;

/// A time, fixed or drawn, in milliseconds of real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    rename_all_fields = "camelCase",
    expecting = "delay must be {ms}, {minMs, maxMs} or {medianMs, p99Ms}"
)]
pub enum Delay {
    /// Always the same.
    Fixed {
        /// So long.
        ms: u64,
    },
    /// Anything in a range, all alike.
    Uniform {
        /// The shortest.
        min_ms: u64,
        /// The longest.
        max_ms: u64,
    },
    /// Mostly near the median, with a long tail, as latencies are (log-normal).
    LogNormal {
        /// Half of them are shorter.
        median_ms: u64,
        /// One in a hundred is longer.
        p99_ms: u64,
    },
}

impl Delay {
    pub(super) fn is_sound(self) -> bool {
        match self {
            Self::Fixed { ms } => ms <= MAX_MS,
            Self::Uniform { min_ms: low, max_ms: high } => low <= high && high <= MAX_MS,
            Self::LogNormal { median_ms: low, p99_ms: high } => 0 < low && low <= high && high <= MAX_MS,
        }
    }

    /// One delay, in milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "milliseconds within a minute"
    )]
    pub(super) fn draw_ms(self, rng: &mut ChaCha8Rng) -> u64 {
        let ms = match self {
            Self::Fixed { ms } => ms as f64,
            Self::Uniform { min_ms, max_ms } => {
                min_ms as f64 + (chance(rng) * ((max_ms - min_ms) as f64 + 1.0)).floor()
            }
            Self::LogNormal { median_ms, p99_ms } => {
                let sigma = (p99_ms as f64 / median_ms as f64).ln() / P99;
                median_ms as f64 * (sigma * normal(rng)).exp()
            }
        };
        (ms as u64).min(MAX_MS)
    }
}

/// A standard normal variate (Box and Muller).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - chance(rng)).ln()).sqrt();
    radius * (std::f64::consts::TAU * chance(rng)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(delay: Delay) -> Vec<u64> {
        let mut rng = super::super::generator(7);
        let mut draws: Vec<_> = (0..10_000).map(|_| delay.draw_ms(&mut rng)).collect();
        draws.sort();
        draws
    }

    #[test]
    fn draws_what_is_described() {
        assert!(draws(Delay::Fixed { ms: 5 }).iter().all(|delay| *delay == 5));
        let uniform = draws(Delay::Uniform { min_ms: 10, max_ms: 20 });
        assert_eq!((uniform[0], uniform[9_999]), (10, 20));
        let latency = draws(Delay::LogNormal { median_ms: 100, p99_ms: 1_000 });
        assert!((95..105).contains(&latency[5_000]), "{}", latency[5_000]);
        assert!((850..1_150).contains(&latency[9_900]), "{}", latency[9_900]);
        let long = draws(Delay::LogNormal { median_ms: 30_000, p99_ms: MAX_MS });
        assert_eq!(long[9_999], MAX_MS, "the tail is cut");
    }
}
