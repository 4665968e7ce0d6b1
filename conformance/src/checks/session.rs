//! One tool on one rig: what its checks share.

use std::cell::OnceCell;

use fixtures::examples::{Example, fill};
use indexmap::IndexMap;
use jsonschema::Validator;
use serde_json::{Map, Value};

use super::found;
use crate::demo::TENANT_KEY;
use crate::finding::{Finding, Step};
use crate::granted::Grant;
use crate::recorder::{Checked, Recorder};
use crate::rig::Rig;
use crate::subject::{Subject, holds};
use crate::suite::Options;
use crate::targets::{Answer, Call, Target, Wire};

/// The arguments of a call.
pub(crate) type Arguments = Map<String, Value>;

/// A tool that is ready to be called: the state is that of its example, and the arguments are filled in.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) key: String,
    pub(crate) arguments: Arguments,
    /// Why nobody can say that the call will succeed, on a target without the demo world.
    pub(crate) doubt: Option<String>,
}

impl Ready {
    /// Whether the call must succeed.
    pub(crate) fn succeeds(&self) -> Checked {
        self.doubt.as_ref().map_or(Ok(()), |doubt| Err(Finding::not_verified(doubt)))
    }
}

/// One tool on one rig, and what its checks have found out so far.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) options: &'a Options,
    pub(crate) recorder: Recorder<'a>,
    /// The inputSchema that the server lists.
    pub(crate) listed: Option<Validator>,
    /// Refusals that changed the state, by target.
    pub(crate) changed: Vec<(Target, Box<Finding>)>,
    first: OnceCell<Ready>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(rig: &'a Rig, subject: &'a Subject<'a>, options: &'a Options) -> Self {
        let (name, area) = (&subject.tool.name, Some(subject.operation.area));
        let recorder = Recorder::new(rig, subject.contract, options, name, area);
        let (changed, first) = (Vec::new(), OnceCell::new());
        Self { rig, subject, options, recorder, listed: None, changed, first }
    }

    /// The key of the first example.
    pub(crate) fn example_key(&self) -> &str {
        self.subject.examples.first().map_or(TENANT_KEY, |example| example.key.as_str())
    }

    /// Whether anything can be tried as often as one likes: the tool changes nothing, or it can be taken back.
    pub(crate) fn repeatable(&self) -> Checked {
        if self.rig.is_steered() || self.subject.tool.annotations.read_only_hint {
            return Ok(());
        }
        Err(Finding::not_verified("what it changes cannot be taken back without a control API"))
    }

    /// A finding with the call of this tool that showed it, and with what comes before it.
    pub(crate) fn shown(
        &self,
        finding: Box<Finding>,
        key: Option<&str>,
        arguments: &Arguments,
    ) -> Box<Finding> {
        let example = self.subject.examples.first().filter(|_| self.rig.is_steered());
        let before = example.map(before).unwrap_or_default();
        finding.preceded_by(before).shown_by(self.step(key, arguments))
    }

    fn step(&self, key: Option<&str>, arguments: &Arguments) -> Step {
        let (tool, key) = (self.subject.tool.name.clone(), key.map(str::to_owned));
        Step::Call { tool, key, arguments: arguments.clone() }
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
        let answer = self.rig.call(target, &self.of(key, arguments));
        let answer = answer.map_err(|error| self.shown(error.into(), key, arguments))?;
        match answer.defects.first() {
            None => Ok(answer),
            Some(defect) => {
                let finding = Finding::new(defect.clone()).with(Value::Null, answer.body);
                Err(self.shown(finding, key, arguments))
            }
        }
    }

    /// Takes the state back to its world and makes the calls that come before an example; they go over REST whatever the target is, so that both
    /// targets meet the same state. Where there is no such world, as near to the example as the target allows.
    pub(crate) fn ready(&self, example: &Example) -> Result<Ready, Box<Finding>> {
        if !self.rig.is_steered() {
            return found::ready(self, example);
        }
        self.rig.reset()?;
        self.prepare(example)
    }

    /// As [`Session::ready`], from a state in which clients have signed in. Answers the credential of one of them, with the arguments of the first example.
    pub(crate) fn ready_first_signed_in(&self, grant: Grant, target: Target) -> Result<Ready, Box<Finding>> {
        let key = self.rig.signed_in(self.subject.contract, grant, target)?;
        Ok(Ready { key, ..self.prepare(self.first_example()?)? })
    }

    fn prepare(&self, example: &Example) -> Result<Ready, Box<Finding>> {
        let mut answers = IndexMap::new();
        for step in &example.before {
            let operation = self.subject.contract.tool(&step.tool);
            let operation = operation.ok_or_else(|| Finding::new(format!("{} is no tool", step.tool)))?;
            let arguments = filled(&step.arguments, &answers)?;
            let key = step.key.as_deref().unwrap_or(&example.key);
            let call = Call { operation, key: Some(key), arguments: &arguments };
            let answer = self.rig.call(Target::Rest, &call)?;
            if !answer.ok {
                let message = format!("{}, which comes before the example, was refused", step.tool);
                let step = Step::Call { tool: step.tool.clone(), key: Some(key.to_owned()), arguments };
                return Err(Finding::new(message).with(Value::Null, answer.body).shown_by(step));
            }
            if let Some(name) = &step.name {
                answers.insert(name.clone(), answer.body);
            }
        }
        Ok(Ready { key: example.key.clone(), arguments: filled(&example.arguments, &answers)?, doubt: None })
    }

    /// As [`Session::ready`], for the first example.
    pub(crate) fn ready_first(&self) -> Result<Ready, Box<Finding>> {
        // What a target without the demo world lists does not become another by being asked again.
        if let Some(ready) = self.first.get().filter(|_| !self.rig.is_steered()) {
            return Ok(ready.clone());
        }
        self.ready(self.first_example()?)
    }

    fn first_example(&self) -> Result<&Example, Box<Finding>> {
        self.subject.examples.first().ok_or_else(|| Finding::new("the tool has no documented example"))
    }

    /// Key and arguments of the first example. They are the same after every reset, because the mock's ids and clock are.
    pub(crate) fn first(&self) -> Result<&Ready, Box<Finding>> {
        if self.first.get().is_none() {
            // Full only if it was filled in between, with the same.
            drop(self.first.set(self.ready_first()?));
        }
        self.first.get().ok_or_else(|| Finding::new("the tool has no documented example"))
    }

    /// The first example as it is documented, with what refers to earlier calls as it stands.
    pub(crate) fn documented(&self) -> Result<Ready, Box<Finding>> {
        let example = self.first_example()?;
        Ok(Ready { key: example.key.clone(), arguments: example.arguments.clone(), doubt: None })
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

/// The steps before an example, with their references unresolved where no answer is at hand.
fn before(example: &Example) -> Vec<Step> {
    let step = |step: &fixtures::examples::Step| Step::Call {
        tool: step.tool.clone(),
        key: Some(step.key.as_ref().unwrap_or(&example.key).clone()),
        arguments: step.arguments.clone(),
    };
    example.before.iter().map(step).collect()
}
