//! A stretch of a run at one rate, all in all and over time.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Hdr, Percentiles};

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
    /// Connections of a closed loop; the rate is then that of the calls that they made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<usize>,
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
    /// Arrivals that were due. This, `late` and `ended` are 0 in results of before they were noted.
    #[serde(default)]
    pub due: u64,
    /// Arrivals that were dropped.
    pub dropped: u64,
    /// Arrivals that this program itself began late.
    #[serde(default)]
    pub late: u64,
    /// Flows that ended, whenever they began.
    #[serde(default)]
    pub ended: u64,
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
