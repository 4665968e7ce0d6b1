//! The command line: one file per command.

mod compare;
mod export;
mod interrupt;
mod measure;
mod options;
mod progress;
mod ramp;
mod run;
mod scenarios;
mod session;
mod side;
mod soak;
mod targets;

use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};

/// A threshold was passed, or no call at all succeeded.
const FAILED: u8 = 1;
/// A command line, or a scenario, that cannot be used.
const USAGE: u8 = 2;
/// A target that cannot be reached, or does not take the set-up.
const UNREACHABLE: u8 = 3;
/// As shells tell of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Puts the Pilot Status API, or an MCP server in front of it, under load: arrivals at a rate that does not wait for answers, latency from when a call was due.
///
/// Without --api, --mcp and --mcp-command it starts mock and server itself, from the build that it is of, on free loopback ports. A host that is not on loopback
/// is called only when it is named there, and needs keys of its own in the environment; no proxy is ever asked.
///
/// Exit status: 0 when all is well, 1 when a threshold (--max-p99, --max-errors) was passed, no call succeeded or `compare` found a regression, 2 for a wrong command line or scenario, 3 when a target cannot be
/// reached or refuses the set-up, 130 when it was interrupted, after the report of what there was until then.
#[derive(Debug, Parser)]
#[command(name = "pilot-status-load", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Arguments>),
    Ramp(Box<ramp::Arguments>),
    Soak(Box<soak::Arguments>),
    Compare(Box<compare::Arguments>),
    Export(export::Arguments),
    Scenarios(scenarios::Arguments),
}

/// Why there is nothing to report.
enum Refusal {
    /// The command line, or the scenario, asks for what cannot be.
    Usage(String),
    /// The target is not there.
    Unreachable(String),
    /// Something else fails.
    Failed(String),
    /// It was ended before there was anything.
    Interrupted,
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        let done = match &self.command {
            Command::Run(arguments) => run::main(arguments),
            Command::Ramp(arguments) => ramp::main(arguments),
            Command::Soak(arguments) => soak::main(arguments),
            Command::Compare(arguments) => compare::main(arguments),
            Command::Export(arguments) => export::main(arguments),
            Command::Scenarios(arguments) => scenarios::main(arguments),
        };
        let (code, error) = match done {
            Ok(code) => return code,
            Err(Refusal::Usage(error)) => (USAGE, error),
            Err(Refusal::Unreachable(error)) => (UNREACHABLE, error),
            Err(Refusal::Failed(error)) => (FAILED, error),
            Err(Refusal::Interrupted) => (INTERRUPTED, "nothing was measured".to_owned()),
        };
        complain(&error);
        ExitCode::from(code)
    }
}

fn complain(error: &str) {
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(stderr(), "pilot-status-load: {error}"));
}

/// A reader that has gone away, such as `head`, does not end the run: its exit status still counts.
fn print(text: &str) {
    static GONE: AtomicBool = AtomicBool::new(false);
    if !GONE.load(Ordering::Relaxed) && write!(anstream::stdout(), "{text}").is_err() {
        GONE.store(true, Ordering::Relaxed);
    }
}
