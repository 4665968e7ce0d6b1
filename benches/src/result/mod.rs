//! What came of a run, as it is written to a file and read again. `result.schema.json` describes the file.

mod histogram;
mod machine;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use histogram::{Hdr, Percentiles};
pub use machine::Machine;
pub(crate) use machine::{kib, proc_field};

use crate::engine::Arrivals;
use crate::scenario::Transport;

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

/// A stretch at one rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// Arrivals a second that were offered.
    pub rate: f64,
    /// Seconds from the beginning of the run to where measuring began.
    pub start_seconds: f64,
    /// Seconds that were measured: fewer than asked for when it was interrupted.
    pub seconds: f64,
    /// What became of the arrivals.
    pub arrivals: ArrivalCounts,
    /// All calls.
    pub total: Measured,
    /// The calls of each tool.
    pub tools: IndexMap<String, Measured>,
    /// The same over time.
    pub slices: Vec<Slice>,
    /// Why a step of a ramp did not hold; empty when it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saturated: Vec<String>,
}

/// What became of the arrivals that were due while it was measured. An arrival is one flow of the scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArrivalCounts {
    /// All that were due.
    pub due: u64,
    /// Those for which there was no room, so that no call was made. They are in no other figure.
    pub dropped: u64,
    /// Those that this program itself began 10 ms or more after they were due. Their latency counts from when they were due, so that it is too long rather than too short.
    pub late: u64,
    /// Flows that ended a second while it was measured, whenever they began: what the target kept up with.
    pub ended_per_second: f64,
}

/// Calls that were due in a time. Latency counts from when a call was due to be made, service time from when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Calls that came to an end, those that failed included.
    pub count: u64,
    /// Those that failed, by code: that of the refusal, or `HTTP_503`, `JSONRPC_-32602`, `TIMEOUT`, `CONNECTION`, …
    pub errors: BTreeMap<String, u64>,
    /// Calls a second that ended as wanted in this time, whenever they were due.
    pub throughput: f64,
    /// In microseconds.
    pub latency_micros: Percentiles,
    /// In microseconds.
    pub service_micros: Percentiles,
    /// All latencies, in microseconds.
    pub latency_histogram: Hdr,
    /// All service times, in microseconds.
    pub service_histogram: Hdr,
}

/// The calls that were due in a piece of the time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slice {
    /// Seconds from where measuring began to where this one begins.
    pub start_seconds: f64,
    /// Its length in seconds; the last one may be shorter.
    pub seconds: f64,
    /// Arrivals that were dropped.
    pub dropped: u64,
    /// The calls of each tool that was called.
    pub tools: IndexMap<String, SliceMeasured>,
}

/// The calls of a tool in a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SliceMeasured {
    /// Calls that came to an end, those that failed included.
    pub count: u64,
    /// Those that failed, by code.
    pub errors: BTreeMap<String, u64>,
    /// Calls a second that ended as wanted in this time, whenever they were due.
    pub throughput: f64,
    /// In microseconds.
    pub latency_micros: Percentiles,
    /// All latencies, in microseconds, of two significant figures.
    pub latency_histogram: Hdr,
}

/// A process over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessSamples {
    /// `mock`, `server`, or `stdio 1`.
    pub name: String,
    /// Its id while it ran.
    pub pid: u32,
    /// In the order of time.
    pub samples: Vec<Sample>,
    /// How it grew, by least squares over the samples after the warm-up; only of a soak, and of three samples or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
}

/// A process at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Seconds from the beginning of the run.
    pub at_seconds: f64,
    /// Resident memory.
    pub resident_bytes: u64,
    /// Open descriptors.
    pub descriptors: u64,
}

/// Growth by the hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// Of resident memory.
    pub resident_bytes_per_hour: f64,
    /// Of open descriptors.
    pub descriptors_per_hour: f64,
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

impl Measured {
    /// Calls that failed, whatever the code.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// The share of calls that failed, from 0 to 1; 0 where there was no call.
    #[must_use]
    pub fn error_share(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.failed() as f64 / self.count as f64 }
    }
}
