//! Answering and ending a call: accept, pre-accept, reject, terminate.

use fixtures::world::CallStatus;

use super::initiate::{read_sdp, require_connected};
use super::lifecycle::{self, Which};
use super::model;
use super::read::not_found;
use super::view::Done;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;

pub(super) fn accept(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let which = answer(state, call)?;
    lifecycle::connect(state, &which, call.now);
    done(state, call)
}

/// The answer comes early, so that the first audio is not lost; the call rings on until it is accepted.
pub(super) fn pre_accept(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    answer(state, call)?;
    done(state, call)
}

fn done(state: &State, call: &Call<'_>) -> Result<Reply, ApiError> {
    Reply::ok(&Done::new(state.calls.get(call.number(), call.param("callId")).ok_or_else(not_found)?))
}

/// Takes the answer to a call that rings here.
fn answer(state: &mut State, call: &Call<'_>) -> Result<Which, ApiError> {
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
    Ok(Which::new(call.number(), &ringing.id))
}

pub(super) fn reject(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    end(state, call, CallStatus::Rejected)
}

pub(super) fn terminate(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    end(state, call, CallStatus::Completed)
}

fn end(state: &mut State, call: &Call<'_>, status: CallStatus) -> Result<Reply, ApiError> {
    let which = Which::new(call.number(), &active(state, call)?.id);
    lifecycle::end(state, &which, status, call.now);
    done(state, call)
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
