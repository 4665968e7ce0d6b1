//! What is tried again, and what never is.

use fixtures::Evidence;
use serde_json::{Map, Value, json};

use crate::checks::fault;
use crate::demo::META_KEY;
use crate::family::Family;
use crate::finding::{Finding, Step};
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::{Answer, Call, Target};

pub(super) const AGAIN: Rule = Rule::should(
    "get-again-*",
    "What only reads is tried again when the API fails for a moment, and the call succeeds.",
);
pub(super) const ONCE: Rule = Rule::must(
    "send-once-*",
    "A send reaches the API once, whatever comes of it: a message that was sent twice cannot be taken back.",
);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "retries", family: Family::Resilience, area: None, run };

const READ: &str = "GET /v1/conversations";
const SEND: &str = "POST /v1/messages/send";

fn run(scene: &mut Scene<'_>) {
    for (name, fault) in [("503", json!({ "status": 503 })), ("reset", json!({ "reset": "before" }))] {
        let rule = AGAIN.name.replace('*', name);
        scene.check(&rule, Target::Mcp, Evidence::Inferred, |scene| again(scene, fault));
    }
    for (name, fault) in [
        ("accepted", json!(null)),
        ("503", json!({ "status": 503 })),
        ("reset", json!({ "reset": "before" })),
        ("answer-lost", json!({ "reset": "after" })),
        ("truncated", json!({ "truncate": { "bytes": 20 } })),
    ] {
        let rule = ONCE.name.replace('*', name);
        scene.check(&rule, Target::Mcp, Evidence::Inferred, |scene| once(scene, fault));
    }
}

fn again(scene: &Scene<'_>, fault: Value) -> Checked {
    set(scene, READ, fault)?;
    let answer = call(scene, "conversations_list", Map::new())?;
    if answer.ok {
        return count(scene, READ, 2);
    }
    Err(Finding::new("a moment's failure is not tried again").with(Value::Null, answer.body))
}

fn once(scene: &Scene<'_>, fault: Value) -> Checked {
    let works = fault.is_null();
    if !works {
        set(scene, SEND, fault)?;
    }
    let message = json!({ "destinationNumber": "+5511988887777", "text": "Oi" });
    let answer = call(scene, "messages_send", message.as_object().cloned().unwrap_or_default())?;
    if answer.ok != works {
        return Err(Finding::new("the answer is not that of the API").with(works, answer.body));
    }
    count(scene, SEND, 1)
}

/// Lets the next call of an operation go wrong.
fn set(scene: &Scene<'_>, operation: &str, mut fault: Value) -> Checked {
    if let Some(fault) = fault.as_object_mut() {
        fault.insert("times".to_owned(), json!(1));
    }
    fault::set(scene, operation, fault)
}

fn call(scene: &Scene<'_>, tool: &str, arguments: Map<String, Value>) -> Result<Answer, Box<Finding>> {
    let operation = scene.contract.tool(tool).ok_or_else(|| Finding::new(format!("{tool} is no tool")))?;
    let call = Call { operation, key: Some(META_KEY), arguments: &arguments };
    let answer = scene.rig.call_retrying(&call)?;
    scene.did(Step::Call { tool: tool.to_owned(), key: Some(META_KEY.to_owned()), arguments });
    Ok(answer)
}

/// Whether an operation of the API was called so often.
fn count(scene: &Scene<'_>, operation: &str, expected: u64) -> Checked {
    let asked = json!({ "operation": operation, "count": { "exactly": expected } });
    let verified = scene.steer("/requests/verify", asked)?;
    if verified.get("ok") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let found = verified.get("count").cloned().unwrap_or_default();
    Err(Finding::new(format!("{operation} was called another number of times")).with(expected, found))
}
