//! Answering and ending a call: accept, pre-accept, reject, terminate.

use fixtures::world::CallStatus;

use super::initiate::{read_sdp, require_connected};
use super::model;
use super::read::not_found;
use super::view::Done;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;

pub(super) fn accept(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    answer(state, call, |ringing| {
        ringing.status = CallStatus::Accepted;
        ringing.connected_at = Some(call.now);
    })
}

/// The answer comes early, so that the first audio is not lost; the call rings on until it is accepted.
pub(super) fn pre_accept(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    answer(state, call, |_| {})
}

fn answer(
    state: &mut State,
    call: &Call<'_>,
    change: impl FnOnce(&mut model::Call),
) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let is_meta = number.is_meta();
    let sdp = call.read(|fields| Some(read_sdp(fields, is_meta, "answer")))?;
    let ringing = state.calls.get_mut(&number.id, call.param("callId")).ok_or_else(not_found)?;
    require_connected(number)?;
    if !ringing.can_be_accepted() {
        return Err(not_active("Only an inbound call that is ringing can be accepted"));
    }
    ringing.sdp_answer = sdp;
    ringing.updated_at = call.now;
    change(ringing);
    Reply::ok(&Done::new(ringing))
}

pub(super) fn reject(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    end(state, call, CallStatus::Rejected)
}

pub(super) fn terminate(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    end(state, call, CallStatus::Completed)
}

fn end(state: &mut State, call: &Call<'_>, status: CallStatus) -> Result<Reply, ApiError> {
    let active = active(state, call)?;
    active.end(status, call.now);
    Reply::ok(&Done::new(active))
}

/// The call of the path, which must not have ended (U-36).
pub(super) fn active<'s>(state: &'s mut State, call: &Call<'_>) -> Result<&'s mut model::Call, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let found = state.calls.get_mut(&number.id, call.param("callId")).ok_or_else(not_found)?;
    require_connected(number)?;
    if found.has_ended() { Err(not_active("The call has ended")) } else { Ok(found) }
}

fn not_active(error: &str) -> ApiError {
    ApiError::new(Code::CallNotActive, error)
}
