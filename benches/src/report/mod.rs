//! What came of a run, for people and for programs.

mod comparison;
mod figures;
mod html;
mod json;
mod style;
mod terminal;

use std::fs;
use std::io;
use std::path::Path;

use thiserror::Error;

pub use comparison::Verdicts;
pub use html::{Axis, Line, MOST_POINTS, Mark, Plot, Unit, plots};
pub use json::write as write_json;
pub use terminal::Terminal;

use crate::result::RunResult;

/// A form of the report that is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For programs: `result.schema.json`.
    Json,
    /// For people: one page with plots, which asks for nothing else.
    Html,
}

/// Why a report was not written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It cannot be said in that form.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It cannot be said as a page.
    #[error("the report cannot be written as HTML: {0}")]
    Html(#[from] askama::Error),
    /// The file cannot be written.
    #[error("failed to write {0}: {1}")]
    File(String, #[source] io::Error),
}

impl Format {
    /// The report in this form.
    ///
    /// # Errors
    /// [`ReportError::Json`], [`ReportError::Html`].
    pub fn render(self, result: &RunResult) -> Result<String, ReportError> {
        match self {
            Self::Json => json::render(result),
            Self::Html => Ok(html::render(result)?),
        }
    }

    /// Writes the report to a file, in place of what was there.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn write(self, result: &RunResult, path: &Path) -> Result<(), ReportError> {
        let text = self.render(result)?;
        fs::write(path, text).map_err(|error| ReportError::File(path.display().to_string(), error))
    }
}
