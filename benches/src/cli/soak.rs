//! `soak`: one rate for a long time.

use std::process::ExitCode;
use std::time::Duration;

use benches::engine::Load;
use benches::result::Kind;
use benches::units::{duration, rate, some_time};
use clap::Args;

use super::measure::{Measuring, Thresholds};
use super::options::Options;
use super::{Refusal, measure};

/// Arrivals at one rate for a long time, with the growth of memory.
///
/// Looks at memory and descriptors of the processes that it started, and tells how they grow by the hour, from a minute on.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Arrivals a second. An arrival is one flow of the scenario, which is one call unless the scenario says otherwise.
    #[arg(long, value_name = "N", default_value = "50", value_parser = rate)]
    rate: f64,
    /// How long it is measured, such as 30m or 8h.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = some_time)]
    duration: Duration,
    /// How long arrivals come before it is measured. Growth is told of the time after it.
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = duration)]
    warm_up: Duration,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    options: Options,
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    let Arguments { rate, duration, warm_up, thresholds, options } = arguments;
    let measuring =
        Measuring { kind: Kind::Soak, warm_up: *warm_up, duration: *duration, planned: *warm_up + *duration };
    measure::under_one_load(options, measuring, Load::Rate(*rate), thresholds)
}
