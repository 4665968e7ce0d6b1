//! For CI systems that show tests: JUnit XML, as Jenkins and GitLab read it. A suite is a subject, a case a check.

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Report as Xml, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use super::{Report, diff};
use crate::finding::{Failure, Outcome, Verdict};

/// Lines of a comparison that are shown.
const MOST: usize = 200;

pub(super) fn render(report: &Report) -> Result<String, SerializeError> {
    let mut suites: IndexMap<&str, TestSuite> = IndexMap::new();
    for outcome in &report.outcomes {
        let name = outcome.id.subject.as_str();
        let suite = suites.entry(name).or_insert_with(|| TestSuite::new(name));
        suite.set_time(suite.time.unwrap_or_default() + outcome.took);
        suite.add_test_case(case(report, outcome));
    }
    let mut xml = Xml::new("pilot-status-conformance");
    xml.add_test_suites(suites.into_values());
    if !report.stale.is_empty() {
        let mut baseline = TestSuite::new("baseline");
        baseline.add_test_cases(report.stale.iter().map(|(id, reason)| stale(id, reason)));
        xml.add_test_suite(baseline);
    }
    // The schema of Jenkins has that count for suites, and none for all of them.
    Ok(xml.to_string()?.replacen(&format!(" skipped=\"{}\"", xml.skipped), "", 1))
}

fn case(report: &Report, outcome: &Outcome) -> TestCase {
    let status = match (&outcome.verdict, &outcome.known) {
        (Verdict::Passed, _) => TestCaseStatus::success(),
        (Verdict::NotVerified { reason }, _) => skipped(&format!("not verified: {reason}")),
        (Verdict::Failed(failure), Some(reason)) => {
            skipped(&format!("known to fail: {reason} ({})", failure.message))
        }
        (Verdict::Failed(failure), None) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(failure.message.as_str()).set_type(outcome.level.name());
            status.set_description(text(report, outcome, failure));
            status
        }
    };
    let mut case = TestCase::new(format!("{}/{}", outcome.id.rule, outcome.id.target), status);
    case.set_time(outcome.took);
    case.set_classname(format!("{}.{}", outcome.family, outcome.id.subject));
    case
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}

fn stale(id: &str, reason: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(format!("stale: {reason}")).set_type("stale");
    let mut case = TestCase::new(id, status);
    case.set_classname("baseline");
    case
}

fn text(report: &Report, outcome: &Outcome, failure: &Failure) -> String {
    let mut lines = vec![outcome.id.to_string(), failure.message.clone()];
    lines.push(format!("evidence: {} ({})", outcome.evidence.name(), outcome.level));
    lines.extend(failure.arguments.as_ref().map(|arguments| format!("input: {}", json!(arguments))));
    lines.extend(diff::lines(failure, MOST).into_iter().map(|line| format!("{} {}", line.sign, line.text)));
    lines.extend(report.start().map(|start| format!("start: {start}")));
    lines.extend(failure.before.iter().map(|before| format!("before: {before}")));
    lines.extend(failure.curl.as_ref().map(|curl| format!("curl: {curl}")));
    lines.extend(failure.over_mcp().map(|mcp| format!("mcp: {mcp}")));
    lines.push(format!("again: {}", report.again(outcome)));
    lines.join("\n")
}
