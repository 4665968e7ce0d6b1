//! Over stdio: messages as lines, and nothing else.

use serde_json::{Map, Value, json};

use super::framing::BODIES;
use super::{check, ensure};
use crate::checks::fault;
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{CallError, Peer, Revision, Target};

pub(super) const MALFORMED: Rule = Rule::must(
    "malformed-line-*",
    "A line that is no JSON is answered with -32700, one that is no single request or notification with -32600, and the next line is served.",
);
pub(super) const NOTIFICATION: Rule = Rule::must(
    "notification-line",
    "A notification is not answered: the next line is the answer to the next request.",
);
pub(super) const END: Rule =
    Rule::must("end-of-input", "The server ends when its input does; its output has messages only.");
pub(super) const IN_FLIGHT: Rule =
    Rule::must("end-in-flight", "A call that is under way when the input ends is answered first.");

/// How long the API takes for a call that is to be under way.
const SLOW_MS: u64 = 50;

pub(super) fn run(scene: &mut Scene<'_>) {
    for (name, body, code) in BODIES {
        // A line cannot be empty.
        if !body.is_empty()
            && let Ok(line) = std::str::from_utf8(body)
        {
            check(scene, MALFORMED, name, |scene| malformed(scene, line, code));
        }
    }
    check(scene, NOTIFICATION, "", notification);
    check(scene, END, "", |scene| {
        let mut peer = scene.rig.fresh(TENANT_KEY)?;
        scene.note("(over stdio) one request, and the end of input".to_owned());
        scene.rig.block_on(async {
            served(&mut peer).await?;
            peer.close().await;
            ended(&mut peer).await
        })
    });
    scene.check(IN_FLIGHT.name, Target::Mcp, fixtures::Evidence::Documented, in_flight);
}

fn malformed(scene: &Scene<'_>, line: &str, code: i64) -> Checked {
    let mut peer = scene.rig.fresh(TENANT_KEY)?;
    scene.note(format!("(over stdio) {line}"));
    scene.rig.block_on(async {
        peer.write(line).await?;
        let answer = peer.read().await?.unwrap_or_default();
        let found = answer.pointer("/error/code").and_then(Value::as_i64);
        if found != Some(code) {
            let finding = Finding::new("the line is not answered with the error that it must be");
            return Err(finding.with(code, answer));
        }
        served(&mut peer).await
    })
}

/// It cancels nothing, so that nothing comes of it.
fn notification(scene: &Scene<'_>) -> Checked {
    let mut peer = scene.rig.fresh(TENANT_KEY)?;
    let nothing =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 99 } });
    let discover = Revision::Modern.request(7, "server/discover", Map::new());
    scene.note(format!("(over stdio) {nothing}"));
    scene.note(format!("(over stdio) {discover}"));
    scene.rig.block_on(async {
        peer.write(&nothing.to_string()).await?;
        peer.write(&discover.to_string()).await?;
        let answer = peer.read().await?.unwrap_or_default();
        ensure(answer.get("id") == discover.get("id"), "it is not the request that is answered", &answer)
    })
}

fn in_flight(scene: &Scene<'_>) -> Checked {
    let mut peer = scene.rig.fresh(TENANT_KEY)?;
    fault::set(scene, "GET /v1/numbers", json!({ "delay": { "ms": SLOW_MS } }))?;
    let params = json!({ "name": "numbers_list", "arguments": {} });
    let call = Revision::Modern.request(1, "tools/call", params.as_object().cloned().unwrap_or_default());
    scene.note(format!("(over stdio) {call}, and the end of input"));
    scene.rig.block_on(async {
        peer.write(&call.to_string()).await?;
        peer.close().await;
        let answer = peer.read().await?.unwrap_or_default();
        let answered = answer.pointer("/result/structuredContent/items").is_some();
        ensure(answered, "the call that was under way is not answered", &answer)?;
        ended(&mut peer).await
    })
}

async fn served(peer: &mut Peer) -> Checked {
    let answer = peer.ask(&Revision::Modern.request(7, "server/discover", Map::new())).await?;
    ensure(answer.get("result").is_some(), "the next request is not served", &answer)
}

async fn ended(peer: &mut Peer) -> Checked {
    match peer.read().await {
        Ok(None) => Ok(()),
        Ok(Some(message)) => {
            Err(Finding::new("there is a message that nobody asked for").with(Value::Null, message))
        }
        Err(error @ CallError::Unusable { .. }) => {
            Err(Finding::new(format!("the server does not end with its input: {error}")))
        }
        Err(error) => Err(error.into()),
    }
}
