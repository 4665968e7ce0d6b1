//! The command line: one file per command.

mod check;
mod diff;
mod drift;
mod explain;
mod interrupt;
mod keys;
mod last;
mod list;
mod progress;
mod record;
mod target;

use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};

/// Checks the 54 tools of Pilot Status on the API over REST and on the MCP server, and holds the two against each other.
///
/// Without --api and --mcp it starts the mock (demo world, a clock that stands still) and the server in front of it, both in this process on free loopback
/// ports. `list` shows what there is to be checked, `explain CHECK` says what a check is there for.
///
/// A target that is not on loopback is treated with care: tools that change nothing are called, at most 5 times a second, with keys that --keys brings;
/// the report says what was left out.
///
/// Exit status: 0 when every check holds, 1 when one fails, 2 for a wrong command line, 3 when a target cannot be reached or is something else, 4 when only the baseline is stale,
/// 130 when it was interrupted.
#[derive(Debug, Parser)]
#[command(name = "pilot-status-conformance", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The options of `check`, which may be left out.
    #[command(flatten)]
    check: check::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    // Boxed: it is much larger than the others.
    Check(Box<check::Arguments>),
    List(list::Arguments),
    Explain(explain::Arguments),
    Diff(diff::Arguments),
    Record(Box<record::Arguments>),
    Drift(drift::Arguments),
}

impl Cli {
    /// Runs the command; `check` where none is named.
    pub(crate) fn run(&self) -> ExitCode {
        match &self.command {
            None => check::main(&self.check),
            Some(Command::Check(arguments)) => check::main(arguments),
            Some(Command::List(arguments)) => list::main(arguments),
            Some(Command::Explain(arguments)) => explain::main(arguments),
            Some(Command::Diff(arguments)) => diff::main(arguments),
            Some(Command::Record(arguments)) => record::main(arguments),
            Some(Command::Drift(arguments)) => drift::main(arguments),
        }
    }
}

fn usage(error: &str) -> ExitCode {
    complain(error);
    ExitCode::from(2)
}

fn complain(error: &str) {
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(stderr(), "pilot-status-conformance: {error}"));
}

/// A reader that has gone away, such as `head`, does not end the run: its exit status still counts.
fn print(line: &str) {
    static GONE: AtomicBool = AtomicBool::new(false);
    if !GONE.load(Ordering::Relaxed) && writeln!(anstream::stdout(), "{line}").is_err() {
        GONE.store(true, Ordering::Relaxed);
    }
}
