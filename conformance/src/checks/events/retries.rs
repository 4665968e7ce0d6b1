//! What happens when a receiver does not take a delivery (U-14).

use fixtures::Evidence;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Check;
use super::inbox::{ATTEMPTED, CAIO, Inbox, arrived_at};
use super::receiver::Delivery;
use crate::checks::expect::shows;
use crate::checks::stage::{DAY, MINUTE, SECOND};
use crate::compare::equal;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::subject::{compile, holds};
use crate::targets::PATIENCE;

pub(super) const RETRIED: Rule = Rule::must(
    "retried",
    "A delivery that fails is tried again after 1 s, 5 s, 30 s, 2 min and 10 min, with the same body, and then no more.",
)
.proves(&["WHK-SEND-006", "WHK-SEND-007"]);
pub(super) const ENDS: Rule =
    Rule::must("retry-ends", "A delivery that succeeds is not tried again.").proves(&["WHK-SEND-006"]);
pub(super) const STATUS: Rule = Rule::must(
    "status-decides",
    "Any 2xx is a success; a redirect is not followed, and fails like any other status.",
)
.proves(&["WHK-SEND-005", "WHK-SEND-015"]);
pub(super) const UNANSWERED: Rule = Rule::must(
    "unanswered",
    "A delivery that has no answer after 10 s is logged as failed, without a status, and tried again after 1 s.",
)
.proves(&["WHK-SEND-006", "WHK-SEND-008", "WHK-SEND-009"]);
pub(super) const LOGGED: Rule = Rule::must(
    "logged",
    "The log has each attempt, newest first, with what was sent and what came back; it can be cut and filtered.",
)
.proves(&[
    "WHK-SEND-008",
    "WHK-LOG-001",
    "WHK-LOG-003",
    "WHK-LOG-004",
    "WHK-LOG-005",
    "WHK-LOG-006",
    "WHK-LOG-007",
    "WHK-LOG-009",
]);

pub(super) const CHECKS: &[(Rule, Evidence, Check)] = &[
    (RETRIED, Evidence::Inferred, retried),
    (ENDS, Evidence::Documented, ends),
    (STATUS, Evidence::Documented, status_decides),
    (UNANSWERED, Evidence::Inferred, unanswered),
    (LOGGED, Evidence::Documented, logged),
];

/// How long a receiver may take.
const TIMEOUT: i64 = 10 * SECOND;
const BACKOFF: [i64; 5] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];

fn retried(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.receiver.answer(&[500; 20]);
    inbox.send(CAIO)?;
    let first = inbox.wait(ATTEMPTED)?;
    let [first] = first.as_slice() else {
        return Err(Finding::new("the first attempt did not come").with(1, first.len()));
    };
    for (index, wait) in BACKOFF.into_iter().enumerate() {
        let attempt = index + 2;
        let early = inbox.wait(wait - 1)?;
        if !early.is_empty() {
            return Err(Finding::new(format!("attempt {attempt} came too early")).with(0, early.len()));
        }
        let due = inbox.wait(1)?;
        match due.as_slice() {
            [delivery] if delivery.raw == first.raw => {}
            [delivery] => {
                let message = format!("attempt {attempt} brought another body");
                return Err(Finding::new(message).with(first.body.clone(), delivery.body.clone()));
            }
            _ => {
                let message =
                    format!("attempt {attempt} did not come {} s after the one before", wait / SECOND);
                return Err(Finding::new(message).with(1, due.len()));
            }
        }
    }
    let late = inbox.wait(7 * DAY)?;
    if late.is_empty() {
        Ok(())
    } else {
        Err(Finding::new("there are more than six attempts").with(0, late.len()))
    }
}

fn ends(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.receiver.answer(&[500, 500, 200]);
    inbox.send(CAIO)?;
    let arrived = inbox.wait(DAY)?;
    let message = "there was not one attempt for each failure, and one that succeeded";
    arrived_at("/hook", &arrived, &["message.sent"; 3], message)
}

fn status_decides(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.receiver.answer(&[307, 404, 204]);
    inbox.send(CAIO)?;
    let arrived = inbox.wait(DAY)?;
    arrived_at("/elsewhere", &arrived, &[], "a redirect was followed")?;
    let message = "307 and 404 have to be tried again, and 204 not";
    arrived_at("/hook", &arrived, &["message.sent"; 3], message)
}

fn unanswered(inbox: &Inbox<'_>) -> Checked {
    let hook = inbox.webhook("num_web", "/hook", &["message.sent"])?;
    inbox.receiver.ignore();
    inbox.send(CAIO)?;
    inbox.stage.hurry(ATTEMPTED)?;
    let came = inbox.scene.rig.block_on(async { timeout(PATIENCE, inbox.receiver.arrival()).await });
    came.map_err(|_| Finding::new("the first attempt did not come"))?;
    inbox.receiver.take();
    inbox.stage.hurry(TIMEOUT - 1)?;
    has_rows(&inbox.log(&hook, None, None)?, &[])?;
    inbox.stage.hurry(1)?;
    let late = json!({ "event": "message.sent", "status": "FAILED", "statusCode": null });
    has_rows(&inbox.log(&hook, None, None)?, std::slice::from_ref(&late))?;
    let early = inbox.wait(SECOND - 1)?;
    arrived_at("/hook", &early, &[], "it was tried again too early")?;
    let again = inbox.wait(1)?;
    arrived_at("/hook", &again, &["message.sent"], "it was not tried again after 1 s")?;
    has_rows(&inbox.log(&hook, None, None)?, &[json!({ "status": "SUCCESS", "statusCode": 200 }), late])
}

fn logged(inbox: &Inbox<'_>) -> Checked {
    let hook = inbox.webhook("num_web", "/hook", &["message.sent", "message.delivered"])?;
    // Nothing listens there.
    let nowhere = inbox.webhook_at("num_web", "http://127.0.0.1:9/", &["message.sent"])?;
    inbox.receiver.answer(&[500, 200]);
    inbox.send(CAIO)?;
    let arrived = inbox.wait(10 * SECOND)?;
    let payload = |index: usize| arrived.get(index).map(|delivery: &Delivery| delivery.body.clone());
    let row = |event: &str, status: u16, at: i64, payload: Option<Value>| {
        let ended = if status == 200 { "SUCCESS" } else { "FAILED" };
        let at = inbox.stage.instant(at);
        json!({ "event": event, "status": ended, "statusCode": status, "payload": payload, "createdAt": at })
    };
    let rows = [
        row("message.delivered", 200, ATTEMPTED + 2 * SECOND, payload(2)),
        row("message.sent", 200, ATTEMPTED + SECOND, payload(1)),
        row("message.sent", 500, ATTEMPTED, payload(0)),
    ];
    let log = inbox.log(&hook, None, None)?;
    if let Some(operation) = inbox.scene.contract.tool("webhook_events") {
        holds(&compile(&operation.success.schema).map_err(Finding::new)?, &log, "the log")?;
    }
    has_rows(&log, &rows)?;
    has_rows(&inbox.log(&hook, Some(2), None)?, rows.get(..2).unwrap_or_default())?;
    has_rows(&inbox.log(&hook, Some(1), Some("message.sent"))?, rows.get(1..2).unwrap_or_default())?;
    let unanswered = json!({ "status": "FAILED", "statusCode": null });
    shows("an attempt that nobody answered", first(&inbox.log(&nowhere, Some(1), None)?), &unanswered)
}

fn first(log: &Value) -> &Value {
    log.get(0).unwrap_or(&Value::Null)
}

fn has_rows(log: &Value, expected: &[Value]) -> Checked {
    let rows = log.as_array().map(Vec::as_slice).unwrap_or_default();
    equal("the log has another number of rows", &expected.len().into(), &rows.len().into())?;
    rows.iter().zip(expected).try_for_each(|(row, expected)| shows("a row of the log", row, expected))
}
