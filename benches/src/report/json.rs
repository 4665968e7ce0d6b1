//! For programs. `result.schema.json` and `comparison.schema.json` describe it.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::ReportError;

pub(super) fn render(result: &impl Serialize) -> Result<String, ReportError> {
    Ok(serde_json::to_string_pretty(result)? + "\n")
}

/// Writes a result to a file, in place of what was there.
///
/// # Errors
/// [`ReportError`].
pub fn write(result: &impl Serialize, path: &Path) -> Result<(), ReportError> {
    let text = render(result)?;
    fs::write(path, text).map_err(|error| ReportError::File(path.display().to_string(), error))
}
