//! What came of a run, as it is written to a file and read again. `result.schema.json` describes the file.

mod histogram;
mod machine;
mod phase;
mod process;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use histogram::{Hdr, Percentiles};
pub use machine::Machine;
pub(crate) use machine::{kib, proc_field};
pub use phase::{ArrivalCounts, Measured, Phase, Slice, SliceMeasured};
pub use process::{Growth, ProcessSamples, Sample};

use crate::engine::Arrivals;
use crate::scenario::Transport;
use crate::targets::Revision;

/// The version of the form; a change that readers can trip over makes it another.
pub const VERSION: u32 = 1;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// [`VERSION`].
    pub version: u32,
    /// What was done.
    pub kind: Kind,
    /// When it began.
    pub started: Timestamp,
    /// Whether it was ended before its time.
    pub interrupted: bool,
    /// The program that made it.
    pub program: Program,
    /// Where it ran.
    pub machine: Machine,
    /// Which scenario.
    pub scenario: ScenarioId,
    /// How.
    pub options: Options,
    /// What was called.
    pub targets: Vec<TargetInfo>,
    /// One stretch at one rate; a ramp has one for each step, in their order.
    pub phases: Vec<Phase>,
    /// Arrivals a second of the last step of a ramp that held; absent for others, and when none held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_held: Option<f64>,
    /// The processes that it started itself, as they were while it ran.
    pub processes: Vec<ProcessSamples>,
}

/// The commands that make a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One rate for some time.
    Run,
    /// Rising rates.
    Ramp,
    /// One rate for a long time.
    Soak,
}

/// The program itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// `pilot-status-load`.
    pub name: String,
    /// Its version, which is that of mock and server where it started them itself.
    pub version: String,
    /// `release`, or `debug`: a debug build measures little but itself.
    pub build: String,
}

/// Which scenario it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioId {
    /// The path of its file, or its name.
    pub name: String,
    /// SHA-256 of its text, in lower-case hex.
    pub digest: String,
}

/// The options that decide what is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// How calls were made.
    pub transport: Transport,
    /// The revision of MCP, where that was spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// How arrivals were spread over time.
    pub arrivals: Arrivals,
    /// The seed of everything that is random.
    pub seed: u64,
    /// Seconds at the beginning of each phase that are not measured.
    pub warm_up_seconds: f64,
    /// Seconds of each phase that are measured.
    pub duration_seconds: f64,
    /// Most arrivals under way at once.
    pub max_in_flight: usize,
    /// Longest wait for an answer, in seconds.
    pub timeout_seconds: f64,
    /// Processes for each caller, over stdio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdio_processes: Option<usize>,
}

impl Options {
    /// How calls were made, in words: `rest`, or `mcp 2026-07-28`.
    #[must_use]
    pub fn way(&self) -> String {
        let transport = self.transport.name();
        self.revision
            .map_or_else(|| transport.to_owned(), |revision| format!("{transport} {}", revision.name()))
    }
}

/// A target. No key is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetInfo {
    /// `api` or `mcp`.
    pub role: String,
    /// URL, or the command line that was started.
    pub address: String,
    /// Whether it is the project's own and was started for the run.
    pub own: bool,
}

/// Why a file is no result.
#[derive(Debug, Error)]
pub enum ResultError {
    /// It is not of this form.
    #[error("no result of pilot-status-load: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of another version of it.
    #[error("a result of version {0}; this program reads version {VERSION}")]
    Version(u64),
}

impl RunResult {
    /// Reads what `--report json=FILE` wrote.
    ///
    /// # Errors
    /// [`ResultError`].
    pub fn parse(text: &str) -> Result<Self, ResultError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => Err(ResultError::Version(version)),
            _ => Ok(serde_json::from_value(value)?),
        }
    }
}
