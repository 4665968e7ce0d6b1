//! What reaches a webhook: signed, in order, once, and only what it asked for.

use fixtures::Evidence;
use serde_json::{Value, json};

use super::Check;
use super::inbox::{CAIO, Inbox, arrived_at};
use super::receiver::Delivery;
use crate::checks::expect::accepted;
use crate::checks::stage::MINUTE;
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;

pub(super) const DELIVERED: Rule =
    Rule::must("delivered", "An event is a POST with a JSON body to the webhook's URL.")
        .proves(&["WHK-SEND-001", "WHK-SEND-002"]);
pub(super) const IN_ORDER: Rule = Rule::must(
    "in-order",
    "What happens to one message arrives in the order in which it happened, also when a delivery has to be tried again.",
)
.proves(&["WHK-SEND-010"]);
pub(super) const ONCE: Rule = Rule::must(
    "once-per-state",
    "Each state of each message arrives, and arrives once, when it is taken at once.",
);
pub(super) const FILTERED: Rule =
    Rule::must("filtered", "A webhook gets the events that it subscribes to, and with none nothing.")
        .proves(&["WHK-EVENTS-001", "WHK-EVENTS-002", "WHK-EVENTS-003"]);
pub(super) const PAUSED: Rule =
    Rule::must("paused", "A webhook that is not active gets nothing until it is active again.").proves(&[
        "WHK-SEND-011",
        "WHK-UPDATE-003",
        "WHK-UPDATE-004",
    ]);
pub(super) const OWN_NUMBER: Rule =
    Rule::must("own-number", "A webhook gets the events of its own number only.").proves(&["WHK-SEND-013"]);
pub(super) const DELETED: Rule =
    Rule::must("deleted", "A webhook that was deleted gets nothing.").proves(&["WHK-DELETE-002"]);

pub(super) const CHECKS: &[(Rule, Evidence, Check)] = &[
    (DELIVERED, Evidence::Documented, delivered),
    (IN_ORDER, Evidence::Inferred, in_order),
    (ONCE, Evidence::Documented, once),
    (FILTERED, Evidence::Documented, filtered),
    (PAUSED, Evidence::Documented, paused),
    (OWN_NUMBER, Evidence::Documented, own_number),
    (DELETED, Evidence::Documented, deleted),
];

/// What happens to a message that is read.
pub(super) const STATES: [&str; 3] = ["message.sent", "message.delivered", "message.read"];

fn delivered(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.send(CAIO)?;
    let arrived = inbox.wait(MINUTE)?;
    let Some(delivery) = arrived.first() else { return Err(Finding::new("nothing arrived")) };
    let found = json!({
        "method": delivery.method.as_str(),
        "path": delivery.path,
        "contentType": delivery.header("content-type"),
        "event": delivery.event(),
    });
    let expected = json!({ "method": "POST", "path": "/hook", "contentType": "application/json", "event": "message.sent" });
    crate::compare::equal("a delivery is not what it must be", &expected, &found)
}

fn in_order(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &STATES)?;
    inbox.receiver.answer(&[500, 500, 503]);
    let ids = [inbox.send(CAIO)?, inbox.send(CAIO)?, inbox.send(CAIO)?];
    let arrived = inbox.wait(10 * MINUTE)?;
    ids.iter().try_for_each(|id| {
        let mut events = events_of(id, &arrived);
        // What was refused comes again.
        events.dedup();
        let message = "the events of a message did not arrive in order, or not all of them";
        if events == STATES { Ok(()) } else { Err(Finding::new(message).with(STATES.to_vec(), events)) }
    })
}

fn events_of<'a>(id: &str, arrived: &'a [Delivery]) -> Vec<&'a str> {
    arrived.iter().filter(|delivery| delivery.id() == id).map(Delivery::event).collect()
}

fn once(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &STATES)?;
    let ids = [inbox.send(CAIO)?, inbox.send(CAIO)?];
    let arrived = inbox.wait(60 * MINUTE)?;
    ids.iter().try_for_each(|id| {
        let mut events = events_of(id, &arrived);
        events.sort_by_key(|event| STATES.iter().position(|state| state == event));
        let message = "not every state of a message arrived exactly once";
        if events == STATES { Ok(()) } else { Err(Finding::new(message).with(STATES.to_vec(), events)) }
    })
}

fn filtered(inbox: &Inbox<'_>) -> Checked {
    let one = inbox.webhook("num_web", "/one", &["message.delivered"])?;
    inbox.webhook("num_web", "/none", &[])?;
    inbox.webhook("num_web", "/all", &["*"])?;
    inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    arrived_at(
        "/one",
        &arrived,
        &["message.delivered"],
        "a webhook did not get what it subscribes to, and only that",
    )?;
    arrived_at("/none", &arrived, &[], "a webhook that subscribes to nothing got something")?;
    arrived_at("/all", &arrived, &STATES, "a webhook that subscribes to everything did not get it")?;
    inbox.change(&one, json!({ "events": ["message.read"] }))?;
    inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    arrived_at("/one", &arrived, &["message.read"], "a webhook did not get what it subscribes to now")
}

fn paused(inbox: &Inbox<'_>) -> Checked {
    let hook = inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.change(&hook, json!({ "active": false }))?;
    inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    arrived_at("/hook", &arrived, &[], "a webhook that is not active got something")?;
    inbox.change(&hook, json!({ "active": true }))?;
    let id = inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    let events = events_of(&id, &arrived);
    let message = "a webhook that is active again did not get what happened then";
    if events == ["message.sent"] {
        Ok(())
    } else {
        Err(Finding::new(message).with(vec!["message.sent"], events))
    }
}

fn own_number(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_meta", "/other", &["*"])?;
    inbox.webhook("num_web", "/own", &["*"])?;
    inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    arrived_at("/own", &arrived, &STATES, "a webhook did not get the events of its number")?;
    arrived_at("/other", &arrived, &[], "a webhook got the events of another number")
}

fn deleted(inbox: &Inbox<'_>) -> Checked {
    let hook = inbox.webhook("num_web", "/hook", &["*"])?;
    inbox.webhook("num_web", "/kept", &["*"])?;
    inbox.send(CAIO)?;
    accepted(inbox.stage.call("webhooks_delete", TENANT_KEY, json!({ "id": hook }))?)?;
    let arrived = inbox.wait(10 * MINUTE)?;
    arrived_at("/hook", &arrived, &[], "a webhook that was deleted got something")?;
    arrived_at("/kept", &arrived, &STATES, "a webhook beside the one that was deleted did not get its events")
}

impl Inbox<'_> {
    /// Changes a webhook.
    fn change(&self, webhook: &str, mut patch: Value) -> Checked {
        if let Some(patch) = patch.as_object_mut() {
            patch.insert("id".to_owned(), webhook.into());
        }
        accepted(self.stage.call("webhooks_update", TENANT_KEY, patch)?).map(drop)
    }
}
