//! The checks, one module per kind. Each runs on a `Session`: one tool on one rig.

mod agreement;
mod catalogue;
mod definition;
mod example;
mod over_mcp;
mod property;
mod refusal;

use std::cell::OnceCell;

use fixtures::Evidence;
use fixtures::examples::{Example, fill};
use indexmap::IndexMap;
use jsonschema::Validator;
use serde_json::{Map, Value};

use crate::finding::{CheckId, Failure, Family, Finding, Outcome, Verdict};
use crate::rig::Rig;
use crate::subject::{Subject, compile, holds};
use crate::targets::{Answer, Call, CallError, Mcp, Target, Wire};

pub(crate) use catalogue::run as catalogue;

/// How a check ends, before it becomes an [`Outcome`].
pub(crate) type Checked = Result<(), Box<Finding>>;

/// The arguments of a call.
pub(crate) type Arguments = Map<String, Value>;

/// Runs every check of a tool; `listed` is its definition as the server lists it.
#[must_use]
pub fn run(rig: &Rig, subject: &Subject<'_>, listed: Option<&Value>, seed: u64, cases: u32) -> Vec<Outcome> {
    let mut session = Session::new(rig, subject, seed, cases);
    session.listed = listed.and_then(|tool| compile(tool.get("inputSchema")?).ok());
    definition::run(&mut session, listed);
    example::run(&mut session);
    agreement::run(&mut session);
    refusal::run(&mut session);
    property::run(&mut session);
    session.outcomes
}

/// The answer to a tool's first example, from a state that was just reset.
///
/// # Errors
/// When there is none.
pub fn example(rig: &Rig, subject: &Subject<'_>, target: Target) -> Result<Answer, Box<Finding>> {
    let session = Session::new(rig, subject, 0, 0);
    let ready = session.ready_first()?;
    session.call(target, Some(&ready.key), &ready.arguments)
}

/// A tool that is ready to be called: the state is that of its example, and the arguments are filled in.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) key: String,
    pub(crate) arguments: Arguments,
}

/// One tool on one rig, and what its checks have found out so far.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) seed: u64,
    pub(crate) cases: u32,
    /// The inputSchema that the server lists.
    pub(crate) listed: Option<Validator>,
    /// Refusals that changed the state, by target.
    pub(crate) changed: Vec<(Target, Box<Finding>)>,
    outcomes: Vec<Outcome>,
    first: OnceCell<Ready>,
}

impl<'a> Session<'a> {
    fn new(rig: &'a Rig, subject: &'a Subject<'a>, seed: u64, cases: u32) -> Self {
        let (changed, outcomes, first) = (Vec::new(), Vec::new(), OnceCell::new());
        Self { rig, subject, seed, cases, listed: None, changed, outcomes, first }
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
        let verdict = match checked {
            Ok(()) => Verdict::Passed,
            Err(finding) => Verdict::Failed(Box::new(self.failure(finding, target))),
        };
        self.push(family, rule, target, evidence, verdict);
    }

    /// Notes a check that could not be made.
    pub(crate) fn skip(&mut self, family: Family, rule: &str, target: Target, reason: &str) {
        let verdict = Verdict::NotVerified { reason: reason.to_owned() };
        self.push(family, rule, target, self.subject.operation.evidence, verdict);
    }

    fn push(&mut self, family: Family, rule: &str, target: Target, evidence: Evidence, verdict: Verdict) {
        let id = CheckId { tool: self.subject.tool.name.clone(), rule: rule.to_owned(), target };
        self.outcomes.push(Outcome { id, family, evidence, verdict });
    }

    fn failure(&self, finding: Box<Finding>, target: Target) -> Failure {
        let Finding { message, expected, actual, call } = *finding;
        let mut failure =
            Failure { message, expected, actual, arguments: None, before: Vec::new(), curl: None, mcp: None };
        if let Some((key, arguments)) = call {
            let call = self.of(key.as_deref(), &arguments);
            failure.curl = Wire::of(&call).ok().map(|wire| wire.curl(self.rig.api_url()));
            failure.mcp = (target == Target::Mcp).then(|| Mcp::request(&call));
            failure.before =
                self.subject.examples.first().map(|example| self.before(example)).unwrap_or_default();
            failure.arguments = Some(arguments);
        }
        failure
    }

    /// The steps before an example, as `curl` lines; with their references unresolved where no answer is at hand.
    fn before(&self, example: &Example) -> Vec<String> {
        let step = |step: &fixtures::examples::Step| {
            let operation = self.subject.contract.tool(&step.tool)?;
            let key = step.key.as_deref().unwrap_or(&example.key);
            let call = Call { operation, key: Some(key), arguments: &step.arguments };
            Some(Wire::of(&call).ok()?.curl(self.rig.api_url()))
        };
        example.before.iter().filter_map(step).collect()
    }

    fn of<'b>(&'b self, key: Option<&'b str>, arguments: &'b Arguments) -> Call<'b> {
        Call { operation: self.subject.operation, key, arguments }
    }

    /// Whether REST has a way to make a call.
    pub(crate) fn expressible(&self, arguments: &Arguments) -> bool {
        Wire::of(&self.of(None, arguments)).is_ok()
    }

    /// Makes a call. A target that gives no answer, or one of the wrong form, is a finding.
    pub(crate) fn call(
        &self,
        target: Target,
        key: Option<&str>,
        arguments: &Arguments,
    ) -> Result<Answer, Box<Finding>> {
        let answer = self.rig.call(target, &self.of(key, arguments)).map_err(unusable);
        let answer = answer.map_err(|finding| finding.after(key, arguments))?;
        match answer.defects.first() {
            None => Ok(answer),
            Some(defect) => {
                Err(Finding::new(defect.clone()).with(Value::Null, answer.body).after(key, arguments))
            }
        }
    }

    /// Takes the state back to its world and makes the calls that come before an example; they go over REST whatever the target is, so that both
    /// targets meet the same state.
    pub(crate) fn ready(&self, example: &Example) -> Result<Ready, Box<Finding>> {
        self.rig.reset().map_err(unusable)?;
        let mut answers = IndexMap::new();
        for step in &example.before {
            let operation = self.subject.contract.tool(&step.tool);
            let operation = operation.ok_or_else(|| Finding::new(format!("{} is no tool", step.tool)))?;
            let arguments = filled(&step.arguments, &answers)?;
            let key = step.key.as_deref().unwrap_or(&example.key);
            let call = Call { operation, key: Some(key), arguments: &arguments };
            let answer = self.rig.call(Target::Rest, &call).map_err(unusable)?;
            if !answer.ok {
                let message = format!("{}, which comes before the example, was refused", step.tool);
                return Err(Finding::new(message)
                    .with(Value::Null, answer.body)
                    .after(Some(key), &arguments));
            }
            if let Some(name) = &step.name {
                answers.insert(name.clone(), answer.body);
            }
        }
        Ok(Ready { key: example.key.clone(), arguments: filled(&example.arguments, &answers)? })
    }

    /// As [`Session::ready`], for the first example.
    pub(crate) fn ready_first(&self) -> Result<Ready, Box<Finding>> {
        let example = self.subject.examples.first();
        self.ready(example.ok_or_else(|| Finding::new("the tool has no documented example"))?)
    }

    /// Key and arguments of the first example. They are the same after every reset, because the mock's ids and clock are.
    pub(crate) fn first(&self) -> Result<&Ready, Box<Finding>> {
        if self.first.get().is_none() {
            // Full only if it was filled in between, with the same.
            drop(self.first.set(self.ready_first()?));
        }
        self.first.get().ok_or_else(|| Finding::new("the tool has no documented example"))
    }

    /// Whether a success is what the contract says.
    pub(crate) fn accepted(&self, answer: &Answer) -> Checked {
        let success = &self.subject.operation.success;
        if !answer.ok {
            return Err(Finding::new("the call was refused").with(success.status, answer.body.clone()));
        }
        if answer.status.is_some_and(|status| status != success.status) {
            return Err(
                Finding::new("the status is not that of the contract").with(success.status, answer.status)
            );
        }
        holds(&self.subject.answer, &answer.body, "the answer")
    }
}

fn filled(arguments: &Arguments, answers: &IndexMap<String, Value>) -> Result<Arguments, Box<Finding>> {
    match fill(&Value::Object(arguments.clone()), answers) {
        Some(Value::Object(arguments)) => Ok(arguments),
        _ => Err(Finding::new("the example refers to something that an earlier call did not answer")),
    }
}

fn unusable(error: CallError) -> Box<Finding> {
    Finding::new(error.to_string())
}
