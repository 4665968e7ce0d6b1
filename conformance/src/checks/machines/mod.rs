//! Random sequences of calls, each held against a model of the area that is written from the reference: what a call is answered with, and what the reads
//! say in between and in the end. A sequence that fails is shrunk to the fewest and simplest steps that still do, and told as a script.
//!
//! Where the reference leaves open what happens, the model keeps away by a precondition, or takes either.

mod calls;
mod groups;
mod messages;
mod numbers;
mod templates;
mod webhooks;

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fixtures::Evidence;
use proptest::strategy::{Strategy, ValueTree};
use proptest_state_machine::ReferenceStateMachine;

use crate::checks::stage::Stage;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::strategy::runs;
use crate::targets::Target;

pub(super) const RULES: &[Rule] =
    &[messages::RULE, templates::RULE, webhooks::RULE, groups::RULE, numbers::RULE, calls::RULE];

pub(super) const SCENARIOS: &[Scenario] = &[
    messages::SCENARIO,
    templates::SCENARIO,
    webhooks::SCENARIO,
    groups::SCENARIO,
    numbers::SCENARIO,
    calls::SCENARIO,
];

/// So many generated arguments of a tool make one sequence.
const CASES_PER_SEQUENCE: u32 = 8;
/// Steps towards the smallest sequence that fails.
const MAX_SHRINKS: u32 = 256;

/// The model of an area, as it stands after some steps. How a step changes it says [`ReferenceStateMachine::apply`].
trait Machine: ReferenceStateMachine<State = Self> + Clone + Debug {
    /// Takes a step on the target, and holds the answer against the model; `self` is the model behind the step.
    fn take(&self, step: &Self::Transition, stage: &mut Stage<'_>) -> Checked;

    /// Holds all that can be read against the model.
    fn look(&self, stage: &Stage<'_>) -> Checked;
}

fn run<M: Machine>(scene: &mut Scene<'_>, rule: &Rule, subject: &str) {
    for target in Target::ALL {
        let name = format!("{subject}/{}/{target}", rule.name);
        scene.check(rule.name, target, Evidence::Inferred, |scene| hold::<M>(scene, &name, target));
    }
}

/// Tries as many sequences as were asked for.
fn hold<M: Machine>(scene: &Scene<'_>, name: &str, target: Target) -> Checked {
    let mut runner = runs::runner(scene.options.seed, name);
    for _ in 0..(scene.options.cases / CASES_PER_SEQUENCE).max(2) {
        let tree = M::sequential_strategy(10..=30).new_tree(&mut runner);
        let mut tree = tree
            .map_err(|reason| Finding::new(format!("no sequence can be generated: {}", reason.message())))?;
        let attempt = |sequence| attempt::<M>(scene, target, sequence);
        match attempt(tree.current()) {
            None => {}
            Some((finding, _)) if finding.not_verified => return Err(finding),
            Some(failure) => {
                let smallest = runs::smallest(&mut tree, failure, MAX_SHRINKS, attempt);
                return Err(pruned(smallest, attempt));
            }
        }
    }
    Ok(())
}

/// Where it starts, its steps, and a count of those that were taken, until it is shrunk.
type Sequence<M> = (M, Vec<<M as ReferenceStateMachine>::Transition>, Option<Arc<AtomicUsize>>);
/// What was found, and in which sequence.
type Failure<M> = (Box<Finding>, Sequence<M>);

/// Leaves out steps that it does not take: proptest tries that once for each, and some are only needed for others that it leaves out later.
fn pruned<M: Machine>(
    (mut finding, mut sequence): Failure<M>,
    attempt: impl Fn(Sequence<M>) -> Option<Failure<M>>,
) -> Box<Finding> {
    let mut at = sequence.1.len();
    while at > 0 {
        at -= 1;
        let mut fewer = sequence.clone();
        fewer.1.remove(at);
        if let Some(failure) = Some(fewer).filter(possible).and_then(&attempt) {
            (finding, sequence) = failure;
            at = sequence.1.len();
        }
    }
    finding
}

/// Whether every step may be taken where it stands.
fn possible<M: Machine>((model, steps, _): &Sequence<M>) -> bool {
    let mut model = model.clone();
    steps.iter().all(|step| {
        let possible = M::preconditions(&model, step);
        model = M::apply(model.clone(), step);
        possible
    })
}

/// Plays a sequence, and gives it back when it fails.
fn attempt<M: Machine>(scene: &Scene<'_>, target: Target, sequence: Sequence<M>) -> Option<Failure<M>> {
    let failure = scene.attempt(|scene| play::<M>(scene, target, &sequence)).err();
    failure.map(|finding| (finding, sequence))
}

/// Plays a sequence from the start, and looks at everything in the end.
fn play<M: Machine>(scene: &Scene<'_>, target: Target, (start, steps, taken): &Sequence<M>) -> Checked {
    let (mut stage, mut model) = (Stage::new(scene, target)?, start.clone());
    for step in steps {
        if let Some(taken) = taken {
            // Shrinking drops what was never come to.
            taken.fetch_add(1, Ordering::Relaxed);
        }
        model = M::apply(model, step);
        model.take(step, &mut stage)?;
    }
    model.look(&stage)
}
