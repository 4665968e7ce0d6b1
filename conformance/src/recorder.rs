//! From what a check found to the outcome that is reported.

use std::time::Duration;

use fixtures::{Area, Contract, Evidence};
use serde_json::{Map, Value};

use crate::control::CONTROL_TOKEN;
use crate::family::{Family, Level};
use crate::finding::{CheckId, Failure, Finding, Outcome, Step, Verdict};
use crate::rig::Rig;
use crate::suite::Options;
use crate::targets::{Call, Mcp, Raw, Target, Wire, credential};

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
        let mut failure = Failure { message, expected, actual, ..Failure::default() };
        // Whoever repeats it starts where the check started.
        let reset = Step::Control { method: "POST", path: "/reset".to_owned(), body: Value::Null };
        let reset = step.is_some().then_some(&reset).filter(|_| self.rig.is_steered());
        failure.before = reset.into_iter().chain(&before).filter_map(|step| self.command(step)).collect();
        failure.curl = step.as_ref().and_then(|step| self.command(step));
        if let Some(Step::Call { tool, key, arguments }) = step {
            let arguments = self.rig.roles().arguments(&arguments).unwrap_or(arguments);
            if let Some(operation) = self.contract.tool(&tool).filter(|_| target == Target::Mcp) {
                let request = Mcp::request(&Call { operation, key: key.as_deref(), arguments: &arguments });
                failure.mcp_curl = self.over_http(key.as_deref(), &request);
                failure.mcp = Some(request);
            }
            failure.arguments = Some(arguments);
        }
        self.without_keys(failure)
    }

    /// The command line that makes a request to the server, where one can.
    fn over_http(&self, key: Option<&str>, request: &Value) -> Option<String> {
        let raw = Raw::carrying("", request).without("x-api-key");
        let key = key.map(|key| self.rig.roles().shown(key));
        let raw = match key.as_deref().map(credential) {
            Some((name, value)) => raw.with(name, value),
            None => raw,
        };
        Some(raw.curl(self.rig.endpoint().ok()?)).filter(|_| raw.is_shown_whole())
    }

    /// A target may have repeated a key that it was given in confidence.
    fn without_keys(&self, mut failure: Failure) -> Failure {
        let roles = self.rig.roles();
        let texts = failure.before.iter_mut().chain(&mut failure.curl).chain(&mut failure.mcp_curl);
        texts.chain([&mut failure.message]).for_each(|text| {
            roles.hide(text);
            self.rig.make_lasting(text);
        });
        let values = [&mut failure.expected, &mut failure.actual].into_iter().chain(&mut failure.mcp);
        values
            .chain(failure.arguments.iter_mut().flat_map(Map::values_mut))
            .for_each(|value| roles.hide_in(value));
        failure
    }

    /// The command line that does the same, where REST can say it and there is an API to say it to.
    fn command(&self, step: &Step) -> Option<String> {
        match step {
            Step::Command(line) => Some(line.clone()),
            _ if self.rig.api_url().is_empty() => None,
            Step::Call { tool, key, arguments } => {
                let operation = self.contract.tool(tool)?;
                let key = key.as_ref().map(|key| self.rig.roles().shown(key));
                let arguments = &self.rig.roles().arguments(arguments).unwrap_or_else(|_| arguments.clone());
                let call = Call { operation, key: key.as_deref(), arguments };
                Some(Wire::of(&call).ok()?.curl(self.rig.api_url()))
            }
            Step::Control { method, path, body } => {
                let body = Some(body.clone()).filter(|body| !body.is_null());
                // What it asks for is printed nowhere: the variable is that of the mock.
                let token = self
                    .rig
                    .asks_for_token()
                    .then(|| ("x-control-token".to_owned(), format!("${CONTROL_TOKEN}")));
                let headers = token.into_iter().collect();
                Some(Wire { headers, ..Wire::control(method, path, body) }.curl(self.rig.api_url()))
            }
        }
    }
}
