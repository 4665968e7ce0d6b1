//! What is checked of more than one tool, or of none: a stage on which a scenario plays, and which remembers what was done on it.

use std::cell::{Cell, RefCell};

use fixtures::{Area, Contract, Evidence};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::family::Family;
use crate::finding::{Finding, Outcome, Step};
use crate::recorder::{Checked, Recorder};
use crate::rig::Rig;
use crate::suite::Options;
use crate::targets::{Answer, Call, Heard, Raw, Target, Wire};

/// Checks that belong together, and are made one after the other on one rig.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// The subject of its checks, as in their ids.
    pub(crate) name: &'static str,
    /// The family of its checks.
    pub(crate) family: Family,
    /// The area that it is about, where it is about one.
    pub(crate) area: Option<Area>,
    /// Makes the checks.
    pub(crate) run: fn(&mut Scene<'_>),
}

/// Where a scenario plays.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) contract: &'a Contract,
    pub(crate) options: &'a Options,
    family: Family,
    recorder: Recorder<'a>,
    /// What was done since the last reset.
    script: RefCell<Vec<Step>>,
    steered: Cell<bool>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        scenario: &Scenario,
        rig: &'a Rig,
        contract: &'a Contract,
        options: &'a Options,
    ) -> Self {
        let recorder = Recorder::new(rig, contract, options, scenario.name, scenario.area);
        Self {
            rig,
            contract,
            options,
            family: scenario.family,
            recorder,
            script: RefCell::default(),
            steered: Cell::new(false),
        }
    }

    /// Makes a check on a state that was just reset, and notes how it ended, with all that was done for it.
    pub(crate) fn check(
        &mut self,
        rule: &str,
        target: Target,
        evidence: Evidence,
        check: impl FnOnce(&Self) -> Checked,
    ) {
        if !self.recorder.wants(self.family, rule) {
            return;
        }
        let checked = self.attempt(check);
        self.recorder.record(self.family, rule, target, evidence, checked);
    }

    /// Does something on a state that was just reset. What is found says all that was done for it.
    pub(crate) fn attempt(&self, check: impl FnOnce(&Self) -> Checked) -> Checked {
        self.reset().and_then(|()| check(self)).map_err(|finding| self.told(finding))
    }

    /// As [`Scene::check`], for what does not depend on the state.
    pub(crate) fn check_in_any_state(
        &mut self,
        rule: &str,
        target: Target,
        evidence: Evidence,
        check: impl FnOnce(&Self) -> Checked,
    ) {
        if self.recorder.wants(self.family, rule) {
            self.script.borrow_mut().clear();
            let checked = check(self).map_err(|finding| self.told(finding));
            self.recorder.record(self.family, rule, target, evidence, checked);
        }
    }

    /// Takes state and clock back to where they were.
    pub(crate) fn reset(&self) -> Checked {
        self.script.borrow_mut().clear();
        Ok(self.rig.rewind()?)
    }

    /// Calls a tool. A target that gives no answer, or one of the wrong form, is a finding; a refusal is an answer.
    pub(crate) fn call(
        &self,
        target: Target,
        tool: &str,
        key: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Answer, Box<Finding>> {
        let operation = self.contract.tool(tool);
        let operation = operation.ok_or_else(|| Finding::new(format!("{tool} is no tool")))?;
        let step =
            Step::Call { tool: tool.to_owned(), key: Some(key.to_owned()), arguments: arguments.clone() };
        self.ask(step, target, &Call { operation, key: Some(key), arguments })
    }

    /// Calls an operation that has no tool, so over REST.
    pub(crate) fn operate(
        &self,
        id: &str,
        key: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Answer, Box<Finding>> {
        let operation = self.contract.operations().iter().find(|operation| operation.id == id);
        let operation = operation.ok_or_else(|| Finding::new(format!("{id} is no operation")))?;
        let call = Call { operation, key: Some(key), arguments };
        let step = Step::Command(Wire::of(&call)?.curl(self.rig.api_url()));
        self.ask(step, Target::Rest, &call)
    }

    fn ask(&self, step: Step, target: Target, call: &Call<'_>) -> Result<Answer, Box<Finding>> {
        self.script.borrow_mut().push(step);
        let answer = self.rig.call(target, call)?;
        match answer.defects.first() {
            None => Ok(answer),
            Some(defect) => Err(Finding::new(defect.clone()).with(Value::Null, answer.body)),
        }
    }

    /// Steers the mock: a `POST` to `/_mock` and `path`.
    pub(crate) fn steer(&self, path: &str, body: Value) -> Result<Value, Box<Finding>> {
        self.control("POST", path, body)
    }

    /// Steers the mock by another method.
    pub(crate) fn control(
        &self,
        method: &'static str,
        path: &str,
        body: Value,
    ) -> Result<Value, Box<Finding>> {
        self.steered.set(true);
        self.script.borrow_mut().push(Step::Control { method, path: path.to_owned(), body: body.clone() });
        Ok(self.rig.control(method, path, &body)?)
    }

    /// Makes a raw request to the server's endpoint.
    pub(crate) fn send(&self, raw: &Raw) -> Result<Heard, Box<Finding>> {
        let endpoint = self.rig.endpoint()?;
        self.send_to(endpoint, raw)
    }

    /// Makes a raw request to any URL.
    pub(crate) fn send_to(&self, url: &str, raw: &Raw) -> Result<Heard, Box<Finding>> {
        self.note(self.rig.roles().shown_in(raw).curl(url));
        Ok(self.rig.send_by_hand(self.contract, url, raw)?)
    }

    /// Notes a command that is given otherwise.
    pub(crate) fn note(&self, command: String) {
        self.did(Step::Command(command));
    }

    /// Notes a step that is done otherwise.
    pub(crate) fn did(&self, step: Step) {
        self.script.borrow_mut().push(step);
    }

    /// What the mock's clock shows.
    pub(crate) fn now(&self) -> Result<Timestamp, Box<Finding>> {
        let clock = self.rig.look("/clock")?;
        let now = clock.get("now").and_then(Value::as_str).and_then(|now| now.parse().ok());
        now.ok_or_else(|| Finding::new("the mock's clock shows no time").with(Value::Null, clock))
    }

    /// Leaves the stage as it was found.
    pub(crate) fn finish(self) -> Vec<Outcome> {
        if self.steered.get() {
            // A mock that has gone away is noticed by the next who asks it.
            drop(self.rig.rewind());
        }
        self.recorder.finish()
    }

    /// A finding with what led to it, unless it says that itself.
    fn told(&self, finding: Box<Finding>) -> Box<Finding> {
        let mut script = self.script.take();
        if finding.step.is_some() || finding.not_verified {
            return finding;
        }
        let last = script.pop();
        let finding = finding.preceded_by(script);
        match last {
            Some(step) => finding.shown_by(step),
            None => finding,
        }
    }
}
