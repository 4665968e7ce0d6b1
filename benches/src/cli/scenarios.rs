//! `scenarios`: what the program brings.

use std::process::ExitCode;

use benches::scenario::{BUNDLED, Bundled, Scenario};
use clap::Args;
use fixtures::Contract;

use super::{Refusal, print};

/// Lists the bundled scenarios, or prints one: the beginning of one's own.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The one to print.
    name: Option<String>,
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    match &arguments.name {
        Some(name) => print(find(name)?.text),
        None => {
            let contract = Contract::load().map_err(|error| Refusal::Failed(error.to_string()))?;
            for Bundled { name, text } in BUNDLED {
                let scenario = Scenario::parse(name, text, &contract);
                let scenario = scenario.map_err(|error| Refusal::Failed(error.to_string()))?;
                print(&format!("{name:<8} {}\n", scenario.description));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn find(name: &str) -> Result<Bundled, Refusal> {
    let names = || BUNDLED.map(|bundled| bundled.name).join(", ");
    Bundled::find(name)
        .ok_or_else(|| Refusal::Usage(format!("no bundled scenario is called {name}; there are {}", names())))
}
