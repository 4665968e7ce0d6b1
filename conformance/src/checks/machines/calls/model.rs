//! Which calls there are after some steps, and how each stands.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

use crate::checks::stage::HOUR;

/// More calls than that are not made.
const MOST: usize = 6;

/// How a contact takes a call (U-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taker {
    Answers,
    Ignores,
    Declines,
    Unreachable,
    Forbids,
}

impl Taker {
    const ALL: [Self; 5] = [Self::Answers, Self::Ignores, Self::Declines, Self::Unreachable, Self::Forbids];

    pub(super) const fn phone(self) -> &'static str {
        match self {
            Self::Answers => "+15550100204",
            Self::Ignores => "+15550100202",
            Self::Declines => "+15550100203",
            Self::Unreachable => "+15550100205",
            Self::Forbids => "+15550100201",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Under a number that is free.
    Dial(usize, Taker),
    Ring(usize),
    /// What the number does: accept, reject or terminate.
    Act(usize, &'static str),
    /// What the other side does: answer, hang up or let it ring.
    Happen(usize, &'static str),
    /// So much time that every call that rings is answered, or no longer rings.
    Pass,
    Read(usize),
    List {
        limit: usize,
        before: Option<usize>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    /// None of an inbound call.
    pub(super) taker: Option<Taker>,
    pub(super) status: &'static str,
    pub(super) connected: bool,
}

impl Call {
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.status, "INITIATED" | "RINGING")
    }

    fn connect(&mut self) {
        (self.status, self.connected) = ("ACCEPTED", true);
    }

    fn unanswered(&self) -> &'static str {
        if self.taker.is_none() { "MISSED" } else { "FAILED" }
    }

    /// What comes of it by itself.
    fn pass(&mut self) {
        match self.taker {
            _ if !self.is_waiting() => {}
            Some(Taker::Answers) => self.connect(),
            Some(Taker::Declines) => self.status = "REJECTED",
            _ => self.status = self.unanswered(),
        }
    }

    /// Whether the number may do this.
    fn act(&mut self, what: &str) -> bool {
        match what {
            "accept" if self.taker.is_none() && self.status == "RINGING" => self.connect(),
            "reject" if self.is_waiting() => self.status = "REJECTED",
            "terminate" if self.is_waiting() || self.status == "ACCEPTED" => self.status = "COMPLETED",
            _ => return false,
        }
        true
    }

    fn happen(&mut self, what: &str) {
        match what {
            "answer" => self.connect(),
            "miss" => self.status = self.unanswered(),
            _ if self.status == "ACCEPTED" => self.status = "COMPLETED",
            _ => self.status = if self.taker.is_none() { "MISSED" } else { "REJECTED" },
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Calls {
    /// Time since the start, in milliseconds.
    pub(super) now: i64,
    /// By the number that each is known by, with when it was made.
    pub(super) calls: BTreeMap<usize, (i64, Call)>,
    pub(super) refused: bool,
}

impl Calls {
    pub(super) fn call(&self, number: usize) -> Option<&Call> {
        self.calls.get(&number).map(|(_, call)| call)
    }
}

impl ReferenceStateMachine for Calls {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 0, calls: BTreeMap::new(), refused: false }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let number = || 0..MOST;
        prop_oneof![
            4 => (number(), select(Taker::ALL.to_vec())).prop_map(|(call, taker)| Step::Dial(call, taker)),
            3 => number().prop_map(Step::Ring),
            3 => (number(), select(vec!["accept", "reject", "terminate"])).prop_map(|(call, what)| Step::Act(call, what)),
            2 => (number(), select(vec!["answer", "hangup", "miss"])).prop_map(|(call, what)| Step::Happen(call, what)),
            2 => Just(Step::Pass),
            3 => number().prop_map(Step::Read),
            2 => (1..=5_usize, prop::option::of(number())).prop_map(|(limit, before)| Step::List { limit, before }),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        let there = |number: &usize| model.calls.contains_key(number);
        match step {
            Step::Dial(number, _) | Step::Ring(number) => !there(number),
            // Whether a call that is answered can still be rejected is not known.
            Step::Act(number, what) => {
                model.call(*number).is_some_and(|call| *what != "reject" || call.status != "ACCEPTED")
            }
            Step::Happen(number, what) => model
                .call(*number)
                .is_some_and(|call| call.is_waiting() || (*what == "hangup" && call.status == "ACCEPTED")),
            Step::Read(number) => there(number),
            Step::List { before, .. } => before.as_ref().is_none_or(there),
            Step::Pass => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.refused = false;
        match step {
            Step::Dial(number, _) | Step::Ring(number) => {
                // A millisecond passes, so that it is clear which is the newest.
                model.now += 1;
                let (taker, status) = match step {
                    Step::Dial(_, taker) => (Some(*taker), "INITIATED"),
                    _ => (None, "RINGING"),
                };
                model.refused = taker == Some(Taker::Forbids);
                if !model.refused {
                    model.calls.insert(*number, (model.now, Call { taker, status, connected: false }));
                }
            }
            Step::Act(number, what) => {
                model.refused = !model.calls.get_mut(number).is_some_and(|(_, call)| call.act(what));
            }
            Step::Happen(number, what) => {
                if let Some((_, call)) = model.calls.get_mut(number) {
                    call.happen(what);
                }
            }
            Step::Pass => {
                model.now += HOUR;
                model.calls.values_mut().for_each(|(_, call)| call.pass());
            }
            Step::Read(_) | Step::List { .. } => {}
        }
        model
    }
}
