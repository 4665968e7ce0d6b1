//! From what a check found to the outcome that is reported.

use fixtures::{Area, Contract, Evidence};

use crate::family::{Family, Level};
use crate::finding::{CheckId, Failure, Finding, Outcome, Step, Verdict};
use crate::rig::Rig;
use crate::selection::Selection;
use crate::targets::{Call, Mcp, Target, Wire};

/// How a check ends, before it becomes an [`Outcome`].
pub(crate) type Checked = Result<(), Box<Finding>>;

/// Takes down how the checks of one subject end.
#[derive(Debug)]
pub(crate) struct Recorder<'a> {
    rig: &'a Rig,
    contract: &'a Contract,
    selection: &'a Selection,
    subject: String,
    area: Option<Area>,
    outcomes: Vec<Outcome>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        rig: &'a Rig,
        contract: &'a Contract,
        selection: &'a Selection,
        subject: &str,
        area: Option<Area>,
    ) -> Self {
        Self { rig, contract, selection, subject: subject.to_owned(), area, outcomes: Vec::new() }
    }

    /// Whether anybody wants to know of a rule; a check whose outcome nobody wants need not be made.
    pub(crate) fn wants(&self, family: Family, rule: &str) -> bool {
        self.selection.wants_rule(&self.subject, self.area, family, rule)
    }

    /// Notes how a check ended.
    pub(crate) fn record(
        &mut self,
        family: Family,
        rule: &str,
        target: Target,
        evidence: Evidence,
        checked: Checked,
    ) {
        let id = CheckId { subject: self.subject.clone(), rule: rule.to_owned(), target };
        if !self.selection.wants(&id, self.area, family) {
            return;
        }
        let verdict = match checked {
            Ok(()) => Verdict::Passed,
            Err(finding) if finding.not_verified => Verdict::NotVerified { reason: finding.message },
            Err(finding) => Verdict::Failed(Box::new(self.failure(*finding, target))),
        };
        let (level, facts): (_, &[_]) =
            family.rule(rule).map_or((Level::Must, &[]), |rule| (rule.level, rule.facts));
        self.outcomes.push(Outcome { id, family, area: self.area, level, evidence, facts, verdict });
    }

    /// What there is to report.
    pub(crate) fn finish(self) -> Vec<Outcome> {
        self.outcomes
    }

    fn failure(&self, finding: Finding, target: Target) -> Failure {
        let Finding { message, expected, actual, before, step, .. } = finding;
        let mut failure =
            Failure { message, expected, actual, arguments: None, before: Vec::new(), curl: None, mcp: None };
        failure.before = before.iter().filter_map(|step| self.command(step)).collect();
        failure.curl = step.as_ref().and_then(|step| self.command(step));
        if let Some(Step::Call { tool, key, arguments }) = step {
            let operation = self.contract.tool(&tool).filter(|_| target == Target::Mcp);
            failure.mcp = operation.map(|operation| {
                Mcp::request(&Call { operation, key: key.as_deref(), arguments: &arguments })
            });
            failure.arguments = Some(arguments);
        }
        failure
    }

    /// The command line that does the same, where REST can say it.
    fn command(&self, step: &Step) -> Option<String> {
        match step {
            Step::Call { tool, key, arguments } => {
                let operation = self.contract.tool(tool)?;
                let call = Call { operation, key: key.as_deref(), arguments };
                Some(Wire::of(&call).ok()?.curl(self.rig.api_url()))
            }
            Step::Control { method, path, body } => {
                let body = Some(body.clone()).filter(|body| !body.is_null());
                Some(Wire::control(method, path, body).curl(self.rig.api_url()))
            }
            Step::Command(line) => Some(line.clone()),
        }
    }
}
