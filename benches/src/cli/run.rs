//! `run`: one rate for some time.

use std::process::ExitCode;
use std::time::Duration;

use benches::engine::Load;
use benches::result::Kind;
use benches::units::{duration, rate, some_time};
use clap::Args;

use super::measure::{Measuring, Thresholds};
use super::options::{Options, connections};
use super::{Refusal, measure};

/// Arrivals at one rate for some time, or a closed loop.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Arrivals a second. An arrival is one flow of the scenario, which is one call unless the scenario says otherwise.
    #[arg(long, value_name = "N", default_value = "100", value_parser = rate)]
    rate: f64,
    /// A closed loop instead of a rate: so many connections, each of which makes its next call when the last is answered. Tells what the target can do at most; what would have waited for it is
    /// in no latency.
    #[arg(long, value_name = "N", conflicts_with_all = ["rate", "arrivals", "max_in_flight"], value_parser = connections)]
    connections: Option<usize>,
    /// How long it is measured, such as 30s or 5m.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = some_time)]
    duration: Duration,
    /// How long arrivals come before it is measured.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    warm_up: Duration,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    options: Options,
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    let Arguments { rate, connections, duration, warm_up, thresholds, options } = arguments;
    let measuring =
        Measuring { kind: Kind::Run, warm_up: *warm_up, duration: *duration, planned: *warm_up + *duration };
    let load = connections.map_or(Load::Rate(*rate), Load::Connections);
    measure::under_one_load(options, measuring, load, thresholds)
}
