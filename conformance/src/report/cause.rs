//! Failures that have one cause, for whoever reads them one after the other.

use indexmap::IndexMap;
use serde_json::Value;

use super::Report;
use crate::finding::{Failure, Outcome};

/// Failures with one cause that are named behind the first.
const NAMED: usize = 20;

/// Failures of one rule that say the same.
#[derive(Debug)]
pub(super) struct Cause<'a> {
    pub(super) first: (&'a Outcome, &'a Failure),
    /// The checks that failed like the first.
    pub(super) others: Vec<&'a Outcome>,
}

impl Cause<'_> {
    /// The others, as far as they are named, each in a line.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.others.iter().take(NAMED).map(|outcome| outcome.id.to_string()).collect();
        if self.others.len() > NAMED {
            lines.push(format!("and {} more", self.others.len() - NAMED));
        }
        lines
    }
}

/// The failures that are not known, by their causes, in the order of the first of each.
pub(super) fn causes(report: &Report) -> Vec<Cause<'_>> {
    let mut causes: IndexMap<_, Cause<'_>> = IndexMap::new();
    for (outcome, failure) in report.failures() {
        let key =
            (outcome.family, &outcome.id.rule, outcome.id.target, &failure.message, code(&failure.actual));
        match causes.get_mut(&key) {
            Some(cause) => cause.others.push(outcome),
            None => drop(causes.insert(key, Cause { first: (outcome, failure), others: Vec::new() })),
        }
    }
    causes.into_values().collect()
}

/// The code of an error, in an answer or in what tells of one.
fn code(actual: &Value) -> Option<&str> {
    ["/code", "/body/code"].into_iter().find_map(|place| actual.pointer(place)?.as_str())
}

#[cfg(test)]
mod tests {
    use fixtures::Evidence;
    use serde_json::json;

    use super::*;
    use crate::family::{Family, Level};
    use crate::finding::{CheckId, Finding, Verdict};
    use crate::targets::Target;

    fn failed(subject: &str, rule: &str, message: &str, code: &str) -> Outcome {
        let Finding { message, expected, actual, .. } =
            *Finding::new(message).with(200, json!({ "body": { "code": code, "subject": subject } }));
        let (arguments, before, curl, mcp, mcp_curl) = (None, Vec::new(), None, None, None);
        let failure = Failure { message, expected, actual, arguments, before, curl, mcp, mcp_curl };
        Outcome {
            id: CheckId { subject: subject.into(), rule: rule.into(), target: Target::Rest },
            family: Family::Schema,
            area: None,
            level: Level::Must,
            evidence: Evidence::Documented,
            facts: &[],
            took: std::time::Duration::ZERO,
            verdict: Verdict::Failed(Box::new(failure)),
            known: None,
        }
    }

    fn report(outcomes: Vec<Outcome>) -> Report {
        Report::new(0, 1, outcomes)
    }

    #[test]
    fn one_rule_and_one_code_are_one_cause() {
        let report = report(vec![
            failed("a", "example", "refused", "X"),
            failed("b", "example", "refused", "X"),
            failed("c", "example", "refused", "Y"),
            failed("d", "example", "accepted", "X"),
            failed("e", "wrong-key", "refused", "X"),
            failed("f", "example", "refused", "X"),
        ]);
        let told: Vec<_> = causes(&report)
            .iter()
            .map(|cause| {
                let others = cause.others.iter().map(|other| other.id.subject.as_str());
                std::iter::once(cause.first.0.id.subject.as_str()).chain(others).collect::<String>()
            })
            .collect();
        assert_eq!(told, ["abf", "c", "d", "e"]);
    }

    /// The first in full, the others by name, and not all of very many.
    #[test]
    fn a_cause_is_told_once() {
        let many = (0..100).map(|n| failed(&format!("tool{n}"), "example", "refused", "X")).collect();
        let report = report(many);
        let markdown = report.render(crate::Format::Markdown).unwrap();
        for (name, text, says) in
            [("terminal", report.to_string(), "what      refused"), ("markdown", markdown, "<details>")]
        {
            assert_eq!(text.matches(says).count(), 1, "{name}: {text}");
            assert!(
                text.contains("tool1/example/rest") && !text.contains("tool99/example"),
                "{name}: {text}"
            );
            assert!(text.contains("and 79 more"), "{name}: {text}");
        }
    }
}
