//! What concerns all tools at once.

use fixtures::{Contract, Evidence};
use serde_json::Value;

use super::Checked;
use crate::compare::equal;
use crate::finding::{CATALOGUE, CheckId, Failure, Family, Finding, Outcome, Verdict};
use crate::rig::Rig;
use crate::targets::Target;

/// Holds the list of tools and the published contract against ours.
pub(crate) fn run(rig: &Rig, contract: &Contract, listed: &[Value]) -> Vec<Outcome> {
    vec![
        outcome("openapi", Target::Rest, openapi(rig, contract)),
        outcome("tools-list", Target::Mcp, names(contract, listed)),
    ]
}

fn outcome(rule: &str, target: Target, checked: Checked) -> Outcome {
    let verdict = match checked {
        Ok(()) => Verdict::Passed,
        Err(finding) => Verdict::Failed(Box::new(Failure {
            message: finding.message,
            expected: finding.expected,
            actual: finding.actual,
            arguments: None,
            before: Vec::new(),
            curl: None,
            mcp: None,
        })),
    };
    let id = CheckId { tool: CATALOGUE.to_owned(), rule: rule.to_owned(), target };
    Outcome { id, family: Family::Definition, evidence: Evidence::Documented, verdict }
}

fn openapi(rig: &Rig, contract: &Contract) -> Checked {
    let served = rig.openapi().map_err(|error| Finding::new(error.to_string()))?;
    equal("/openapi.json is not the contract", contract.document(), &served)
}

fn names(contract: &Contract, listed: &[Value]) -> Checked {
    let expected: Vec<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
    let actual: Vec<&str> = listed.iter().filter_map(|tool| tool.get("name")?.as_str()).collect();
    if expected == actual {
        Ok(())
    } else {
        Err(Finding::new("tools/list has other tools, or another order").with(expected, actual))
    }
}
