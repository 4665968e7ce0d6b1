//! `drift`: where contract and mock differ from what a real API answered.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use conformance::drift::{Table, drift};
use conformance::record::Recording;

use super::{complain, print, usage};

/// Says where the contract and the mock differ from a recording of a real API, as `record` writes it.
///
/// Exit status: 0 when neither does, 1 when one does, 2 for what is no recording. What only the mock answers is told, and fails nothing: a recording has
/// seen few answers.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The recording.
    #[arg(value_name = "RECORDING")]
    recording: PathBuf,
    /// Writes JSON instead of a table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let recording = match Recording::read(&arguments.recording) {
        Ok(recording) => recording,
        Err(error) => return usage(&error.to_string()),
    };
    match drift(&recording) {
        Ok(drift) => {
            let shown = if arguments.json {
                serde_json::to_string_pretty(&drift).unwrap_or_default()
            } else {
                Table(&drift).to_string()
            };
            print(&shown);
            if drift.found() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
