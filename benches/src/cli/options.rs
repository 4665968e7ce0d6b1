//! What all that measures is told.

use std::path::PathBuf;
use std::time::Duration;

use benches::engine::Arrivals;
use benches::report::Format;
use benches::units::some_time;
use clap::{Args, ValueEnum};

use super::targets::Targets;

/// Options of every run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What is called: reads, mixed, sends, refused, or a file. `scenarios` shows them; the README of benches describes the format.
    #[arg(long, value_name = "NAME|FILE", default_value = "reads")]
    pub(crate) scenario: String,
    /// How arrivals are spread over time.
    #[arg(long, value_name = "HOW", default_value = "constant")]
    pub(crate) arrivals: Arrivals,
    /// Most arrivals under way at once. Those beyond it are dropped, counted and told, and never begin later.
    #[arg(long, value_name = "N", default_value = "500", value_parser = in_flight)]
    pub(crate) max_in_flight: usize,
    /// Longest wait for an answer.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = some_time)]
    pub(crate) timeout: Duration,
    /// Seed of everything that is random: which calls, with which arguments, and arrivals that are spread at random.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(crate) seed: u64,
    /// Writes reports: json=FILE for programs, html=FILE for people, one page with plots. Repeat it, or separate by commas, for more.
    #[arg(long, value_name = "FORMAT=FILE", value_delimiter = ',', value_parser = report)]
    pub(crate) report: Vec<(Format, PathBuf)>,
    /// Say nothing of how it is getting on.
    #[arg(long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) targets: Targets,
}

fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let formats = || {
        let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|name| format!("{}=FILE", name.get_name())).collect::<Vec<_>>().join(" or ")
    };
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or_else(|| format!("give {}", formats()))?;
    let format = Format::from_str(name, false)
        .map_err(|_| format!("no format is called {name:?}: give {}", formats()))?;
    Ok((format, path.into()))
}

/// Connections of a closed loop.
pub(crate) fn connections(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| "give a number from 1 to 10000".to_owned())
}

fn in_flight(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=100_000).contains(number));
    number.ok_or_else(|| "give a number from 1 to 100000".to_owned())
}
