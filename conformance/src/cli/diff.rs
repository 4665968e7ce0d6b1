//! `diff`: what a change means to those who use what changed.

use std::process::ExitCode;

use clap::Args;
use conformance::diff::{Comparison, Document, InputError, Markdown, Table, compare, json};

use super::{print, usage};

/// Compares two lists of tools or two contracts, and says of each change whether it breaks those who use them.
///
/// Each change is breaking (what worked may stop working), unknown (a person has to decide), a warning (it works on, and may be understood otherwise) or
/// additive (all goes on working). Exit status: 0 when nothing breaks, 1 when something does, 2 for what cannot be compared.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What it was: a file in JSON or YAML with the result of tools/list or an OpenAPI 3.1 document, a directory with a contract in pieces, - for standard
    /// input, or what this program has: `tools` or `contract`.
    #[arg(value_name = "OLD")]
    old: String,
    /// What it is, given likewise.
    #[arg(value_name = "NEW")]
    new: String,
    /// Writes JSON instead of a table.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Writes Markdown instead of a table, as for the summary of a CI job.
    #[arg(long)]
    markdown: bool,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    if arguments.old == "-" && arguments.new == "-" {
        return usage("standard input cannot be both OLD and NEW");
    }
    match differences(arguments) {
        Ok(comparison) => {
            print(&shown(arguments, &comparison));
            if comparison.breaks() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => usage(&error.to_string()),
    }
}

fn differences(arguments: &Arguments) -> Result<Comparison, InputError> {
    compare(&Document::read(&arguments.old)?, &Document::read(&arguments.new)?)
}

fn shown(arguments: &Arguments, comparison: &Comparison) -> String {
    if arguments.json {
        format!("{:#}", json(comparison))
    } else if arguments.markdown {
        Markdown(comparison).to_string()
    } else {
        Table(comparison).to_string()
    }
}
