//! Numbers of an account: created, paired, cut off, deleted, and created again when the time to restore them is over.

use fixtures::Area;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{DAY, MINUTE, SECOND, Stage};
use crate::compare::equal;
use crate::demo::{TENANT_KEY, WEB_KEY};
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Answer;

pub(super) const RULE: Rule = Rule::must(
    "connections",
    "Whatever is created, paired, cut off and deleted in between, the account has the numbers, and each the state, that this leaves.",
)
.proves(&[
    "NUM-LIST-001",
    "NUM-LIST-009",
    "NUM-GET-013",
    "NUM-GET-016",
    "NUM-CREATE-007",
    "NUM-CREATE-009",
    "NUM-CREATE-010",
    "NUM-CONNECT-002",
    "NUM-CONNECT-003",
    "NUM-CONNECT-005",
    "NUM-CONNECT-009",
    "NUM-DELETE-001",
    "NUM-DELETE-002",
    "NUM-DELETE-003",
    "NUM-DELETE-005",
    "NUM-STATUS-001",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "numbers", family: Family::Machines, area: Some(Area::Numbers), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Numbers>(scene, &RULE, SCENARIO.name);
}

/// How long a deleted number can be restored (U-05).
const RESTORABLE: i64 = 30 * DAY;
/// The two web numbers of the demo world, and two that come and go.
const WORLD: [(&str, &str); 2] = [("num_web", "OPEN"), ("num_web_closed", "CLOSE")];
/// Numbers of the demo world that are left alone.
const OTHERS: [&str; 2] = ["num_meta", "num_meta_oba"];
const PHONES: [&str; 2] = ["5511922220001", "5511922220002"];
const SLOTS: usize = WORLD.len() + PHONES.len();

#[derive(Debug, Clone)]
enum Step {
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
enum Life {
    Nothing,
    /// With its state.
    There(&'static str),
    DeletedAt(i64),
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    life: Life,
    /// Which one of all that were made was the last in it.
    made: Option<usize>,
}

#[derive(Debug, Clone)]
struct Numbers {
    now: i64,
    slots: [Slot; SLOTS],
    made: usize,
    refused: Option<(u16, &'static str)>,
}

impl Numbers {
    fn life(&self, slot: usize) -> Life {
        match self.slots.get(slot).map_or(Life::Nothing, |slot| slot.life) {
            Life::DeletedAt(at) if at + RESTORABLE <= self.now => Life::Nothing,
            life => life,
        }
    }

    fn becomes(&mut self, slot: usize, life: Life) {
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.life = life;
        }
    }

    fn create(&mut self, slot: usize) {
        match (self.life(slot), self.slots.get_mut(slot)) {
            (Life::There(_), _) => self.refused = Some((409, "NUMBER_ALREADY_ACTIVE")),
            (Life::DeletedAt(_), _) => self.refused = Some((409, "NUMBER_SOFT_DELETED")),
            (Life::Nothing, Some(slot)) => {
                *slot = Slot { life: Life::There("CONNECTING"), made: Some(self.made) };
                self.made += 1;
            }
            (Life::Nothing, None) => {}
        }
    }

    fn id<'a>(&self, slot: usize, stage: &'a Stage<'_>) -> &'a str {
        let made = self.slots.get(slot).and_then(|slot| slot.made);
        WORLD.get(slot).map_or_else(|| stage.id(made.unwrap_or(usize::MAX)), |(id, _)| *id)
    }

    fn ask(&self, tool: &str, slot: usize, stage: &Stage<'_>) -> Result<Answer, Box<Finding>> {
        stage.call(tool, TENANT_KEY, json!({ "id": self.id(slot, stage) }))
    }

    /// The answer, where it is not the refusal that the model foresees.
    fn answered(&self, answer: Answer) -> Result<Option<Value>, Box<Finding>> {
        match self.refused {
            Some((status, code)) => refused(&answer, status, code).map(|()| None),
            None => accepted(answer).map(Some),
        }
    }

    fn read(&self, slot: usize, stage: &Stage<'_>) -> Checked {
        let answer = self.ask("numbers_get", slot, stage)?;
        let Life::There(state) = self.life(slot) else {
            return refused(&answer, 404, "NUMBER_NOT_FOUND");
        };
        let read = accepted(answer)?;
        let open = state == "OPEN";
        shows("a number", &read, &json!({ "state": state, "isFullyConnected": open }))?;
        let sendable = read.pointer("/health/sendable").cloned().unwrap_or_default();
        equal("whether the number can send is not what it must be", &open.into(), &sendable)
    }

    fn status(&self, slot: usize, stage: &Stage<'_>) -> Checked {
        let answer = self.ask("numbers_status", slot, stage)?;
        match self.life(slot) {
            Life::There(state) => shows("the status", &accepted(answer)?, &json!({ "state": state })),
            _ if !answer.ok && answer.status == Some(404) => Ok(()),
            _ => Err(Finding::new("a number that is not there has a status").with(404, answer.body)),
        }
    }

    fn list(&self, stage: &Stage<'_>) -> Checked {
        let answer = accepted(stage.call("numbers_list", TENANT_KEY, json!({}))?)?;
        let mut listed: Vec<String> = answer
            .as_array()
            .into_iter()
            .flatten()
            .filter(|number| !OTHERS.contains(&text(number, "id")))
            .map(|number| format!("{} {}", text(number, "id"), text(number, "state")))
            .collect();
        let there = |slot| match self.life(slot) {
            Life::There(state) => Some(format!("{} {state}", self.id(slot, stage))),
            _ => None,
        };
        let mut expected: Vec<String> = (0..SLOTS).filter_map(there).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        equal("the list has other numbers", &expected.into(), &listed.into())
    }
}

impl ReferenceStateMachine for Numbers {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let mut slots = [Slot { life: Life::Nothing, made: None }; SLOTS];
        for (slot, (_, state)) in slots.iter_mut().zip(WORLD) {
            slot.life = Life::There(state);
        }
        Just(Self { now: 0, slots, made: 0, refused: None }).boxed()
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

impl Machine for Numbers {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Create(slot) => {
                let phone = PHONES.get(slot - WORLD.len());
                let arguments = json!({ "name": "Loja", "number": phone.map(|phone| format!("+{phone}")) });
                let answer = stage.call("numbers_create", TENANT_KEY, arguments)?;
                let Some(made) = self.answered(answer)? else { return Ok(()) };
                let instance = made.get("instance").cloned().unwrap_or_default();
                stage.made(&instance);
                shows("the new number", &instance, &json!({ "number": phone, "state": "CONNECTING" }))
            }
            Step::Connect(slot) => {
                let answer = self.answered(self.ask("numbers_connect", *slot, stage)?)?;
                let coded =
                    answer.is_none_or(|answer| answer.get("qrcodeBase64").is_some_and(Value::is_string));
                if coded { Ok(()) } else { Err(Finding::new("no code came to connect with")) }
            }
            Step::Pair(slot, open) => stage.connection(self.id(*slot, stage), *open),
            Step::Delete(slot) => {
                let Some(deleted) = self.answered(self.ask("numbers_delete", *slot, stage)?)? else {
                    return Ok(());
                };
                let until = stage.instant(self.now + RESTORABLE);
                shows("the answer", &deleted, &json!({ "ok": true, "restorableUntil": until }))
            }
            Step::Pass(by) => stage.pass(*by),
            Step::Read(slot) => self.read(*slot, stage),
            Step::Status(slot) => self.status(*slot, stage),
            Step::List => self.list(stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        (0..SLOTS).try_for_each(|slot| self.read(slot, stage))?;
        self.list(stage)?;
        let works = stage.call("templates_list", WEB_KEY, json!({}))?.ok;
        let there = matches!(self.life(0), Life::There(_));
        equal("whether the number's key works is not what it must be", &there.into(), &works.into())
    }
}
