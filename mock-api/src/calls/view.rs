//! Calls as the API shows them. Every field is there, null when unknown.

use fixtures::world::{CallStatus, Direction};
use serde::Serialize;

use super::model::Call;
use crate::numbers::Number;
use crate::time::Time;

/// A call, with its SDPs when they were asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View<'a> {
    id: &'a str,
    external_call_id: &'a str,
    direction: Direction,
    status: CallStatus,
    peer_number: Option<&'a str>,
    from_number: Option<&'a str>,
    conversation_id: Option<&'a str>,
    biz_opaque_callback_data: Option<&'a str>,
    started_at: Time,
    connected_at: Option<Time>,
    ended_at: Option<Time>,
    duration_seconds: Option<i64>,
    /// None is documented.
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
    created_at: Time,
    updated_at: Time,
    #[serde(flatten)]
    sdp: Option<Sdp<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sdp<'a> {
    sdp_offer: Option<&'a str>,
    sdp_answer: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn new(call: &'a Call, number: &'a Number) -> Self {
        let peer = call.peer.as_deref();
        Self {
            id: &call.id,
            external_call_id: &call.external_id,
            direction: call.direction,
            status: call.status,
            peer_number: peer,
            from_number: match call.direction {
                Direction::Inbound => peer,
                Direction::Outbound => Some(&number.digits),
            },
            conversation_id: call.conversation.as_deref(),
            biz_opaque_callback_data: call.opaque.as_deref(),
            started_at: call.created_at,
            connected_at: call.connected_at,
            ended_at: call.ended_at,
            duration_seconds: call.duration_seconds(),
            error_code: None,
            error_message: call.error.as_deref(),
            created_at: call.created_at,
            updated_at: call.updated_at,
            sdp: None,
        }
    }

    pub(super) fn with_sdp(self, call: &'a Call) -> Self {
        let sdp = Sdp { sdp_offer: call.sdp_offer.as_deref(), sdp_answer: call.sdp_answer.as_deref() };
        Self { sdp: Some(sdp), ..self }
    }
}

/// The answer of the operations on a call.
#[derive(Debug, Serialize)]
pub(super) struct Done<'a> {
    success: bool,
    id: &'a str,
    status: CallStatus,
}

impl<'a> Done<'a> {
    /// Something for the call was taken, which shows as ACCEPTED whether the call is connected or not.
    pub(super) fn taken(call: &'a Call) -> Self {
        Self { status: CallStatus::Accepted, ..Self::new(call) }
    }

    pub(super) fn new(call: &'a Call) -> Self {
        Self { success: true, id: &call.id, status: call.status }
    }
}
