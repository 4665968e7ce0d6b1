//! A scenario made ready: every name looked up.

use std::sync::Arc;

use fixtures::{Contract, Operation};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use crate::scenario::{Arguments, Call, Filler, Scenario, Think};

/// Answers that were kept, by name.
pub type Answers = IndexMap<String, Vec<Value>>;

/// What arrivals do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The tools that arrivals call; steps refer to them by place.
    pub tools: IndexSet<String>,
    /// What the set-up came to.
    pub known: Answers,
    flows: Vec<Flow>,
    whole: f64,
}

/// The calls of one arrival.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    share: f64,
    /// Between two calls.
    pub think: Think,
    /// In their order.
    pub steps: Vec<Step>,
}

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Step {
    /// The place of its tool in [`Plan::tools`].
    pub tool: usize,
    /// The operation behind the tool.
    pub operation: Arc<Operation>,
    /// The place of the caller among the scenario's credentials.
    pub caller: Option<usize>,
    /// With variables.
    pub arguments: Arguments,
    /// The code of the refusal that is wanted.
    pub expect: Option<String>,
    /// The name under which the answer is kept.
    pub keep: Option<String>,
    /// How often it is made.
    pub times: u32,
}

impl Plan {
    /// Looks up what arrivals call. What is not in the contract is left out; a scenario that was read has none of that.
    #[must_use]
    pub fn new(scenario: &Scenario, contract: &Contract, known: Answers) -> Self {
        let mut tools = IndexSet::new();
        let flow = |flow: &crate::scenario::Flow| Flow {
            share: flow.share,
            think: flow.think,
            steps: steps(&flow.calls, scenario, contract, &mut tools),
        };
        let flows: Vec<Flow> = scenario.mix.iter().map(flow).collect();
        let whole = flows.iter().map(|flow| flow.share).sum();
        Self { tools, known, flows, whole }
    }

    /// What an arrival does.
    pub(super) fn pick(&self, random: &mut fastrand::Rng) -> Option<&Flow> {
        let mut at = random.f64() * self.whole;
        let found = self.flows.iter().find(|flow| {
            at -= flow.share;
            at < 0.0
        });
        // Sums of fractions may fall short of the whole.
        found.or(self.flows.last())
    }
}

/// Looks up calls, and adds their tools to `tools`.
pub(super) fn steps(
    calls: &[Call],
    scenario: &Scenario,
    contract: &Contract,
    tools: &mut IndexSet<String>,
) -> Vec<Step> {
    let step = |call: &Call| {
        let caller = match &call.credential {
            Some(name) => scenario.credentials.get_index_of(name),
            None => (!scenario.credentials.is_empty()).then_some(0),
        };
        Some(Step {
            operation: Arc::new(contract.tool(&call.tool)?.clone()),
            tool: tools.insert_full(call.tool.clone()).0,
            caller,
            arguments: call.arguments.clone(),
            expect: call.expect.clone(),
            keep: call.name.clone(),
            times: call.times,
        })
    };
    calls.iter().filter_map(step).collect()
}

impl Step {
    /// Whether the answer is the one that is wanted, or the code of what is wrong.
    pub(super) fn judge(&self, answer: crate::target::Answer) -> crate::target::Answer {
        match (&self.expect, answer) {
            (None, answer) => answer,
            (Some(wanted), Err(code)) if code == *wanted => Ok(Value::Null),
            (Some(_), Err(code)) => Err(code),
            (Some(_), Ok(_)) => Err("NOT_REFUSED".to_owned()),
        }
    }
}

/// What variables stand for in one call.
pub(super) struct Known<'a> {
    pub(super) counter: u64,
    pub(super) random: &'a mut fastrand::Rng,
    /// Which of several answers is taken, the same for all variables of a call.
    pub(super) draw: usize,
    /// From the nearest to the farthest.
    pub(super) answers: [&'a Answers; 2],
}

impl Filler for Known<'_> {
    fn counter(&self) -> u64 {
        self.counter
    }

    fn random(&mut self) -> &mut fastrand::Rng {
        self.random
    }

    fn answer(&self, name: &str) -> Option<&Value> {
        let several = self.answers.iter().find_map(|answers| answers.get(name))?;
        several.get(self.draw.checked_rem(several.len())?)
    }
}
