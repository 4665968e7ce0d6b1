//! Numbers of an account: created, paired, cut off, deleted, and created again when the time to restore them is over.

mod model;

use fixtures::Area;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::Stage;
use crate::compare::equal;
use crate::demo::{TENANT_KEY, WEB_KEY};
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Answer;
use model::{Life, Numbers, PHONES, RESTORABLE, SLOTS, Step, WORLD};

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

/// Numbers of the demo world that are left alone.
const OTHERS: [&str; 2] = ["num_meta", "num_meta_oba"];

impl Machine for Numbers {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Create(slot) => {
                let phone = PHONES.get(slot - WORLD.len());
                let arguments = json!({ "name": "Loja", "number": phone.map(|phone| format!("+{phone}")) });
                let answer = stage.call("numbers_create", TENANT_KEY, arguments)?;
                let Some(made) = self.answered(answer)? else { return Ok(()) };
                let instance = made.get("instance").cloned().unwrap_or_default();
                stage.made(*slot, &instance);
                shows("the new number", &instance, &json!({ "number": phone, "state": "CONNECTING" }))
            }
            Step::Connect(slot) => {
                let answer = self.answered(Self::ask("numbers_connect", *slot, stage)?)?;
                let coded =
                    answer.is_none_or(|answer| answer.get("qrcodeBase64").is_some_and(Value::is_string));
                if coded { Ok(()) } else { Err(Finding::new("no code came to connect with")) }
            }
            Step::Pair(slot, open) => stage.connection(Self::id(*slot, stage), *open),
            Step::Delete(slot) => {
                let Some(deleted) = self.answered(Self::ask("numbers_delete", *slot, stage)?)? else {
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

impl Numbers {
    fn id<'a>(slot: usize, stage: &'a Stage<'_>) -> &'a str {
        WORLD.get(slot).map_or_else(|| stage.id(slot), |(id, _)| *id)
    }

    fn ask(tool: &str, slot: usize, stage: &Stage<'_>) -> Result<Answer, Box<Finding>> {
        stage.call(tool, TENANT_KEY, json!({ "id": Self::id(slot, stage) }))
    }

    /// The answer, where it is not the refusal that the model foresees.
    fn answered(&self, answer: Answer) -> Result<Option<Value>, Box<Finding>> {
        match self.refused {
            Some((status, code)) => refused(&answer, status, code).map(|()| None),
            None => accepted(answer).map(Some),
        }
    }

    fn read(&self, slot: usize, stage: &Stage<'_>) -> Checked {
        let answer = Self::ask("numbers_get", slot, stage)?;
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
        let answer = Self::ask("numbers_status", slot, stage)?;
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
            Life::There(state) => Some(format!("{} {state}", Self::id(slot, stage))),
            _ => None,
        };
        let mut expected: Vec<String> = (0..SLOTS).filter_map(there).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        equal("the list has other numbers", &expected.into(), &listed.into())
    }
}
