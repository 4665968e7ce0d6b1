//! Which webhooks there are after some steps, and what they subscribe to.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;

use crate::checks::stage::SECOND;
use crate::demo::{FOREIGN_NUMBER, META_KEY, TENANT_KEY, WEB_KEY, number_of};

pub(super) const KEYS: [&str; 3] = [TENANT_KEY, META_KEY, WEB_KEY];
/// With whether a Meta number, and a web number, can subscribe to it by name.
pub(super) const EVENTS: [(&str, bool, bool); 6] = [
    ("message.sent", true, true),
    ("message.newsletter", false, true),
    ("call.permission_updated", true, false),
    ("number.health_blocked", false, false),
    ("no.such_event", false, false),
    ("*", true, true),
];
const MOST: usize = 5;

#[derive(Debug, Clone, Default)]
pub(super) struct Patch {
    pub(super) name: bool,
    pub(super) url: bool,
    pub(super) active: Option<bool>,
    pub(super) events: Option<Vec<usize>>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Create {
        /// A number that is free.
        webhook: usize,
        key: &'static str,
        number: Option<&'static str>,
        name: bool,
        events: Option<Vec<usize>>,
    },
    Update(&'static str, usize, Patch),
    Delete(&'static str, usize),
    Read(&'static str, usize),
    List(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) number: &'static str,
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) active: bool,
    pub(super) events: Vec<&'static str>,
    pub(super) created: i64,
    pub(super) updated: i64,
    deleted: bool,
}

impl Webhook {
    pub(super) fn is_seen_by(&self, key: &str) -> bool {
        !self.deleted && number_of(key).is_none_or(|number| number == self.number)
    }

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

#[derive(Debug, Clone)]
pub(super) struct Webhooks {
    now: i64,
    /// By the number that each is known by.
    pub(super) webhooks: BTreeMap<usize, Webhook>,
    pub(super) refused: Option<(u16, &'static str)>,
}

/// Those among the events that a number can subscribe to.
fn subscribed(number: &str, events: &[usize]) -> Vec<&'static str> {
    let events = events.iter().filter_map(|index| EVENTS.get(*index));
    let can = |(_, meta, web): &&(&str, bool, bool)| if number == "num_meta" { *meta } else { *web };
    events.filter(can).map(|(name, ..)| *name).collect()
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
    fn seen(&mut self, key: &str, webhook: &usize) -> Option<&mut Webhook> {
        let webhook = self.webhooks.get_mut(webhook).filter(|webhook| webhook.is_seen_by(key));
        if webhook.is_none() {
            self.refused = Some((404, "WEBHOOK_NOT_FOUND"));
        }
        webhook
    }
}

impl ReferenceStateMachine for Webhooks {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 0, webhooks: BTreeMap::new(), refused: None }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let key = || select(KEYS.to_vec());
        let events =
            || prop::option::weighted(0.7, subsequence((0..EVENTS.len()).collect::<Vec<_>>(), 0..=3));
        let number = prop::option::weighted(0.6, select(vec!["num_meta", "num_web", FOREIGN_NUMBER]));
        let create = (0..MOST, key(), number, any::<bool>(), events()).prop_map(
            |(webhook, key, number, name, events)| Step::Create { webhook, key, number, name, events },
        );
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
            Step::Create { webhook, .. } => !model.webhooks.contains_key(webhook),
            Step::Update(_, webhook, _) | Step::Delete(_, webhook) | Step::Read(_, webhook) => {
                model.webhooks.contains_key(webhook)
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
            Step::Create { webhook, key, number, name, events } => match self::number(key, *number) {
                Err(refused) => model.refused = Some(refused),
                Ok(number) => drop(model.webhooks.insert(
                    *webhook,
                    Webhook {
                        number,
                        name: if *name { "Meu sistema" } else { "hooks.example.com" },
                        url: "https://hooks.example.com/in",
                        active: true,
                        events: subscribed(number, events.as_deref().unwrap_or_default()),
                        created: now,
                        updated: now,
                        deleted: false,
                    },
                )),
            },
            Step::Update(key, index, patch) => {
                if let Some(webhook) = model.seen(key, index) {
                    webhook.change(patch, now);
                }
            }
            Step::Delete(key, index) => {
                if let Some(webhook) = model.seen(key, index) {
                    webhook.deleted = true;
                }
            }
            Step::Read(key, index) => drop(model.seen(key, index)),
            Step::List(_) => {}
        }
        model
    }
}
