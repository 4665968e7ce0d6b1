//! Each event arrives, with the payload that is documented for it.

use fixtures::Evidence;
use serde_json::Value;

use super::inbox::Inbox;
use super::provoke::{EVENTS, Event};
use super::schema;
use crate::checks::expect::shows;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::subject::{compile, holds};
use crate::targets::Target;

pub(super) const RULE: Rule = Rule::must(
    "payload-*",
    "The event arrives when it happens, to who subscribes to it by name, with the payload that is documented for it and what it is about.",
)
.proves(&[
    "WHK-ENV-001",
    "WHK-ENV-002",
    "WHK-ENV-003",
    "WHK-ENV-004",
    "WHK-ENV-009",
    "WHK-ENV-010",
    "WHK-ENV-012",
    "WHK-MSG-001",
    "WHK-MSG-004",
    "WHK-MSG-006",
    "WHK-MSG-008",
    "WHK-MSG-009",
    "WHK-MSG-010",
    "WHK-CALL-001",
    "WHK-CALL-002",
    "WHK-CALL-007",
    "WHK-CALL-008",
    "NUM-EVENT-001",
    "NUM-EVENT-002",
]);

pub(super) fn run(scene: &mut Scene<'_>) {
    for event in EVENTS {
        for target in Target::ALL {
            let rule = format!("payload-{}", event.name);
            scene.check(&rule, target, Evidence::Sdk, |scene| arrives(&Inbox::open(scene, target)?, event));
        }
    }
}

fn arrives(inbox: &Inbox<'_>, event: &Event) -> Checked {
    inbox.webhook(event.number, "/hook", &[event.name])?;
    let expected = (event.provoke)(inbox)?;
    let arrived = inbox.wait(event.within)?;
    let [delivery] = arrived.as_slice() else {
        let events: Vec<&str> = arrived.iter().map(super::receiver::Delivery::event).collect();
        return Err(Finding::new("the event did not arrive alone").with(vec![event.name], events));
    };
    let body = &delivery.body;
    match schema::of(event.name) {
        Some(schema) => holds(&compile(&schema).map_err(Finding::new)?, body, "the payload")?,
        // Only that it carries an SDP is documented.
        None if body.to_string().contains("v=0") => {}
        None => return Err(Finding::new("the payload has no SDP").with(Value::Null, body.clone())),
    }
    shows("the payload", body.get("data").unwrap_or(body), &expected)
}
