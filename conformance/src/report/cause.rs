//! Failures that probably have one cause: a wrong target fails many checks alike, and nobody reads the same thing a hundred times.

use indexmap::IndexMap;
use serde_json::Value;

use super::Report;
use crate::finding::{Failure, Outcome};
use crate::targets::Target;

/// Checks that are named beside the first of a cause.
const NAMED: usize = 8;

/// Failures of one rule on one side, of which the same is wrong.
#[derive(Debug)]
pub(super) struct Cause<'a> {
    /// The one that is told in full.
    pub(super) outcome: &'a Outcome,
    pub(super) failure: &'a Failure,
    /// The checks that failed alike.
    others: Vec<String>,
}

impl Cause<'_> {
    /// The other checks, if any: the first few by their names.
    pub(super) fn others(&self) -> Option<String> {
        let named: Vec<&str> = self.others.iter().take(NAMED).map(String::as_str).collect();
        match self.others.len().saturating_sub(NAMED) {
            0 => Some(named.join(", ")).filter(|text| !text.is_empty()),
            more => Some(format!("{} and {more} more", named.join(", "))),
        }
    }
}

/// What sets causes apart: the rule, the side, what is wrong, and with what it was refused.
type Key<'a> = (&'a str, Target, &'a str, Option<&'a Value>, Option<&'a Value>);

/// The failures by cause, in the order of the first of each.
pub(super) fn causes(report: &Report) -> Vec<Cause<'_>> {
    let mut causes: IndexMap<Key<'_>, Cause<'_>> = IndexMap::new();
    for (outcome, failure) in report.failures() {
        let rule = outcome.family.rule(&outcome.id.rule).map_or(outcome.id.rule.as_str(), |rule| rule.name);
        let (status, code) = (failure.actual.pointer("/status"), failure.actual.pointer("/code"));
        let key = (rule, outcome.id.target, failure.message.as_str(), status, code);
        match causes.get_mut(&key) {
            Some(cause) => cause.others.push(outcome.id.to_string()),
            None => drop(causes.insert(key, Cause { outcome, failure, others: Vec::new() })),
        }
    }
    causes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use fixtures::Evidence;
    use serde_json::json;

    use super::*;
    use crate::family::{Family, Level};
    use crate::finding::{CheckId, Verdict};

    fn failed(subject: &str, rule: &str, code: &str) -> Outcome {
        let failure =
            Failure { message: "refused".to_owned(), actual: json!({ "code": code }), ..Failure::default() };
        Outcome {
            id: CheckId { subject: subject.to_owned(), rule: rule.to_owned(), target: Target::Mcp },
            family: Family::Credentials,
            area: None,
            level: Level::Must,
            evidence: Evidence::Inferred,
            facts: &[],
            took: std::time::Duration::ZERO,
            verdict: Verdict::Failed(Box::new(failure)),
            known: None,
        }
    }

    #[test]
    fn alike_is_what_one_rule_finds_in_one_way() {
        let mut outcomes: Vec<Outcome> =
            (0..12).map(|i| failed(&format!("tool_{i}"), "wrong-key", "A")).collect();
        outcomes.push(failed("tool_0", "wrong-key", "B"));
        outcomes.push(failed("tool_0", "missing-key", "A"));
        let report = Report::new(0, 1, outcomes);
        let told: Vec<(String, Option<String>)> =
            causes(&report).iter().map(|cause| (cause.outcome.id.to_string(), cause.others())).collect();
        let named: Vec<String> = (1..9).map(|i| format!("tool_{i}/wrong-key/mcp")).collect();
        let others = format!("{} and 3 more", named.join(", "));
        assert_eq!(
            told,
            [
                ("tool_0/wrong-key/mcp".to_owned(), Some(others)),
                ("tool_0/wrong-key/mcp".to_owned(), None),
                ("tool_0/missing-key/mcp".to_owned(), None),
            ]
        );
    }
}
