//! A client that has lost interest: the request to the API ends with that of the client.
//!
//! The API is held up by a fault, and a send with an `Idempotency-Key` waits there. As long as it does, the key is in use; once its request has gone, the same
//! send may be made anew, and is the first.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::ensure;
use crate::checks::fault;
use crate::demo::META_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rig::Rig;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Answer, Call, CallError, PATIENCE, Raw, Revision, Target};

pub(super) const HANGING_UP: Rule = Rule::must(
    "hanging-up",
    "A client that closes its connection before the answer cancels the call, and the request to the API ends.",
)
.proves(&["MSG-IDEM-009"]);
pub(super) const NOTIFIED: Rule = Rule::must(
    "notified",
    "Over stdio notifications/cancelled ends the call, and the request to the API with it.",
)
.proves(&["MSG-IDEM-009"]);

/// How long the API would wait: longer than anything here takes.
const HELD_MS: u64 = 60_000;
/// How long the end of a request may take to arrive at the API.
const SOON: Duration = Duration::from_secs(5);

pub(super) fn run(scene: &mut Scene<'_>) {
    let evidence = fixtures::Evidence::Documented;
    scene.check(HANGING_UP.name, Target::Mcp, evidence, hanging_up);
    scene.check(NOTIFIED.name, Target::Mcp, evidence, notified);
}

fn hanging_up(scene: &Scene<'_>) -> Checked {
    let url = scene.rig.endpoint()?;
    hold(scene)?;
    let raw = Raw::modern(META_KEY, "tools/call", json!({ "name": "messages_send", "arguments": message() }));
    scene.note(format!("{} --max-time 1", scene.rig.roles().shown_in(&raw).curl(url)));
    scene.rig.block_on(async {
        tokio::select! {
            heard = scene.rig.sending_by_hand(scene.contract, url, &raw) => Err(early(heard.map(|heard| heard.shown())?)),
            arrived = arrival(scene.rig) => arrived,
        }
    })?;
    abandoned(scene)
}

fn notified(scene: &Scene<'_>) -> Checked {
    let mut peer = scene.rig.fresh(META_KEY)?;
    hold(scene)?;
    let params = json!({ "name": "messages_send", "arguments": message() });
    let params = params.as_object().cloned().unwrap_or_default();
    let call = Revision::Modern.request(1, "tools/call", params).to_string();
    scene.rig.permit().allows_text(scene.contract, call.as_bytes())?;
    let cancel =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    scene.note(format!("(over stdio) {call}"));
    scene.note(format!("(over stdio) {cancel}"));
    scene.rig.block_on(async {
        peer.write(&call).await?;
        tokio::select! {
            answer = peer.read() => Err(early(answer?.unwrap_or_default())),
            arrived = arrival(scene.rig) => arrived,
        }?;
        Ok::<_, Box<Finding>>(peer.write(&cancel.to_string()).await?)
    })?;
    abandoned(scene)
}

fn message() -> Value {
    json!({ "destinationNumber": "+5511988887777", "text": "Oi", "idempotencyKey": "conformance" })
}

/// Lets the API hold up the next send.
fn hold(scene: &Scene<'_>) -> Checked {
    fault::set(scene, "POST /v1/messages/send", json!({ "delay": { "ms": HELD_MS }, "times": 1 }))
}

fn early(answer: Value) -> Box<Finding> {
    Finding::new("the call was answered although the API was not").with(Value::Null, answer)
}

/// Done when the API holds a send up.
async fn arrival(rig: &Rig) -> Checked {
    let wait = async {
        while rig.steering("GET", fault::PATH, &Value::Null).await?.get("fired") != Some(&json!(1)) {
            tokio::task::yield_now().await;
        }
        Ok::<_, CallError>(())
    };
    match timeout(PATIENCE, wait).await {
        Ok(arrived) => Ok(arrived?),
        Err(_) => Err(Finding::new("the call did not reach the API")),
    }
}

/// Whether the API has lost the send that it held up.
fn abandoned(scene: &Scene<'_>) -> Checked {
    let operation = scene.contract.tool("messages_send");
    let operation = operation.ok_or_else(|| Finding::new("messages_send is no tool"))?;
    let arguments = message().as_object().cloned().unwrap_or_default();
    let call = Call { operation, key: Some(META_KEY), arguments: &arguments };
    let again = async {
        loop {
            let answer = scene.rig.calling(Target::Rest, &call).await?;
            if answer.code() != Some("IDEMPOTENCY_KEY_IN_USE") {
                return Ok::<Answer, CallError>(answer);
            }
            tokio::task::yield_now().await;
        }
    };
    let answer = scene.rig.block_on(async { timeout(SOON, again).await });
    let answer =
        answer.map_err(|_| Finding::new("the request to the API goes on after its client has gone"))??;
    ensure(answer.ok, "the send cannot be made anew", &answer.body)?;
    let replayed = answer.headers.contains_key("idempotent-replayed");
    ensure(!replayed, "the send that was cancelled was made", &answer.body)
}
