//! The processes that a run started itself, over time.

use serde::{Deserialize, Serialize};

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
    /// How it grew, by least squares over the samples after the warm-up; only of a soak, and of a minute or more.
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
