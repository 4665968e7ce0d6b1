//! What webhooks learn of calls: flat events, and on Meta numbers Meta's own envelope besides.

use fixtures::world::{CallPermission, CallStatus, Direction};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::model::Call;
use crate::numbers::Number;
use crate::phone::e164;
use crate::state::State;
use crate::time::Time;
use crate::webhooks::{Event, emit};

/// The payload of the `call.*` events. What is null in it is null by documentation; the rest is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    call_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_call_id: Option<String>,
    direction: Option<Direction>,
    status: Status,
    from: Option<String>,
    to: Option<String>,
    timestamp: Time,
    /// Seconds, at the end of a call that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<i64>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Status {
    Call(CallStatus),
    /// Upper case here, lower case in the answers of the API.
    #[serde(serialize_with = "upper_case")]
    Permission(CallPermission),
}

fn upper_case<S: Serializer>(permission: &CallPermission, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match permission {
        CallPermission::NoPermission => "NO_PERMISSION",
        CallPermission::Temporary => "TEMPORARY",
        CallPermission::Permanent => "PERMANENT",
    })
}

/// The event that goes with the call's present status.
pub(super) fn emit_status(state: &mut State, number: &str, id: &str, now: Time) {
    let Some((owner, call)) = state.numbers.get(number).zip(state.calls.get(number, id)) else { return };
    let name = match call.status {
        CallStatus::Initiated => return,
        CallStatus::Ringing => "call.ringing",
        CallStatus::Accepted => "call.connected",
        CallStatus::Missed => "call.missed",
        CallStatus::Rejected | CallStatus::Completed | CallStatus::Failed => "call.ended",
    };
    let event = Event::flat(name, &call.id, &Payload::of(call, owner, name == "call.ended", now));
    let native = native(call, owner, now);
    emit(state, number, &event, now);
    if let Some(native) = native {
        emit(state, number, &native, now);
    }
}

impl Payload {
    fn of(call: &Call, owner: &Number, has_ended: bool, now: Time) -> Self {
        let (own, peer) = (Some(e164(&owner.digits)), call.peer.as_deref().map(e164));
        let (from, to) = match call.direction {
            Direction::Inbound => (peer, own),
            Direction::Outbound => (own, peer),
        };
        Self {
            call_id: Some(call.id.clone()),
            external_call_id: Some(call.external_id.clone()),
            direction: Some(call.direction),
            status: Status::Call(call.status),
            from,
            to,
            timestamp: now,
            duration: call.duration_seconds().filter(|_| has_ended),
        }
    }
}

/// The contact said whether it may be called.
pub(super) fn emit_permission(
    state: &mut State,
    number: &str,
    phone: &str,
    permission: CallPermission,
    now: Time,
) {
    let Some(owner) = state.numbers.get(number) else { return };
    let payload = Payload {
        call_id: None,
        external_call_id: None,
        direction: None,
        status: Status::Permission(permission),
        from: Some(e164(phone)),
        to: Some(e164(&owner.digits)),
        timestamp: now,
        duration: None,
    };
    let event = Event::flat("call.permission_updated", format!("permission:{phone}"), &payload);
    emit(state, number, &event, now);
}

/// Meta's `entry[].changes[].value` with the SDPs. The evidence does not say what stands around it: here it is the `data` of the usual envelope.
fn native(call: &Call, owner: &Number, now: Time) -> Option<Event> {
    let meta = owner.meta.as_ref()?;
    let inbound = call.direction == Direction::Inbound;
    let (event, session) = match call.status {
        CallStatus::Ringing if inbound => ("connect", Some(("offer", call.sdp_offer.as_deref()))),
        CallStatus::Accepted if !inbound => ("connect", Some(("answer", call.sdp_answer.as_deref()))),
        _ if call.has_ended() => ("terminate", None),
        _ => return None,
    };
    let peer = call.peer.as_deref();
    let (from, to) = if inbound { (peer, Some(&*owner.digits)) } else { (Some(&*owner.digits), peer) };
    let mut entry = json!({
        "id": call.external_id,
        "from": from,
        "to": to,
        "event": event,
        "timestamp": now.timestamp().as_second().to_string(),
        "direction": if inbound { "USER_INITIATED" } else { "BUSINESS_INITIATED" },
    });
    let mut add = |key: &str, value: serde_json::Value| {
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(key.to_owned(), value);
        }
    };
    if let Some((kind, sdp)) = session {
        add("session", json!({ "sdp_type": kind, "sdp": sdp }));
    } else {
        let completed = call.connected_at.is_some() && call.status == CallStatus::Completed;
        add("status", if completed { "COMPLETED" } else { "FAILED" }.into());
    }
    if let Some(seconds) = call.duration_seconds() {
        add("duration", seconds.into());
    }
    if let Some(opaque) = &call.opaque {
        add("biz_opaque_callback_data", opaque.clone().into());
    }
    let metadata = json!({ "display_phone_number": owner.digits, "phone_number_id": meta.phone_id });
    let value = json!({ "messaging_product": "whatsapp", "metadata": metadata, "calls": [entry] });
    Some(Event::new("calls", &call.id, &value))
}
