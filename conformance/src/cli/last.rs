//! What failed in an earlier run.

use std::fs;
use std::path::Path;

use clap::Parser;
use conformance::Report;
use serde::Deserialize;

use super::Cli;
use super::target::Targets;

/// Where the last run of a directory is kept.
pub(crate) const FILE: &str = ".pilot-status-conformance/last.json";

/// What is needed of a report to repeat what failed in it.
#[derive(Debug)]
pub(crate) struct Last {
    pub(crate) seed: u64,
    pub(crate) cases: u32,
    /// The ids of the checks that failed, and were not known to.
    pub(crate) failed: Vec<String>,
    /// What they failed on: the command line without what was selected.
    command: String,
}

impl Last {
    /// The targets that they failed on, for a command line that names none.
    pub(crate) fn targets(&self, given: &Targets) -> Result<Targets, String> {
        let words = shlex::split(&self.command).unwrap_or_default();
        let read = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
        given.as_in(read.check.target).ok_or_else(|| {
            let targets = self.command.split_once(' ').unwrap_or_default().1;
            format!("what failed was checked on targets that are only taken from your own command line: give them again beside --since-failure: {targets}")
        })
    }
}

#[derive(Deserialize)]
struct File {
    version: u32,
    seed: u64,
    cases: u32,
    command: String,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    id: String,
    verdict: String,
    known: Option<String>,
}

/// Reads a JSON report.
pub(crate) fn read(path: &Path) -> Result<Last, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        format!("no earlier run: failed to read {name}: {error}; run without --since-failure first")
    })?;
    let file: File =
        serde_json::from_str(&text).map_err(|error| format!("{name} is no JSON report: {error}"))?;
    if file.version != 2 {
        return Err(format!("{name} is a report of version {}, and only 2 is read", file.version));
    }
    let File { seed, cases, command, checks, .. } = file;
    let failed = checks.into_iter().filter(|check| check.verdict == "failed" && check.known.is_none());
    Ok(Last { seed, cases, failed: failed.map(|check| check.id).collect(), command })
}

/// Keeps what failed for the next run in this directory. Who cannot write here has to name a report.
pub(crate) fn keep(report: &Report) {
    let path = Path::new(FILE);
    let Some(directory) = path.parent() else { return };
    let outcomes = report.all_failures().map(|(outcome, _)| outcome.clone()).collect();
    let failed = Report { outcomes, ..report.clone() };
    let written = fs::create_dir_all(directory)
        // Nobody means to commit it.
        .and_then(|()| fs::write(directory.join(".gitignore"), "*\n"))
        .and_then(|()| fs::write(path, failed.to_json().to_string()));
    drop(written);
}
