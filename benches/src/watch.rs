//! How much memory and how many descriptors processes have while a run goes on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, interval};

use crate::process::{descriptors, resident};
use crate::result::{Growth, ProcessSamples, Sample};

/// Most samples of a process that are taken in the time that was planned.
const MOST: u32 = 600;

/// Looks at processes again and again until this is dropped.
#[derive(Debug)]
pub struct Watch {
    seen: Arc<Mutex<Vec<ProcessSamples>>>,
    watching: JoinHandle<()>,
}

impl Watch {
    /// Looks at the processes of these names and ids every second, or less often in a run that takes longer than ten minutes.
    #[must_use]
    pub fn start(processes: Vec<(String, u32)>, origin: Instant, planned: Duration) -> Self {
        let unseen = |(name, pid)| ProcessSamples { name, pid, samples: Vec::new(), growth: None };
        let seen: Arc<Mutex<Vec<ProcessSamples>>> =
            Arc::new(Mutex::new(processes.into_iter().map(unseen).collect()));
        let (often, watched) = ((planned / MOST).max(Duration::from_secs(1)), Arc::clone(&seen));
        let watching = tokio::spawn(async move {
            let mut times = interval(often);
            loop {
                times.tick().await;
                let at_seconds = origin.elapsed().as_secs_f64();
                for process in watched.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
                    process.samples.extend(sample(process.pid, at_seconds));
                }
            }
        });
        Self { seen, watching }
    }

    /// What was seen so far.
    #[must_use]
    pub fn seen(&self) -> Vec<ProcessSamples> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

fn sample(pid: u32, at_seconds: f64) -> Option<Sample> {
    Some(Sample { at_seconds, resident_bytes: resident(pid)?, descriptors: descriptors(pid)? })
}

/// How the samples from `after_seconds` on grow, by least squares; nothing where there are fewer than three.
#[must_use]
pub fn growth(samples: &[Sample], after_seconds: f64) -> Option<Growth> {
    let samples: Vec<&Sample> = samples.iter().filter(|sample| sample.at_seconds >= after_seconds).collect();
    let of = |value: fn(&Sample) -> u64| {
        slope(samples.iter().map(|sample| (sample.at_seconds / 3600.0, value(sample) as f64)))
    };
    if samples.len() < 3 {
        return None;
    }
    Some(Growth {
        resident_bytes_per_hour: of(|sample| sample.resident_bytes)?,
        descriptors_per_hour: of(|sample| sample.descriptors)?,
    })
}

/// The slope of the line that is nearest to the points by least squares; nothing where they are all above each other.
fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let count = points.clone().count() as f64;
    let (x, y) = points.clone().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let (across, along) = points.fold((0.0, 0.0), |(across, along), point| {
        (across + (point.0 - x) * (point.1 - y), along + (point.0 - x).powi(2))
    });
    (along > 0.0).then(|| across / along)
}
