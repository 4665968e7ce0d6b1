//! Webhooks of two numbers, seen through an account's key and through theirs: who sees them, and what they subscribe to.

use fixtures::Area;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{SECOND, Stage};
use crate::compare::equal;
use crate::demo::{FOREIGN_NUMBER, META_KEY, TENANT_KEY, WEB_KEY, number_of};
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Answer;

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

const KEYS: [&str; 3] = [TENANT_KEY, META_KEY, WEB_KEY];
/// With whether a Meta number, and a web number, can subscribe to it by name.
const EVENTS: [(&str, bool, bool); 6] = [
    ("message.sent", true, true),
    ("message.newsletter", false, true),
    ("call.permission_updated", true, false),
    ("number.health_blocked", false, false),
    ("no.such_event", false, false),
    ("*", true, true),
];
const MOST: usize = 5;

#[derive(Debug, Clone, Default)]
struct Patch {
    name: bool,
    url: bool,
    active: Option<bool>,
    events: Option<Vec<usize>>,
}

#[derive(Debug, Clone)]
enum Step {
    Create { key: &'static str, number: Option<&'static str>, name: bool, events: Option<Vec<usize>> },
    Update(&'static str, usize, Patch),
    Delete(&'static str, usize),
    Read(&'static str, usize),
    List(&'static str),
}

#[derive(Debug, Clone)]
struct Webhook {
    number: &'static str,
    name: &'static str,
    url: &'static str,
    active: bool,
    events: Vec<&'static str>,
    created: i64,
    updated: i64,
    deleted: bool,
}

impl Webhook {
    fn is_seen_by(&self, key: &str) -> bool {
        !self.deleted && number_of(key).is_none_or(|number| number == self.number)
    }

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

#[derive(Debug, Clone)]
struct Webhooks {
    now: i64,
    webhooks: Vec<Webhook>,
    refused: Option<(u16, &'static str)>,
}

/// Those among the events that a number can subscribe to.
fn subscribed(number: &str, events: &[usize]) -> Vec<&'static str> {
    let events = events.iter().filter_map(|index| EVENTS.get(*index));
    let can = |(_, meta, web): &&(&str, bool, bool)| if number == "num_meta" { *meta } else { *web };
    events.filter(can).map(|(name, ..)| *name).collect()
}

fn names(events: &[usize]) -> Vec<&'static str> {
    events.iter().filter_map(|index| EVENTS.get(*index)).map(|(name, ..)| *name).collect()
}

/// The number that a webhook is made for, or why none is.
fn number(key: &str, named: Option<&'static str>) -> Result<&'static str, (u16, &'static str)> {
    match (number_of(key), named) {
        (Some(own), Some(named)) if own != named => Err((400, "NUMBER_MISMATCH")),
        (Some(own), _) => Ok(own),
        (None, Some(FOREIGN_NUMBER)) => Err((404, "NUMBER_NOT_FOUND")),
        (None, Some(named)) => Ok(named),
        (None, None) => Err((400, "NUMBER_REQUIRED")),
    }
}

impl Webhooks {
    fn seen(&mut self, key: &str, index: usize) -> Option<&mut Webhook> {
        let webhook = self.webhooks.get_mut(index).filter(|webhook| webhook.is_seen_by(key));
        if webhook.is_none() {
            self.refused = Some((404, "WEBHOOK_NOT_FOUND"));
        }
        webhook
    }

    fn answered(&self, answer: Answer) -> Result<Option<Value>, Box<Finding>> {
        match self.refused {
            Some((status, code)) => refused(&answer, status, code).map(|()| None),
            None => accepted(answer).map(Some),
        }
    }

    fn is_shown(&self, index: usize, body: &Value, stage: &Stage<'_>) -> Checked {
        let shown = self.webhooks.get(index).map(|webhook| webhook.shown(stage));
        shows("a webhook", body, &shown.unwrap_or_default())
    }

    fn list(&self, key: &str, stage: &Stage<'_>) -> Checked {
        let answer = accepted(stage.call("webhooks_list", key, json!({}))?)?;
        let made = |webhook: &&Value| stage.ids.iter().any(|id| id == text(webhook, "id"));
        let listed: Vec<&Value> = answer.as_array().into_iter().flatten().filter(made).collect();
        let mut ids: Vec<&str> = listed.iter().map(|webhook| text(webhook, "id")).collect();
        let seen = self.webhooks.iter().enumerate().filter(|(_, webhook)| webhook.is_seen_by(key));
        let mut expected: Vec<&str> = seen.clone().map(|(index, _)| stage.id(index)).collect();
        ids.sort_unstable();
        expected.sort_unstable();
        equal("the list has other webhooks", &expected.into(), &ids.into())?;
        for (index, webhook) in seen {
            let listed = listed.iter().find(|it| text(it, "id") == stage.id(index)).copied();
            let listed = listed.unwrap_or(&Value::Null);
            self.is_shown(index, listed, stage)?;
            shows("a webhook", listed, &json!({ "whatsappNumberIds": [webhook.number] }))?;
        }
        Ok(())
    }
}

impl ReferenceStateMachine for Webhooks {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 0, webhooks: Vec::new(), refused: None }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let key = || select(KEYS.to_vec());
        let events =
            || prop::option::weighted(0.7, subsequence((0..EVENTS.len()).collect::<Vec<_>>(), 0..=3));
        let number = prop::option::weighted(0.6, select(vec!["num_meta", "num_web", FOREIGN_NUMBER]));
        let create = (key(), number, any::<bool>(), events())
            .prop_map(|(key, number, name, events)| Step::Create { key, number, name, events });
        let patch = (any::<bool>(), any::<bool>(), prop::option::of(any::<bool>()), events())
            .prop_map(|(name, url, active, events)| Patch { name, url, active, events });
        prop_oneof![
            5 => create,
            4 => (key(), 0..MOST, patch).prop_map(|(key, index, patch)| Step::Update(key, index, patch)),
            1 => (key(), 0..MOST).prop_map(|(key, index)| Step::Delete(key, index)),
            3 => (key(), 0..MOST).prop_map(|(key, index)| Step::Read(key, index)),
            2 => key().prop_map(Step::List),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Create { .. } => model.webhooks.len() < MOST,
            Step::Update(_, index, _) | Step::Delete(_, index) | Step::Read(_, index) => {
                *index < model.webhooks.len()
            }
            Step::List(_) => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        // A second passes before each step.
        model.now += SECOND;
        model.refused = None;
        let now = model.now;
        match step {
            Step::Create { key, number, name, events } => match self::number(key, *number) {
                Err(refused) => model.refused = Some(refused),
                Ok(number) => model.webhooks.push(Webhook {
                    number,
                    name: if *name { "Meu sistema" } else { "hooks.example.com" },
                    url: "https://hooks.example.com/in",
                    active: true,
                    events: subscribed(number, events.as_deref().unwrap_or_default()),
                    created: now,
                    updated: now,
                    deleted: false,
                }),
            },
            Step::Update(key, index, patch) => {
                if let Some(webhook) = model.seen(key, *index) {
                    webhook.change(patch, now);
                }
            }
            Step::Delete(key, index) => {
                if let Some(webhook) = model.seen(key, *index) {
                    webhook.deleted = true;
                }
            }
            Step::Read(key, index) => drop(model.seen(key, *index)),
            Step::List(_) => {}
        }
        model
    }
}

impl Webhook {
    fn change(&mut self, patch: &Patch, now: i64) {
        if patch.name {
            self.name = "Outro nome";
        }
        if patch.url {
            self.url = "https://hooks.example.com/other";
        }
        self.active = patch.active.unwrap_or(self.active);
        if let Some(events) = &patch.events {
            self.events = subscribed(self.number, events);
        }
        if patch.name || patch.url || patch.active.is_some() || patch.events.is_some() {
            self.updated = now;
        }
    }
}

impl Machine for Webhooks {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        stage.pass(SECOND)?;
        match step {
            Step::Create { key, number, name, events } => {
                let arguments = json!({
                    "url": "https://hooks.example.com/in",
                    "name": name.then_some("Meu sistema"),
                    "events": events.as_deref().map(names),
                    "whatsappNumberId": number,
                });
                let answer = stage.call("webhooks_create", key, arguments)?;
                let Some(made) = self.answered(answer)? else { return Ok(()) };
                stage.made(&made);
                self.is_shown(self.webhooks.len() - 1, &made, stage)
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
