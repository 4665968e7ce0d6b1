//! For programs. `report.schema.json` describes it.

use serde_json::{Value, json};

use super::Report;

/// The version of the form; a change that readers can trip over makes it another.
const VERSION: u32 = 2;

impl Report {
    /// Everything, as `report.schema.json` describes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let tally = self.tally();
        let stale: Vec<Value> =
            self.stale.iter().map(|(id, reason)| json!({ "id": id, "reason": reason })).collect();
        json!({
            "version": VERSION,
            "seed": self.seed,
            "cases": self.cases,
            "command": self.command,
            "interrupted": self.interrupted,
            "started": self.started,
            "passed": tally.passed,
            "failed": tally.failed,
            "knownToFail": tally.known,
            "notVerified": tally.not_verified,
            "stale": stale,
            "checks": self.outcomes,
        })
    }
}
