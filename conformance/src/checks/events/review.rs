//! Meta's review of a template, as time goes by.

use fixtures::Evidence;
use serde_json::json;

use super::Check;
use super::inbox::{Inbox, arrived_at};
use crate::checks::expect::{accepted, shows};
use crate::checks::stage::{HOUR, MINUTE, SECOND};
use crate::demo::META_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;

pub(super) const RULE: Rule = Rule::must(
    "decided",
    "A new template of a Meta number is PENDING, is reviewed in time as its name says, can be sent once it is approved and only then, and no webhook tells of it.",
)
.proves(&[
    "TPL-CREATE-008",
    "TPL-CREATE-018",
    "TPL-CREATE-019",
    "TPL-CREATE-020",
    "TPL-CREATE-021",
    "TPL-LIFE-001",
    "TPL-LIFE-002",
    "MSG-SEND-063",
]);

pub(super) const CHECKS: &[(Rule, Evidence, Check)] = &[(RULE, Evidence::Inferred, decided)];

/// What becomes of templates with these names (U-19).
const ENDINGS: [(&str, &str); 4] = [
    ("aviso", "APPROVED"),
    ("aviso_rejected", "REJECTED"),
    ("aviso_pending", "PENDING"),
    ("aviso_disabled", "DISABLED"),
];

fn decided(inbox: &Inbox<'_>) -> Checked {
    inbox.webhook("num_meta", "/hook", &["*"])?;
    for (name, _) in ENDINGS {
        let template = json!({ "name": name, "body": "Seu pedido saiu." });
        let created = accepted(inbox.stage.call("templates_create", META_KEY, template)?)?;
        shows("the answer", &created, &json!({ "metaStatus": "PENDING" }))?;
    }
    let early = send(inbox, "aviso")?;
    inbox.stage.pass(10 * SECOND)?;
    stands(inbox, &early, "FAILED", Some("META_TEMPLATE_NOT_APPROVED"))?;
    inbox.stage.pass(HOUR)?;
    let message = "a webhook tells of more than the message that failed";
    arrived_at("/hook", &inbox.receiver.take(), &["message.failed"], message)?;
    for (name, status) in ENDINGS {
        let shown = accepted(inbox.stage.call("templates_get", META_KEY, json!({ "id": name }))?)?;
        let expected = json!({ "metaStatus": status, "sendable": status == "APPROVED" });
        shows(&format!("the template {name}"), &shown, &expected)?;
    }
    let sent = [send(inbox, "aviso")?, send(inbox, "aviso_rejected")?];
    inbox.stage.pass(MINUTE)?;
    stands(inbox, &sent[0], "READ", None)?;
    stands(inbox, &sent[1], "FAILED", Some("META_TEMPLATE_NOT_APPROVED"))
}

fn send(inbox: &Inbox<'_>, template: &str) -> Result<String, Box<Finding>> {
    inbox.send_with(META_KEY, json!({ "destinationNumber": "+5511988887777", "templateId": template }))
}

fn stands(inbox: &Inbox<'_>, id: &str, status: &str, code: Option<&str>) -> Checked {
    inbox.stands(META_KEY, id, status, code)
}
