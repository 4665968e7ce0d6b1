//! `ramp`: rising rates until saturation.

use std::process::ExitCode;
use std::time::Duration;

use benches::engine::{Limits, Load, Rise, ramp};
use benches::result::Kind;
use benches::units::{duration, rate, share, some_time};
use clap::Args;

use super::measure::{Measuring, micros};
use super::options::Options;
use super::session::Session;
use super::{FAILED, INTERRUPTED, Refusal, measure};

/// Most steps, so that a ramp comes to an end.
const MOST_STEPS: u32 = 1000;

/// Arrivals at rates that rise until one does not hold.
///
/// A rate does not hold when its p99 or its share of failed calls, or of dropped arrivals, is above a limit, or when fewer than 95 % of the arrivals that were due in its time
/// ended in that time. Tells the highest rate that held.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Arrivals a second at the first step.
    #[arg(long, value_name = "N", default_value = "100", value_parser = rate)]
    from: f64,
    /// Arrivals a second that are not exceeded.
    #[arg(long, value_name = "N", default_value = "100000", value_parser = rate)]
    to: f64,
    /// How the rate rises from step to step: x1.5 by a factor, 200 by so much.
    #[arg(long, value_name = "RISE", default_value = "x1.5", value_parser = rise)]
    step: Rise,
    /// How long each step is measured.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = some_time)]
    step_duration: Duration,
    /// How long arrivals come at each step before it is measured.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    warm_up: Duration,
    /// Longest 99th percentile of latencies at which a step holds.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = some_time)]
    max_p99: Duration,
    /// Largest share of failed calls, and of dropped arrivals, at which a step holds.
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share)]
    max_errors: f64,
    #[command(flatten)]
    options: Options,
}

fn rise(text: &str) -> Result<Rise, String> {
    let rise = match text.strip_prefix('x') {
        Some(factor) => factor.parse().ok().filter(|factor| (1.01..=100.0).contains(factor)).map(Rise::Times),
        None => rate(text).ok().map(Rise::By),
    };
    rise.ok_or_else(|| {
        format!("{text:?} is no rise: write a factor from x1.01 to x100, or arrivals a second")
    })
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    let Arguments { from, to, step, step_duration, warm_up, .. } = arguments;
    if from > to {
        return Err(Refusal::Usage(format!("--from {from} is above --to {to}")));
    }
    let steps = arguments.steps();
    let planned = (*warm_up + *step_duration) * steps;
    let measuring = Measuring { kind: Kind::Ramp, warm_up: *warm_up, duration: *step_duration, planned };
    measure::runtime()?.block_on(async {
        let session = Session::start(&arguments.options, measuring).await?;
        let limits = Limits { p99: Some(micros(arguments.max_p99)), errors: Some(arguments.max_errors) };
        // Half a step says nothing of its rate.
        let measure =
            async |rate| session.drive(Load::Rate(rate)).await.filter(|_| !session.is_interrupted());
        let phases = ramp((*from, *to), *step, &limits, measure).await;
        let held =
            phases.iter().filter(|phase| phase.saturated.is_empty()).map(|phase| phase.rate).next_back();
        let result = session.report(phases, held).await?;
        Ok(match result.highest_held {
            _ if result.interrupted => ExitCode::from(INTERRUPTED),
            Some(_) => ExitCode::SUCCESS,
            None => ExitCode::from(FAILED),
        })
    })
}

impl Arguments {
    /// How many steps there are at most.
    fn steps(&self) -> u32 {
        let rates = std::iter::successors(Some(self.from), |rate| Some(self.step.next(*rate)));
        let most = usize::try_from(MOST_STEPS).unwrap_or(usize::MAX);
        rates.take(most).take_while(|rate| *rate <= self.to).fold(0, |count, _| count + 1)
    }
}
