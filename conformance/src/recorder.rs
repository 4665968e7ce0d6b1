//! From what a check found to the outcome that is reported.

use std::time::Duration;

use fixtures::{Area, Contract, Evidence};
use serde_json::{Map, Value};

use crate::family::{Family, Level};
use crate::finding::{CheckId, Failure, Finding, Outcome, Step, Verdict};
use crate::repeat::Repeat;
use crate::rig::Rig;
use crate::suite::Options;
use crate::targets::Target;

/// How a check ends, before it becomes an [`Outcome`].
pub(crate) type Checked = Result<(), Box<Finding>>;

/// Takes down how the checks of one subject end.
#[derive(Debug)]
pub(crate) struct Recorder<'a> {
    rig: &'a Rig,
    contract: &'a Contract,
    options: &'a Options,
    subject: String,
    area: Option<Area>,
    outcomes: Vec<Outcome>,
    /// When the last check ended, by the stopwatch.
    ended: Duration,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        rig: &'a Rig,
        contract: &'a Contract,
        options: &'a Options,
        subject: &str,
        area: Option<Area>,
    ) -> Self {
        let (subject, ended) = (subject.to_owned(), options.watch.read());
        Self { rig, contract, options, subject, area, outcomes: Vec::new(), ended }
    }

    /// Whether anybody wants to know of a rule; a check whose outcome nobody wants need not be made.
    pub(crate) fn wants(&self, family: Family, rule: &str) -> bool {
        self.options.selection.wants_rule(&self.subject, self.area, family, rule)
    }

    /// Notes how a check ended. It took the time since the one before it.
    pub(crate) fn record(
        &mut self,
        family: Family,
        rule: &str,
        target: Target,
        evidence: Evidence,
        checked: Checked,
    ) {
        let now = self.options.watch.read();
        let took = now.saturating_sub(std::mem::replace(&mut self.ended, now));
        let id = CheckId { subject: self.subject.clone(), rule: rule.to_owned(), target };
        if !self.options.selection.wants(&id, self.area, family) {
            return;
        }
        let verdict = match checked {
            Ok(()) => Verdict::Passed,
            Err(finding) if finding.not_verified => {
                let mut reason = finding.message;
                self.rig.roles().hide(&mut reason);
                Verdict::NotVerified { reason }
            }
            Err(finding) => Verdict::Failed(Box::new(self.failure(*finding, target))),
        };
        let (level, facts): (_, &[_]) =
            family.rule(rule).map_or((Level::Must, &[]), |rule| (rule.level, rule.facts));
        let known = None;
        self.outcomes.push(Outcome {
            id,
            family,
            area: self.area,
            level,
            evidence,
            facts,
            took,
            verdict,
            known,
        });
    }

    /// What there is to report.
    pub(crate) fn finish(self) -> Vec<Outcome> {
        self.outcomes
    }

    fn failure(&self, finding: Finding, target: Target) -> Failure {
        let Finding { message, expected, actual, before, step, .. } = finding;
        let repeat = Repeat { rig: self.rig, contract: self.contract };
        let step = step.as_ref();
        let way_back = step.map(|_| self.rig.way_back()).unwrap_or_default();
        let over_mcp = step.filter(|_| target == Target::Mcp);
        self.without_keys(Failure {
            message,
            expected,
            actual,
            arguments: step.and_then(|step| self.arguments(step)),
            before: way_back.iter().chain(&before).filter_map(|step| repeat.step(step)).collect(),
            curl: step.and_then(|step| repeat.over_rest(step)),
            mcp: over_mcp.and_then(|step| repeat.message(step)),
            mcp_curl: over_mcp.and_then(|step| repeat.over_mcp(step)),
        })
    }

    fn arguments(&self, step: &Step) -> Option<Map<String, Value>> {
        let Step::Call { arguments, .. } = step else { return None };
        Some(self.rig.roles().arguments(arguments).unwrap_or_else(|_| arguments.clone()))
    }

    /// A target may have repeated a key that it was given in confidence.
    fn without_keys(&self, mut failure: Failure) -> Failure {
        let roles = self.rig.roles();
        let texts = failure.before.iter_mut().chain(&mut failure.curl).chain(&mut failure.mcp_curl);
        texts.chain([&mut failure.message]).for_each(|text| roles.hide(text));
        let values = [&mut failure.expected, &mut failure.actual].into_iter().chain(&mut failure.mcp);
        values
            .chain(failure.arguments.iter_mut().flat_map(Map::values_mut))
            .for_each(|value| roles.hide_in(value));
        failure
    }
}
