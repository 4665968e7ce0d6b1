//! For programs. `result.schema.json` describes it.

use super::ReportError;
use crate::result::RunResult;

pub(super) fn render(result: &RunResult) -> Result<String, ReportError> {
    Ok(serde_json::to_string_pretty(result)? + "\n")
}
