//! The same calls on the same state at the same time bring the same answers, ids included.

use fixtures::Evidence;
use serde_json::{Map, Value, json};

use crate::checks::expect::accepted;
use crate::compare::equal;
use crate::demo::META_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Target;

pub(super) const RULE: Rule = Rule::must(
    "same-calls-same-answers",
    "The same calls, on the same state and at the same time, bring the same answers.",
);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "determinism", family: Family::Resilience, area: None, run };

fn run(scene: &mut Scene<'_>) {
    for target in Target::ALL {
        scene.check(RULE.name, target, Evidence::Inferred, |scene| twice(scene, target));
    }
}

fn twice(scene: &Scene<'_>, target: Target) -> Checked {
    let first = play(scene, target)?;
    scene.reset()?;
    let second = play(scene, target)?;
    equal("the same calls brought other answers the second time", &first, &second)
}

/// A message that is sent, and read when it has arrived; and a template.
fn play(scene: &Scene<'_>, target: Target) -> Result<Value, Box<Finding>> {
    let arguments = |value: Value| value.as_object().cloned().unwrap_or_else(Map::new);
    let message = arguments(json!({ "destinationNumber": "+5511988887777", "text": "Oi" }));
    let sent = accepted(scene.call(target, "messages_send", META_KEY, &message)?)?;
    scene.steer("/clock/advance", json!({ "by": "PT1M" }))?;
    let id = arguments(json!({ "id": sent.get("id") }));
    let read = accepted(scene.call(target, "message_get", META_KEY, &id)?)?;
    let template = arguments(json!({ "name": "aviso", "body": { "body": { "text": "Oi" } } }));
    let created = accepted(scene.call(target, "templates_create", META_KEY, &template)?)?;
    Ok(json!([sent, read, created]))
}
