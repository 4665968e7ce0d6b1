//! How each event is brought about, and what its payload then has to say.

use serde_json::{Map, Value, json};

use super::inbox::{CAIO, Inbox};
use crate::checks::expect::{accepted, text};
use crate::checks::stage::{HOUR, MINUTE, SECOND};
use crate::demo::{META_KEY, TENANT_KEY};
use crate::finding::Finding;

/// An event, and what brings it about.
pub(super) struct Event {
    pub(super) name: &'static str,
    /// The number whose webhook is told.
    pub(super) number: &'static str,
    /// Brings it about: what the payload has to say.
    pub(super) provoke: fn(&Inbox<'_>) -> Provoked,
    /// How long that takes, in milliseconds.
    pub(super) within: i64,
}

type Provoked = Result<Value, Box<Finding>>;

const ANA: &str = "+5511988887777";
const DUDA: &str = "+5511955554444";
const WEB: &str = "+5511900000003";
const META: &str = "+5511900000001";
const TEAM: &str = "120363000000000001@g.us";
const CHANNEL: &str = "120363000000000001@newsletter";

const fn event(
    name: &'static str,
    number: &'static str,
    within: i64,
    provoke: fn(&Inbox<'_>) -> Provoked,
) -> Event {
    Event { name, number, provoke, within }
}

/// Every event that the mock brings about. `lead.received`, the health events and `flow.response_received` are not among them.
pub(super) const EVENTS: &[Event] = &[
    event("message.sent", "num_web", MINUTE, sent),
    event("message.delivered", "num_web", MINUTE, sent),
    event("message.read", "num_web", MINUTE, sent),
    event("message.failed", "num_web", MINUTE, failed),
    event("message.received", "num_meta", 0, received),
    event("message.reply", "num_meta", 0, reply),
    event("message.group", "num_web", 0, group),
    event("message.newsletter", "num_web", 0, newsletter),
    event("number.created", "num_web", 0, created),
    event("number.connected", "num_web_closed", 0, connected),
    event("number.disconnected", "num_web", HOUR, disconnected),
    event("number.removed", "num_web", 0, removed),
    event("number.restored", "num_web", 0, restored),
    event("call.ringing", "num_meta", 0, ringing),
    event("call.connected", "num_meta", 0, answered),
    event("call.ended", "num_meta", 0, ended),
    event("call.missed", "num_meta", 0, missed),
    event("call.permission_updated", "num_meta", 0, permitted),
    event("calls", "num_meta", 0, ringing_raw),
];

fn sent(inbox: &Inbox<'_>) -> Provoked {
    let id = inbox.send(CAIO)?;
    Ok(
        json!({ "id": id, "numberId": "num_web", "from": WEB, "to": CAIO, "type": "text", "content": "Olá, seu pedido saiu ☕" }),
    )
}

fn failed(inbox: &Inbox<'_>) -> Provoked {
    let id = inbox.send("+15550100011")?;
    Ok(json!({ "id": id, "numberId": "num_web", "to": "+15550100011", "errorCode": "WHATSAPP_NOT_EXIST" }))
}

fn received(inbox: &Inbox<'_>) -> Provoked {
    let message = json!({ "numberId": "num_meta", "from": ANA, "text": "Bom dia" });
    let id = inbox.stage.simulate("message", message)?;
    Ok(
        json!({ "id": id.get("messageId"), "numberId": "num_meta", "from": ANA, "to": META, "participantName": "Ana", "content": "Bom dia" }),
    )
}

fn reply(inbox: &Inbox<'_>) -> Provoked {
    let question = json!({ "destinationNumber": ANA, "text": "Confirma?" });
    let sent = accepted(inbox.stage.call("messages_send", META_KEY, question)?)?;
    inbox.stage.pass(10 * SECOND)?;
    let read = json!({ "id": sent.get("id") });
    let quoted = accepted(inbox.stage.call("message_get", META_KEY, read)?)?;
    let answer = json!({ "numberId": "num_meta", "from": ANA, "text": "Sim", "replyTo": sent.get("id") });
    inbox.stage.simulate("message", answer)?;
    Ok(json!({
        "from": ANA,
        "content": "Sim",
        "contentReplied": "Confirma?",
        "quotedMessageId": quoted.get("externalMessageId"),
        "correlationId": sent.get("correlationId"),
    }))
}

fn group(inbox: &Inbox<'_>) -> Provoked {
    let message = json!({ "numberId": "num_web", "from": DUDA, "groupId": TEAM, "text": "Saiu a rota 13" });
    inbox.stage.simulate("message", message)?;
    Ok(json!({ "from": DUDA, "groupId": TEAM, "groupName": "Equipe", "content": "Saiu a rota 13" }))
}

fn newsletter(inbox: &Inbox<'_>) -> Provoked {
    let post = json!({ "numberId": "num_web", "newsletterId": CHANNEL, "text": "Novos horários" });
    inbox.stage.simulate("message", post)?;
    Ok(json!({ "newsletterId": CHANNEL, "newsletterName": "Novidades", "content": "Novos horários" }))
}

fn created(inbox: &Inbox<'_>) -> Provoked {
    let number = json!({ "name": "Loja", "number": "+5511922220001" });
    let created = accepted(inbox.stage.call("numbers_create", TENANT_KEY, number)?)?;
    let id = created.get("instance").map(|instance| text(instance, "id"));
    Ok(json!({ "numberId": id, "phone": "+5511922220001", "displayName": "Loja" }))
}

fn connected(inbox: &Inbox<'_>) -> Provoked {
    inbox.stage.connection("num_web_closed", true)?;
    Ok(json!({ "numberId": "num_web_closed", "phone": "+5511900000004", "displayName": "Reserva" }))
}

/// How a number event speaks of the web number of the demo world.
fn the_web_number() -> Value {
    json!({ "numberId": "num_web", "phone": WEB, "displayName": "Entregas" })
}

fn disconnected(inbox: &Inbox<'_>) -> Provoked {
    inbox.stage.connection("num_web", false)?;
    Ok(the_web_number())
}

fn removed(inbox: &Inbox<'_>) -> Provoked {
    accepted(inbox.stage.call("numbers_delete", TENANT_KEY, json!({ "id": "num_web" }))?)?;
    Ok(the_web_number())
}

fn restored(inbox: &Inbox<'_>) -> Provoked {
    removed(inbox)?;
    // No tool restores a number.
    let arguments = Map::from_iter([("id".to_owned(), "num_web".into())]);
    accepted(inbox.scene.operate("post_numbers_id_restore", TENANT_KEY, &arguments)?)?;
    Ok(the_web_number())
}

fn ring(inbox: &Inbox<'_>) -> Provoked {
    inbox.stage.simulate("call", json!({ "numberId": "num_meta", "from": ANA }))
}

/// What a call event says of a call of Ana's.
fn of_call(id: &str, status: &str) -> Value {
    json!({ "callId": id, "direction": "INBOUND", "status": status, "from": ANA, "to": META })
}

fn ringing(inbox: &Inbox<'_>) -> Provoked {
    Ok(of_call(text(&ring(inbox)?, "id"), "RINGING"))
}

fn answered(inbox: &Inbox<'_>) -> Provoked {
    let arguments = json!({ "callId": "call_ana_in", "sdp": "v=0\r\na=setup:active\r\n" });
    accepted(inbox.stage.call("call_accept", META_KEY, arguments)?)?;
    Ok(of_call("call_ana_in", "ACCEPTED"))
}

fn ended(inbox: &Inbox<'_>) -> Provoked {
    answered(inbox)?;
    inbox.stage.pass(42 * SECOND)?;
    accepted(inbox.stage.call("call_terminate", META_KEY, json!({ "callId": "call_ana_in" }))?)?;
    let mut expected = of_call("call_ana_in", "COMPLETED");
    if let Some(expected) = expected.as_object_mut() {
        expected.insert("duration".to_owned(), 42.into());
    }
    Ok(expected)
}

fn missed(inbox: &Inbox<'_>) -> Provoked {
    inbox.stage.simulate("call-event", json!({ "callId": "call_ana_in", "event": "hangup" }))?;
    Ok(of_call("call_ana_in", "MISSED"))
}

fn permitted(inbox: &Inbox<'_>) -> Provoked {
    let permission = json!({ "numberId": "num_meta", "from": "+5511977776666", "status": "permanent" });
    inbox.stage.simulate("call-permission", permission)?;
    Ok(json!({ "status": "PERMANENT", "callId": null }))
}

fn ringing_raw(inbox: &Inbox<'_>) -> Provoked {
    ring(inbox)?;
    Ok(json!({}))
}
