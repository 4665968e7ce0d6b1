//! The other side of calls: it calls, answers, hangs up, and says whether it may be called.

use fixtures::world::{CallPermission, CallStatus, Direction, Engine};
use serde::Serialize;

use super::initiate::require_calling;
use super::lifecycle::{self, PEER_SDP, Which};
use super::model;
use super::store::external_id;
use super::view::View;
use crate::call::{Call, Reply, Route, Scope};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::state::State;

pub(crate) const SIMULATIONS: &[Route] = &[
    Route::new("POST", "/simulate/call", Scope::Public, inbound),
    Route::new("POST", "/simulate/call-event", Scope::Public, event),
    Route::new("POST", "/simulate/call-permission", Scope::Public, permission),
];

/// A contact calls the number.
fn inbound(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (number, from, sdp) = call.read(|fields| {
        fields.require("from");
        let (number, from) = (fields.required("numberId"), fields.phone("from"));
        let sdp = fields.text("sdp").unwrap_or(PEER_SDP).to_owned();
        Some((number?.to_owned(), from?, sdp))
    })?;
    let owner = state.numbers.present(&number)?;
    let is_meta = owner.is_meta();
    let takes_calls = is_meta || (state.settings.web_calling && owner.engine == Engine::EvoGo);
    if !takes_calls {
        return Err(ApiError::new(Code::FeatureNotSupported, "This number takes no calls"));
    }
    require_calling(state, owner)?;
    if is_meta && !state.calls.settings(owner).is_open(call.now) {
        return Err(ApiError::invalid("/numberId", "takes no calls now: its call_hours forbid them"));
    }
    let rejects = !is_meta && owner.switched_on("rejectCall");
    let conversation = crate::messaging::conversation_id(state, &number, &from).map(str::to_owned);
    let id = state.ids.id("call", call.now);
    let inbound = model::Call {
        id: id.clone(),
        external_id: external_id(&mut state.ids, is_meta),
        direction: Direction::Inbound,
        status: CallStatus::Ringing,
        peer: Some(from),
        conversation,
        opaque: None,
        sdp_offer: is_meta.then_some(sdp),
        sdp_answer: None,
        error: None,
        created_at: call.now,
        connected_at: None,
        ended_at: None,
        updated_at: call.now,
    };
    state.calls.insert(&number, inbound);
    let which = Which::new(&number, &id);
    lifecycle::ring(state, &which, call.now);
    if rejects {
        lifecycle::end(state, &which, CallStatus::Rejected, call.now);
    }
    show(state, &number, &id)
}

fn show(state: &State, number: &str, id: &str) -> Result<Reply, ApiError> {
    let number = state.numbers.present(number)?;
    let call = state.calls.get(&number.id, id).ok_or_else(super::read::not_found)?;
    Reply::ok(&View::new(call, number).with_sdp(call))
}

/// The other side of a call does something.
fn event(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (id, event) = call.read(|fields| {
        fields.require("event");
        let event = fields.one_of("event", &["answer", "hangup", "miss"]);
        Some((fields.required("callId")?.to_owned(), event?))
    })?;
    let number = state.calls.number_of(&id).ok_or_else(super::read::not_found)?.to_owned();
    state.numbers.present(&number)?;
    let subject = state.calls.get(&number, &id).ok_or_else(super::read::not_found)?;
    let (direction, status) = (subject.direction, subject.status);
    let which = Which::new(&number, &subject.id);
    let waits = matches!(status, CallStatus::Initiated | CallStatus::Ringing);
    match event {
        "answer" if waits => lifecycle::connect(state, &which, call.now),
        "miss" if waits => lifecycle::give_up(state, &which, call.now),
        "hangup" if status == CallStatus::Accepted => {
            lifecycle::end(state, &which, CallStatus::Completed, call.now)
        }
        // Whoever hangs up while it rings has called in vain, or does not want to be called.
        "hangup" if waits && direction == Direction::Inbound => lifecycle::give_up(state, &which, call.now),
        "hangup" if waits => lifecycle::end(state, &which, CallStatus::Rejected, call.now),
        _ => {
            return Err(ApiError::new(
                Code::CallNotActive,
                "The call does not stand where this could happen",
            ));
        }
    }
    show(state, &number, &id)
}

#[derive(Debug, Serialize)]
struct Permitted {
    ok: bool,
    status: CallPermission,
}

const PERMISSIONS: [(&str, CallPermission); 3] = [
    ("no_permission", CallPermission::NoPermission),
    ("temporary", CallPermission::Temporary),
    ("permanent", CallPermission::Permanent),
];

/// A contact of a Meta number allows calls, or allows them no longer.
fn permission(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (number, from, status) = call.read(read_permission)?;
    if !state.numbers.present(&number)?.is_meta() {
        return Err(ApiError::invalid(
            "/numberId",
            "must be a Meta Cloud API number: others need no permission",
        ));
    }
    lifecycle::permit(state, &number, &from, status, call.now);
    Reply::ok(&Permitted { ok: true, status })
}

/// The status in either of its two spellings.
fn read_permission(fields: &Fields<'_>) -> Option<(String, String, CallPermission)> {
    let (number, from) = (fields.required("numberId"), {
        fields.require("from");
        fields.phone("from")
    });
    let name = fields.required("status").map(str::to_ascii_lowercase);
    let status =
        PERMISSIONS.iter().find(|(status, _)| Some(*status) == name.as_deref()).map(|(_, status)| *status);
    if name.is_some() && status.is_none() {
        fields.issue("status", "must be one of no_permission, temporary, permanent");
    }
    Some((number?.to_owned(), from?, status?))
}
