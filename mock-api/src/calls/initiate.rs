//! `POST /v1/calls`.

use fixtures::world::{CallPermission, CallStatus, Direction};
use serde::Serialize;

use super::lifecycle::{self, Which};
use super::model;
use super::store::external_id;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;

/// What to call and how.
#[derive(Debug)]
struct Start {
    to: String,
    /// The offer; none on web numbers, where the server does the audio.
    sdp: Option<String>,
    opaque: Option<String>,
}

impl Start {
    fn read(fields: &Fields<'_>, is_meta: bool) -> Option<Self> {
        fields.require("to");
        let to = fields.phone("to");
        let sdp = read_sdp(fields, is_meta, "offer");
        let opaque = fields.text("bizOpaqueCallbackData").map(str::to_owned);
        Some(Self { to: to?, sdp, opaque })
    }
}

/// `sdp`, which Meta needs and web numbers do without, and `sdpType`, which has one value per operation.
pub(super) fn read_sdp(fields: &Fields<'_>, is_meta: bool, kind: &'static str) -> Option<String> {
    fields.one_of("sdpType", &[kind]);
    let sdp = if is_meta { fields.required("sdp") } else { fields.text("sdp") };
    sdp.filter(|_| is_meta).map(str::to_owned)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Started<'a> {
    id: &'a str,
    external_call_id: &'a str,
    status: CallStatus,
}

pub(super) fn initiate(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let is_meta = number.is_meta();
    let start = call.read(|fields| Start::read(fields, is_meta))?;
    require_calling(state, number)?;
    if is_meta {
        require_permission(state, &number.id, &start.to, call.now)?;
    }
    let number = number.id.clone();
    let started = new_call(state, &number, start, is_meta, call.now);
    let reply = Reply::ok(&Started {
        id: &started.id,
        external_call_id: &started.external_id,
        status: started.status,
    });
    let which = Which::new(&number, &started.id);
    state.calls.insert(&number, started);
    lifecycle::dial(state, which, call.now);
    reply
}

/// Web numbers talk from their own device, which must be connected.
pub(super) fn require_connected(number: &Number) -> Result<(), ApiError> {
    if number.is_meta() || number.is_open() {
        return Ok(());
    }
    Err(not_connected())
}

/// Calls begin, out and in, on a connected number, and on Meta where calling is enabled. The reference names no code for the latter (inferred).
pub(super) fn require_calling(state: &State, number: &Number) -> Result<(), ApiError> {
    if !number.is_open() {
        return Err(not_connected());
    }
    if number.is_meta() && !state.calls.settings(number).is_enabled() {
        let text = "Calling is not enabled: enable it with PUT /v1/calls/settings";
        return Err(ApiError::new(Code::MetaCallingNotEligible, text));
    }
    Ok(())
}

fn not_connected() -> ApiError {
    ApiError::new(Code::WhatsappInstanceNotConnected, "The WhatsApp number is not connected")
}

fn require_permission(state: &State, number: &str, phone: &str, now: Time) -> Result<(), ApiError> {
    match state.calls.contact(number, phone).permission(now) {
        CallPermission::Temporary | CallPermission::Permanent => Ok(()),
        CallPermission::NoPermission => {
            let text = "The contact has not allowed calls; ask with POST /v1/calls/permissions/request";
            Err(ApiError::new(Code::MetaCallPermissionRequired, text))
        }
    }
}

fn new_call(state: &mut State, number: &str, start: Start, is_meta: bool, now: Time) -> model::Call {
    let conversation = crate::messaging::conversation_id(state, number, &start.to).map(str::to_owned);
    let ids = &mut state.ids;
    model::Call {
        id: ids.id("call", now),
        external_id: external_id(ids, is_meta),
        direction: Direction::Outbound,
        status: CallStatus::Initiated,
        peer: Some(start.to),
        conversation,
        opaque: start.opaque,
        sdp_offer: start.sdp,
        sdp_answer: None,
        error: None,
        created_at: now,
        connected_at: None,
        ended_at: None,
        updated_at: now,
    }
}
