//! Which numbers an account has after some steps, and in which state.

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

use crate::checks::stage::{DAY, MINUTE, SECOND};

/// How long a deleted number can be restored (U-05).
pub(super) const RESTORABLE: i64 = 30 * DAY;
/// The two web numbers of the demo world, and two that come and go.
pub(super) const WORLD: [(&str, &str); 2] = [("num_web", "OPEN"), ("num_web_closed", "CLOSE")];
pub(super) const PHONES: [&str; 2] = ["5511922220001", "5511922220002"];
pub(super) const SLOTS: usize = WORLD.len() + PHONES.len();

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The number in one of the slots behind those of the demo world.
    Create(usize),
    /// Asks for a code.
    Connect(usize),
    /// The code is scanned, or the connection is lost.
    Pair(usize, bool),
    Delete(usize),
    Pass(i64),
    Read(usize),
    Status(usize),
    List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Nothing,
    /// With its state.
    There(&'static str),
    DeletedAt(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) now: i64,
    slots: [Life; SLOTS],
    pub(super) refused: Option<(u16, &'static str)>,
}

impl Numbers {
    pub(super) fn life(&self, slot: usize) -> Life {
        match self.slots.get(slot).copied().unwrap_or(Life::Nothing) {
            Life::DeletedAt(at) if at + RESTORABLE <= self.now => Life::Nothing,
            life => life,
        }
    }

    fn becomes(&mut self, slot: usize, life: Life) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = life;
        }
    }

    fn create(&mut self, slot: usize) {
        match self.life(slot) {
            Life::There(_) => self.refused = Some((409, "NUMBER_ALREADY_ACTIVE")),
            Life::DeletedAt(_) => self.refused = Some((409, "NUMBER_SOFT_DELETED")),
            Life::Nothing => self.becomes(slot, Life::There("CONNECTING")),
        }
    }
}

impl ReferenceStateMachine for Numbers {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let mut slots = [Life::Nothing; SLOTS];
        for (slot, (_, state)) in slots.iter_mut().zip(WORLD) {
            *slot = Life::There(state);
        }
        Just(Self { now: 0, slots, refused: None }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let slot = || 0..SLOTS;
        prop_oneof![
            4 => (WORLD.len()..SLOTS).prop_map(Step::Create),
            3 => slot().prop_map(Step::Connect),
            4 => (slot(), prop::bool::weighted(0.7)).prop_map(|(slot, open)| Step::Pair(slot, open)),
            2 => slot().prop_map(Step::Delete),
            3 => select(vec![SECOND, MINUTE, 11 * DAY, 31 * DAY]).prop_map(Step::Pass),
            2 => slot().prop_map(Step::Read),
            2 => slot().prop_map(Step::Status),
            1 => Just(Step::List),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Pair(slot, true) => matches!(model.life(*slot), Life::There(_)),
            // Only what is connected can be cut off.
            Step::Pair(slot, false) => model.life(*slot) == Life::There("OPEN"),
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.refused = None;
        match step {
            Step::Create(slot) => model.create(*slot),
            Step::Connect(slot) => match model.life(*slot) {
                Life::There("OPEN") => model.refused = Some((409, "ALREADY_CONNECTED")),
                Life::There(_) => model.becomes(*slot, Life::There("CONNECTING")),
                _ => model.refused = Some((404, "NUMBER_NOT_FOUND")),
            },
            Step::Pair(slot, open) => model.becomes(*slot, Life::There(if *open { "OPEN" } else { "CLOSE" })),
            Step::Delete(slot) => match model.life(*slot) {
                Life::There(_) => model.becomes(*slot, Life::DeletedAt(model.now)),
                _ => model.refused = Some((404, "NUMBER_NOT_FOUND")),
            },
            Step::Pass(by) => model.now += by,
            Step::Read(_) | Step::Status(_) | Step::List => {}
        }
        model
    }
}
