//! `export`: the same scenario for the tools of others.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use benches::export::locustfile;
use benches::scenario::{Source, Transport};
use clap::{Args, Subcommand};
use fixtures::Contract;

use super::{Refusal, print};

/// Writes a scenario for another tool, which spreads it over more machines than one.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    tool: Tool,
}

#[derive(Debug, Subcommand)]
enum Tool {
    Locust(Locust),
}

/// A locustfile, for Locust's master and workers: its head says how to run it.
///
/// It holds no key but those of the demo world, which it sends nowhere but to loopback: keys come from the variables that the scenario names.
#[derive(Debug, Args)]
struct Locust {
    /// What is called: reads, mixed, sends, refused, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "reads")]
    scenario: String,
    /// How calls are made, rest or mcp [default: what the scenario says].
    #[arg(long, value_name = "HOW")]
    transport: Option<Transport>,
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    let Tool::Locust(Locust { scenario, transport, out }) = &arguments.tool;
    let contract = Contract::load().map_err(|error| Refusal::Failed(error.to_string()))?;
    let source = Source::load(scenario, &contract).map_err(|error| Refusal::Usage(error.to_string()))?;
    let transport = transport.unwrap_or(source.scenario.transport);
    if transport == Transport::Stdio {
        return Err(Refusal::Usage("Locust speaks HTTP: give --transport rest or mcp".to_owned()));
    }
    let file =
        locustfile(&source, &contract, transport).map_err(|error| Refusal::Failed(error.to_string()))?;
    match out {
        None => print(&file),
        Some(path) => fs::write(path, file)
            .map_err(|error| Refusal::Usage(format!("failed to write {}: {error}", path.display())))?,
    }
    Ok(ExitCode::SUCCESS)
}
