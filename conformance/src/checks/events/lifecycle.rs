//! What becomes of a message as time goes by.

use fixtures::Evidence;
use serde_json::{Value, json};

use super::Check;
use super::inbox::{CAIO, Inbox};
use crate::checks::expect::{accepted, shows, text};
use crate::checks::stage::{DAY, HOUR, MINUTE, SECOND};
use crate::compare::equal;
use crate::demo::{META_KEY, WEB_CLOSED_KEY, WEB_KEY};
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;

pub(super) const TO_READ: Rule = Rule::must(
    "to-read",
    "A message is QUEUED, SENT, DELIVERED and READ, in this order, and each time is set when it gets there and kept.",
)
.proves(&["MSG-LIFE-001", "MSG-LIFE-003", "MSG-LIFE-006", "MSG-GET-008", "MSG-GET-009"]);
pub(super) const UNREAD: Rule =
    Rule::must("without-receipts", "A message to who has no read receipts on stays DELIVERED.")
        .proves(&["MSG-LIFE-004"]);
pub(super) const SCHEDULED: Rule =
    Rule::must("scheduled", "A scheduled message is QUEUED until deliverAt, and goes out then.").proves(&[
        "MSG-LIFE-008",
        "MSG-SEND-052",
        "MSG-SEND-071",
    ]);
pub(super) const CANCELLED: Rule = Rule::must(
    "cancelled",
    "A message that was cancelled is kept as CANCELED, is never sent, and fires no webhook.",
)
.proves(&["MSG-CANCEL-005", "MSG-CANCEL-011", "MSG-CANCEL-012", "MSG-LIFE-005"]);
pub(super) const RECONNECTED: Rule = Rule::must(
    "reconnected",
    "What was sent while a web number was not connected waits, and goes out when it is.",
)
.proves(&["MSG-LIFE-011", "MSG-SEND-064"]);
pub(super) const WINDOW: Rule = Rule::must(
    "window",
    "A Meta number sends free text in the 24 hours after the contact wrote, and an approved template at any time.",
)
.proves(&["MSG-SEND-065", "MSG-SEND-066", "MSG-SEND-067", "MSG-CODE-013", "MSG-CODE-014"]);
pub(super) const CHECKS: &[(Rule, Evidence, Check)] = &[
    (TO_READ, Evidence::Documented, to_read),
    (UNREAD, Evidence::Documented, without_receipts),
    (SCHEDULED, Evidence::Documented, scheduled),
    (CANCELLED, Evidence::Documented, cancelled),
    (RECONNECTED, Evidence::Documented, reconnected),
    (WINDOW, Evidence::Documented, window),
];

/// In the order in which a message has them, with the time that is set when it gets there.
const STATUSES: [(&str, &str); 4] =
    [("QUEUED", "createdAt"), ("SENT", "sentAt"), ("DELIVERED", "deliveredAt"), ("READ", "readAt")];
const NEVER_READ: &str = "+15550100101";

impl Inbox<'_> {
    /// Sends something else than a plain text: its id.
    pub(super) fn send_with(&self, key: &str, arguments: Value) -> Result<String, Box<Finding>> {
        let sent = accepted(self.stage.call("messages_send", key, arguments)?)?;
        shows("the answer", &sent, &json!({ "status": "QUEUED" }))?;
        Ok(text(&sent, "id").to_owned())
    }

    pub(super) fn read(&self, key: &str, id: &str) -> Result<Value, Box<Finding>> {
        accepted(self.stage.call("message_get", key, json!({ "id": id }))?)
    }

    pub(super) fn stands(&self, key: &str, id: &str, status: &str, code: Option<&str>) -> Checked {
        shows("the message", &self.read(key, id)?, &json!({ "status": status, "errorCode": code }))
    }
}

/// Looks at a message every second until it is read.
fn to_read(inbox: &Inbox<'_>) -> Checked {
    let id = inbox.send(CAIO)?;
    let mut reached = 0;
    let mut times = [Value::Null, Value::Null, Value::Null, Value::Null];
    for second in 0..=120 {
        let message = inbox.read(WEB_KEY, &id)?;
        let status = STATUSES.iter().position(|(status, _)| *status == text(&message, "status"));
        let Some(now) = status.filter(|now| *now >= reached) else {
            let before = STATUSES.get(reached).map(|(status, _)| *status);
            return Err(Finding::new("the status went back").with(before, text(&message, "status")));
        };
        for (step, (time, (_, name))) in times.iter_mut().zip(STATUSES).enumerate() {
            if step > reached && step <= now {
                *time = inbox.stage.instant(second * SECOND).into();
            } else if step == 0 {
                *time = inbox.stage.instant(0).into();
            }
            equal("a time does not fit the status", time, message.get(name).unwrap_or(&Value::Null))?;
        }
        reached = now;
        if text(&message, "status") == "READ" {
            return shows("the message", &message, &json!({ "errorCode": null, "errorMessage": null }));
        }
        inbox.stage.pass(SECOND)?;
    }
    Err(Finding::new("the message was not read in two minutes")
        .with("READ", STATUSES.get(reached).map(|it| it.0)))
}

fn without_receipts(inbox: &Inbox<'_>) -> Checked {
    let id = inbox.send(NEVER_READ)?;
    inbox.stage.pass(DAY)?;
    inbox.stands(WEB_KEY, &id, "DELIVERED", None)?;
    shows("the message", &inbox.read(WEB_KEY, &id)?, &json!({ "readAt": null }))
}

fn scheduled(inbox: &Inbox<'_>) -> Checked {
    let arguments =
        json!({ "destinationNumber": CAIO, "text": "Oi", "deliverAt": inbox.stage.instant(HOUR) });
    let id = inbox.send_with(WEB_KEY, arguments)?;
    inbox.stage.pass(HOUR - 1)?;
    inbox.stands(WEB_KEY, &id, "QUEUED", None)?;
    inbox.stage.pass(MINUTE)?;
    let message = inbox.read(WEB_KEY, &id)?;
    let due = inbox.stage.instant(HOUR);
    // Instants of one form sort as text.
    if text(&message, "sentAt") >= due.as_str() {
        return Ok(());
    }
    Err(Finding::new("the message did not go out at deliverAt").with(due, message))
}

fn cancelled(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_web", "/hook", &["*"])?;
    let arguments =
        json!({ "destinationNumber": CAIO, "text": "Oi", "deliverAt": inbox.stage.instant(HOUR) });
    let id = inbox.send_with(WEB_KEY, arguments)?;
    let answer = inbox.stage.call("messages_cancel", WEB_KEY, json!({ "messageIds": [id] }))?;
    shows("the answer", &accepted(answer)?, &json!({ "cancelled": [id], "failed": [] }))?;
    inbox.stands(WEB_KEY, &id, "CANCELED", None)?;
    let other = inbox.send(CAIO)?;
    let arrived = inbox.wait(DAY)?;
    inbox.stands(WEB_KEY, &id, "CANCELED", None)?;
    let told = |of: &str| arrived.iter().any(|delivery| delivery.id() == of);
    match (told(&id), told(&other)) {
        (false, true) => Ok(()),
        (true, _) => Err(Finding::new("a cancelled message fired a webhook")),
        _ => Err(Finding::new("a message that was not cancelled fired no webhook")),
    }
}

fn reconnected(inbox: &Inbox<'_>) -> Checked {
    let id = inbox.send_with(WEB_CLOSED_KEY, json!({ "destinationNumber": CAIO, "text": "Oi" }))?;
    inbox.stage.pass(DAY)?;
    inbox.stands(WEB_CLOSED_KEY, &id, "QUEUED", None)?;
    inbox.stage.connection("num_web_closed", true)?;
    inbox.stage.pass(MINUTE)?;
    inbox.stands(WEB_CLOSED_KEY, &id, "READ", None)
}

fn window(inbox: &Inbox<'_>) -> Checked {
    let (ana, bia, nobody) = ("+5511988887777", "+5511977776666", "+5511912345678");
    let free = |to: &str| json!({ "destinationNumber": to, "text": "Oi" });
    let template = |to: &str| json!({ "destinationNumber": to, "templateId": "boas_vindas", "variables": { "nome": "Bia" } });
    let open = inbox.send_with(META_KEY, free(ana))?;
    let closed = inbox.send_with(META_KEY, free(bia))?;
    let unknown = inbox.send_with(META_KEY, free(nobody))?;
    let approved = inbox.send_with(META_KEY, template(bia))?;
    inbox.stage.pass(MINUTE)?;
    inbox.stands(META_KEY, &open, "READ", None)?;
    inbox.stands(META_KEY, &closed, "FAILED", Some("META_OUTSIDE_24H_WINDOW"))?;
    inbox.stands(META_KEY, &unknown, "FAILED", Some("META_NO_CONVERSATION"))?;
    inbox.stands(META_KEY, &approved, "READ", None)?;
    inbox.stage.pass(DAY)?;
    let late = inbox.send_with(META_KEY, free(ana))?;
    inbox.stage.pass(MINUTE)?;
    inbox.stands(META_KEY, &late, "FAILED", Some("META_OUTSIDE_24H_WINDOW"))
}
