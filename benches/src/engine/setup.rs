//! The set-up of a scenario: calls that are made before anything is measured, one after the other.

use std::time::Duration;

use fixtures::Contract;
use indexmap::IndexSet;
use thiserror::Error;
use tokio::time::timeout;

use super::plan::{Answers, Known, steps};
use super::session::keep;
use crate::scenario::Scenario;
use crate::target::{Call, Target};

/// A call of the set-up failed.
#[derive(Debug, Error)]
#[error("setup[{at}]: {tool} answered {code}")]
pub struct SetupError {
    at: usize,
    tool: String,
    code: String,
}

/// Makes the calls; what they answered, by name.
///
/// # Errors
/// [`SetupError`] at the first that fails.
pub async fn set_up(
    target: &impl Target,
    scenario: &Scenario,
    contract: &Contract,
    seed: u64,
    patience: Duration,
) -> Result<Answers, SetupError> {
    let mut tools = IndexSet::new();
    let (mut answers, none) = (Answers::new(), Answers::new());
    let mut random = fastrand::Rng::with_seed(seed);
    for (at, step) in steps(&scenario.setup, scenario, contract, &mut tools).iter().enumerate() {
        let fail = |code: String| {
            let tool = tools.get_index(step.tool).cloned().unwrap_or_default();
            SetupError { at, tool, code }
        };
        for counter in 0..step.times {
            let draw = random.usize(..);
            let mut known =
                Known { counter: counter.into(), random: &mut random, draw, answers: [&answers, &none] };
            let arguments = step.arguments.fill(&mut known).map_err(|error| fail(error.to_string()))?;
            let call = Call {
                operation: &step.operation,
                caller: step.caller,
                arguments,
                keep: step.keep.is_some(),
            };
            let answer =
                timeout(patience, target.call(call)).await.unwrap_or_else(|_| Err("TIMEOUT".to_owned()));
            keep(&mut answers, step, step.judge(answer).map_err(fail)?);
        }
    }
    Ok(answers)
}
