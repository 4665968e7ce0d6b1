//! The machine that a result is of: figures of two machines are not to be compared.

use std::fs::read_to_string;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture, such as `x86_64`.
    pub arch: String,
    /// Cores that the program may use.
    pub cores: usize,
    /// What the processor calls itself, where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// Memory in bytes, where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// This one. Processor and memory are told on Linux.
    #[must_use]
    pub fn this() -> Self {
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cores: available_parallelism().map_or(1, usize::from),
            processor: proc_field("/proc/cpuinfo", "model name"),
            memory_bytes: proc_field("/proc/meminfo", "MemTotal").and_then(|size| kib(&size)),
        }
    }
}

/// The first value of a name in a file of `name: value` lines.
pub(crate) fn proc_field(file: &str, name: &str) -> Option<String> {
    let text = read_to_string(file).ok()?;
    let value = |line: &str| {
        line.split_once(':').filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
    };
    text.lines().find_map(value)
}

/// The bytes of a size such as `1024 kB`.
pub(crate) fn kib(size: &str) -> Option<u64> {
    size.strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
