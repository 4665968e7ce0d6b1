//! What a real API answered, kept as a file without anybody's secrets: the measure that [`drift`](crate::drift) holds mock and contract against.

mod mask;
mod take;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

pub(crate) use mask::is_masked;
pub use mask::mask;
pub use take::record;

/// What names the format of the file.
const FORMAT: &str = "pilot-status-recording";
/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// What a real API answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recording {
    format: String,
    version: u32,
    /// The API's URL.
    pub api: String,
    /// When it answered, by its own `Date` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The calls that were made, in their order.
    pub calls: Vec<RecordedCall>,
    /// Tools that were not called, and why.
    #[serde(default)]
    pub left_out: Map<String, Value>,
}

/// A call and its answer, both masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedCall {
    /// The tool whose operation was called.
    pub tool: String,
    /// The arguments.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// The HTTP status.
    pub status: u16,
    /// The JSON of the answer.
    pub body: Value,
}

/// Why a recording cannot be read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("failed to read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is larger than any recording.
    #[error("{0} is larger than 64 MiB: no recording")]
    TooLarge(PathBuf),
    /// It is no recording.
    #[error("{path} is no recording: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Recording {
    /// A recording of `api` without calls.
    #[must_use]
    pub fn new(api: impl Into<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            api: api.into(),
            date: None,
            calls: Vec::new(),
            left_out: Map::new(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is no recording of this version.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::File { path: path.to_owned(), source };
        if fs::metadata(path).map_err(failed)?.len() > MAX_FILE {
            return Err(RecordingError::TooLarge(path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let malformed = |reason: String| RecordingError::Malformed { path: path.to_owned(), reason };
        let recording: Self = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        if recording.format != FORMAT {
            return Err(malformed(format!("its format is {:?}, not {FORMAT:?}", recording.format)));
        }
        if recording.version != VERSION {
            return Err(malformed(format!("its version is {}, and {VERSION} is known", recording.version)));
        }
        Ok(recording)
    }

    /// The file, as JSON to read and review.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
