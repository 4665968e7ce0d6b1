//! What came of a run: for people on the terminal, for programs as JSON.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::finding::{Failure, Outcome, Verdict};
use crate::targets::Target;

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed of the generated arguments.
    pub seed: u64,
    /// Generated arguments per property.
    pub cases: u32,
    /// Every check, tool by tool.
    pub outcomes: Vec<Outcome>,
    /// Whether the run was ended before all was checked.
    pub interrupted: bool,
}

/// One line of the summary: a subject on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The subject.
    pub subject: String,
    /// The target.
    #[serde(serialize_with = "name")]
    pub target: Target,
    /// Checks that hold.
    pub passed: usize,
    /// Checks that do not.
    pub failed: usize,
    /// Checks that could not be made.
    pub not_verified: usize,
}

fn name<S: serde::Serializer>(target: &Target, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(target.name())
}

impl Row {
    /// The lines of a subject's checks, one per target.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::new();
        for outcome in outcomes {
            let same = |row: &&mut Self| row.subject == outcome.id.subject && row.target == outcome.id.target;
            match rows.iter_mut().find(same) {
                Some(row) => row.count(&outcome.verdict),
                None => {
                    let mut row = Self {
                        subject: outcome.id.subject.clone(),
                        target: outcome.id.target,
                        passed: 0,
                        failed: 0,
                        not_verified: 0,
                    };
                    row.count(&outcome.verdict);
                    rows.push(row);
                }
            }
        }
        rows.sort_by_key(|row| row.target);
        rows
    }

    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::NotVerified { .. } => self.not_verified += 1,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verdict, checks) = (if self.failed == 0 { "ok  " } else { "FAIL" }, self.passed + self.failed);
        write!(f, "{verdict}  {:<32} {:<4} {checks:>3} checks", self.subject, self.target)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.not_verified > 0 {
            write!(f, ", {} not verified", self.not_verified)?;
        }
        Ok(())
    }
}

impl Report {
    pub(crate) fn new(seed: u64, cases: u32, outcomes: Vec<Outcome>) -> Self {
        Self { seed, cases, outcomes, interrupted: false }
    }

    /// Whether no check failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&Outcome, &Failure)> {
        self.outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Failed(failure) => Some((outcome, failure.as_ref())),
            _ => None,
        })
    }

    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.outcomes.iter().filter(|outcome| wanted(&outcome.verdict)).count()
        };
        json!({
            "version": 1,
            "seed": self.seed,
            "cases": self.cases,
            "passed": count(|verdict| *verdict == Verdict::Passed),
            "failed": count(|verdict| matches!(verdict, Verdict::Failed(_))),
            "notVerified": count(|verdict| matches!(verdict, Verdict::NotVerified { .. })),
            "checks": self.outcomes,
        })
    }

    /// One failure in full, with what it takes to see it again.
    #[must_use]
    pub fn describe(&self, outcome: &Outcome, failure: &Failure) -> String {
        let mut lines = vec![format!("FAIL {}", outcome.id)];
        let mut line = |name: &str, text: String| lines.push(format!("  {name:<9} {text}"));
        line("what", failure.message.clone());
        line("evidence", format!("{} ({})", outcome.evidence.name(), outcome.level));
        if let Some(arguments) = &failure.arguments {
            line("input", json!(arguments).to_string());
        }
        for (name, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
            if !value.is_null() {
                line(name, value.to_string());
            }
        }
        for before in &failure.before {
            line("before", before.clone());
        }
        if let Some(curl) = &failure.curl {
            line("curl", curl.clone());
        }
        if let Some(mcp) = &failure.mcp {
            line("mcp", mcp.to_string());
        }
        let again = format!("--only {} --seed {} --cases {}", outcome.id, self.seed, self.cases);
        line("again", format!("pilot-status-conformance {again}"));
        lines.join("\n")
    }

    /// The last line.
    #[must_use]
    pub fn summary(&self) -> String {
        let rows = Row::of(&self.outcomes);
        let count = |number: fn(&Row) -> usize| rows.iter().map(number).sum::<usize>();
        let (passed, failed, skipped) =
            (count(|row| row.passed), count(|row| row.failed), count(|row| row.not_verified));
        let subjects: BTreeSet<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
        let mut line = format!("{} subjects, {} checks: ", subjects.len(), passed + failed);
        line += &if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
        if skipped > 0 {
            line += &format!(", {skipped} not verified");
        }
        format!("{line} (seed {}, {} cases a property)", self.seed, self.cases)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (outcome, failure) in self.failures() {
            writeln!(f, "{}\n", self.describe(outcome, failure))?;
        }
        f.write_str(&self.summary())
    }
}
