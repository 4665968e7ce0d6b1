//! `record`: what a real API answers, as a file.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use conformance::record::record;
use conformance::{Options, Selection, Suite, SuiteError, Target};

use super::target::Refusal;
use super::{complain, print, target, usage};

/// A target that cannot be reached, as of `check`.
const UNREACHABLE: u8 = 3;

/// Records what an API answers, for `drift`: the documented example of each tool, or what comes nearest to it there.
///
/// An API that is not on loopback is spared as by `check`: only tools that change nothing are called, unless more is allowed. What is recorded is masked:
/// letters become x and digits 0, but in words that the contract enumerates, in points in time and in names of fields; numbers stay. Look at the file before
/// you pass it on. Without --api it records the mock.
///
/// Exit status: 0 when it is written, 2 for a wrong command line, 3 when the API cannot be reached.
#[derive(Debug, Args)]
#[command(mut_arg("mcp", |it| it.hide(true)), mut_arg("mcp_command", |it| it.hide(true)))]
pub(crate) struct Arguments {
    /// The file to write; - for standard output.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only what PATTERN names, as of check.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    only: Vec<String>,
    #[command(flatten)]
    target: target::Targets,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Refusal::Usage(reason)) => usage(&reason),
        Err(Refusal::Failed(error @ SuiteError::Unreachable(_))) => {
            complain(&error.to_string());
            ExitCode::from(UNREACHABLE)
        }
        Err(Refusal::Failed(error)) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Refusal> {
    if arguments.target.only() == Some(Target::Mcp) {
        return Err(Refusal::Usage("it is the API that is recorded: give --api".to_owned()));
    }
    let selection = Selection::only(&arguments.only).map_err(SuiteError::from)?;
    let suite = Suite::new(Options { selection, ..Options::default() })?;
    let target = &arguments.target;
    let rig = if target.own() { target.start()? } else { target.attach()? };
    let recording = record(&rig, &suite)?;
    if arguments.file.as_os_str() == "-" {
        print(recording.to_json().trim_end());
    } else {
        let failed = |error| format!("failed to write {}: {error}", arguments.file.display());
        fs::write(&arguments.file, recording.to_json()).map_err(|error| Refusal::Usage(failed(error)))?;
    }
    for (tool, reason) in &recording.left_out {
        complain(&format!("left out {tool}: {}", reason.as_str().unwrap_or_default()));
    }
    complain(&format!("recorded {} calls, left out {}", recording.calls.len(), recording.left_out.len()));
    Ok(())
}
