//! Webhooks of two numbers, seen through an account's key and through theirs: who sees them, and what they subscribe to.

mod model;

use fixtures::Area;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{SECOND, Stage};
use crate::compare::equal;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Answer;
use model::{EVENTS, KEYS, Step, Webhook, Webhooks};

pub(super) const RULE: Rule = Rule::must(
    "subscriptions",
    "Whatever is created, changed and deleted in between, by whichever key, each key sees the webhooks that it may, as they were left.",
)
.proves(&[
    "WHK-SCOPE-001",
    "WHK-SCOPE-002",
    "WHK-SCOPE-003",
    "WHK-SCOPE-004",
    "WHK-SCOPE-005",
    "WHK-SCOPE-007",
    "WHK-SCOPE-008",
    "WHK-SCOPE-009",
    "WHK-EVENTS-003",
    "WHK-EVENTS-004",
    "WHK-EVENTS-005",
    "WHK-EVENTS-006",
    "WHK-EVENTS-008",
    "WHK-EVENTS-009",
    "WHK-CREATE-003",
    "WHK-CREATE-004",
    "WHK-CREATE-007",
    "WHK-DELETE-002",
    "WHK-UPDATE-005",
    "WHK-UPDATE-006",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "webhooks", family: Family::Machines, area: Some(Area::Webhooks), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Webhooks>(scene, &RULE, SCENARIO.name);
}

fn names(events: &[usize]) -> Vec<&'static str> {
    events.iter().filter_map(|index| EVENTS.get(*index)).map(|(name, ..)| *name).collect()
}

impl Machine for Webhooks {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        stage.pass(SECOND)?;
        match step {
            Step::Create { webhook, key, number, name, events } => {
                let arguments = json!({
                    "url": "https://hooks.example.com/in",
                    "name": name.then_some("Meu sistema"),
                    "events": events.as_deref().map(names),
                    "whatsappNumberId": number,
                });
                let answer = stage.call("webhooks_create", key, arguments)?;
                let Some(made) = self.answered(answer)? else { return Ok(()) };
                stage.made(*webhook, &made);
                self.is_shown(*webhook, &made, stage)
            }
            Step::Update(key, index, patch) => {
                let arguments = json!({
                    "id": stage.id(*index),
                    "name": patch.name.then_some("Outro nome"),
                    "url": patch.url.then_some("https://hooks.example.com/other"),
                    "active": patch.active,
                    "events": patch.events.as_deref().map(names),
                });
                match self.answered(stage.call("webhooks_update", key, arguments)?)? {
                    Some(changed) => self.is_shown(*index, &changed, stage),
                    None => Ok(()),
                }
            }
            Step::Delete(key, index) => {
                let answer = stage.call("webhooks_delete", key, json!({ "id": stage.id(*index) }))?;
                match self.answered(answer)? {
                    Some(answer) => {
                        shows("the answer", &answer, &json!({ "deleted": true, "id": stage.id(*index) }))
                    }
                    None => Ok(()),
                }
            }
            Step::Read(key, index) => {
                match self.answered(stage.call("webhook_get", key, json!({ "id": stage.id(*index) }))?)? {
                    Some(read) => self.is_shown(*index, &read, stage),
                    None => Ok(()),
                }
            }
            Step::List(key) => self.list(key, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        KEYS.iter().try_for_each(|key| self.list(key, stage))
    }
}

impl Webhooks {
    fn answered(&self, answer: Answer) -> Result<Option<Value>, Box<Finding>> {
        match self.refused {
            Some((status, code)) => refused(&answer, status, code).map(|()| None),
            None => accepted(answer).map(Some),
        }
    }

    fn is_shown(&self, index: usize, body: &Value, stage: &Stage<'_>) -> Checked {
        let shown = self.webhooks.get(&index).map(|webhook| webhook.shown(stage));
        shows("a webhook", body, &shown.unwrap_or_default())
    }

    fn list(&self, key: &str, stage: &Stage<'_>) -> Checked {
        let answer = accepted(stage.call("webhooks_list", key, json!({}))?)?;
        let made = |webhook: &&Value| stage.knows(text(webhook, "id"));
        let listed: Vec<&Value> = answer.as_array().into_iter().flatten().filter(made).collect();
        let mut ids: Vec<&str> = listed.iter().map(|webhook| text(webhook, "id")).collect();
        let seen = self.webhooks.iter().filter(|(_, webhook)| webhook.is_seen_by(key));
        let mut expected: Vec<&str> = seen.clone().map(|(index, _)| stage.id(*index)).collect();
        ids.sort_unstable();
        expected.sort_unstable();
        equal("the list has other webhooks", &expected.into(), &ids.into())?;
        for (index, webhook) in seen {
            let listed = listed.iter().find(|it| text(it, "id") == stage.id(*index)).copied();
            let listed = listed.unwrap_or(&Value::Null);
            self.is_shown(*index, listed, stage)?;
            shows("a webhook", listed, &json!({ "whatsappNumberIds": [webhook.number] }))?;
        }
        Ok(())
    }
}

impl Webhook {
    fn shown(&self, stage: &Stage<'_>) -> Value {
        json!({
            "name": self.name,
            "url": self.url,
            "active": self.active,
            "events": self.events,
            "environment": "LIVE",
            "createdAt": stage.instant(self.created),
            "updatedAt": stage.instant(self.updated),
        })
    }
}
