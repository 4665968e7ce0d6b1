//! `run` and `soak`: one load, and what decides the exit status.

use std::process::ExitCode;
use std::time::Duration;

use benches::engine::{Limits, Load};
use benches::result::{Kind, Phase};
use benches::units::{share, some_time};
use clap::Args;
use tokio::runtime::Runtime;

use super::options::Options;
use super::session::Session;
use super::{FAILED, INTERRUPTED, Refusal, complain};

/// When the exit status is to be 1.
#[derive(Debug, Args)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct Thresholds {
    /// Exit with 1 when the 99th percentile of latencies is longer.
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    max_p99: Option<Duration>,
    /// Exit with 1 when a larger share of calls fails, or of arrivals is dropped, such as 0.1%.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_errors: Option<f64>,
}

/// What is measured, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measuring {
    pub(crate) kind: Kind,
    pub(crate) warm_up: Duration,
    pub(crate) duration: Duration,
    /// All in all, at most.
    pub(crate) planned: Duration,
}

pub(crate) fn runtime() -> Result<Runtime, Refusal> {
    Runtime::new().map_err(|error| Refusal::Failed(error.to_string()))
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// `run` and `soak`.
pub(crate) fn under_one_load(
    options: &Options,
    measuring: Measuring,
    load: Load,
    thresholds: &Thresholds,
) -> Result<ExitCode, Refusal> {
    runtime()?.block_on(async {
        let session = Session::start(options, measuring).await?;
        let phases = session.drive(load).await.into_iter().collect();
        let result = session.report(phases, None).await?;
        let limits = Limits { p99: thresholds.max_p99.map(micros), errors: thresholds.max_errors };
        let passed: Vec<String> = result.phases.iter().flat_map(|phase| passed(&limits, phase)).collect();
        for reason in &passed {
            complain(reason);
        }
        Ok(match passed.is_empty() {
            _ if result.interrupted => ExitCode::from(INTERRUPTED),
            true => ExitCode::SUCCESS,
            false => ExitCode::from(FAILED),
        })
    })
}

/// The thresholds that were passed. Where nothing succeeds at all, no figure is worth anything.
fn passed(limits: &Limits, phase: &Phase) -> Vec<String> {
    let mut passed = limits.passed(phase);
    if phase.seconds > 0.0 && phase.total.failed() == phase.total.count {
        passed.push("no call succeeded".to_owned());
    }
    passed
}
