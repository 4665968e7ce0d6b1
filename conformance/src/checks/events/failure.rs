//! Messages that do not arrive, and the codes that say why.

use fixtures::Evidence;
use serde_json::json;

use super::Check;
use super::inbox::Inbox;
use crate::checks::expect::{shows, text};
use crate::checks::stage::{DAY, MINUTE, SECOND};
use crate::demo::WEB_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;

pub(super) const EXPIRED: Rule = Rule::must(
    "expired",
    "A message that has not arrived by deliverUntil, or is never attempted in 7 days, FAILED with the code that says why.",
)
.proves(&["MSG-LIFE-009", "MSG-LIFE-012", "MSG-CODE-001", "MSG-CODE-005", "MSG-CODE-006"]);
pub(super) const FAILURES: Rule = Rule::must(
    "failures",
    "Each error code of a message can be had by a number of its own, with a text beside it.",
)
.proves(&["MSG-LIFE-007", "MSG-CODE-016"]);

pub(super) const CHECKS: &[(Rule, Evidence, Check)] =
    &[(EXPIRED, Evidence::Documented, expired), (FAILURES, Evidence::Inferred, failures)];

/// Codes by the last digits of their numbers (U-19), from 01 on.
const CODES: [&str; 14] = [
    "DELIVERED_NOT_CONFIRMED",
    "TEMPLATE_VERSION_NOT_FOUND",
    "INVALID_DESTINATION",
    "PILOT_SELF_NUMBER",
    "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED",
    "EXPIRED_AFTER_ATTEMPTS",
    "MESSAGE_EXPIRED",
    "DELIVERY_TIMEOUT",
    "NUMBER_NOT_FOUND_REMOVED",
    "LINKED_WHATSAPP_INSTANCE_NOT_FOUND",
    "WHATSAPP_NOT_EXIST",
    "META_TEMPLATE_NOT_APPROVED",
    "META_OUTSIDE_24H_WINDOW",
    "META_NO_CONVERSATION",
];
const NEVER_DELIVERED: &str = "+15550100102";
const NEVER_ATTEMPTED: &str = "+15550100103";
const ATTEMPTED_IN_VAIN: &str = "+15550100104";

fn expired(inbox: &Inbox<'_>) -> Checked {
    let until = inbox.stage.instant(5 * MINUTE);
    let by_then = |to: &str| json!({ "destinationNumber": to, "text": "Oi", "deliverUntil": until });
    let unattempted = inbox.send_with(WEB_KEY, by_then(NEVER_ATTEMPTED))?;
    let in_vain = inbox.send_with(WEB_KEY, by_then(ATTEMPTED_IN_VAIN))?;
    let unconfirmed = inbox.send_with(WEB_KEY, by_then(NEVER_DELIVERED))?;
    let without_deadline = inbox.send(NEVER_ATTEMPTED)?;
    inbox.stage.pass(5 * MINUTE - SECOND)?;
    inbox.stands(WEB_KEY, &unattempted, "QUEUED", None)?;
    inbox.stands(WEB_KEY, &in_vain, "QUEUED", None)?;
    inbox.stands(WEB_KEY, &unconfirmed, "SENT", None)?;
    inbox.stage.pass(MINUTE)?;
    inbox.stands(WEB_KEY, &unattempted, "FAILED", Some("MESSAGE_EXPIRED"))?;
    inbox.stands(WEB_KEY, &in_vain, "FAILED", Some("EXPIRED_AFTER_ATTEMPTS"))?;
    inbox.stands(WEB_KEY, &unconfirmed, "FAILED", Some("DELIVERED_NOT_CONFIRMED"))?;
    inbox.stage.pass(6 * DAY)?;
    inbox.stands(WEB_KEY, &without_deadline, "QUEUED", None)?;
    inbox.stage.pass(DAY)?;
    inbox.stands(WEB_KEY, &without_deadline, "FAILED", Some("NEVER_ATTEMPTED_MAX_AGE_EXCEEDED"))
}

fn failures(inbox: &Inbox<'_>) -> Checked {
    let send = |index: usize| inbox.send(&format!("+155501000{:02}", index + 1));
    let ids = (0..CODES.len()).map(send).collect::<Result<Vec<_>, _>>()?;
    inbox.stage.pass(MINUTE)?;
    for (id, code) in ids.iter().zip(CODES) {
        let message = inbox.read(WEB_KEY, id)?;
        shows("the message", &message, &json!({ "status": "FAILED", "errorCode": code }))?;
        if text(&message, "errorMessage").is_empty() {
            return Err(Finding::new("a failed message says nothing beside its code").with(code, message));
        }
    }
    Ok(())
}
