//! `GET /v1/calls` and `GET /v1/calls/{callId}`.

use serde::Serialize;

use super::view::View;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;
use crate::time::Time;

const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 100;

#[derive(Debug, Serialize)]
struct List<'a> {
    calls: Vec<View<'a>>,
}

pub(super) fn not_found() -> ApiError {
    ApiError::new(Code::CallNotFound, "Call not found")
}

pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let limit = call.count("limit", DEFAULT_LIMIT)?.min(MAX_LIMIT);
    let before = read_before(call)?;
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let calls = state.calls.before(&number.id, before).take(limit).map(|it| View::new(it, number)).collect();
    Reply::ok(&List { calls })
}

fn read_before(call: &Call<'_>) -> Result<Option<Time>, ApiError> {
    let Some(text) = call.query("before") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ApiError::invalid("/before", "must be an ISO 8601 date"))
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    // Only `1` is documented: anything else is a mistake that is better told than passed over.
    let with_sdp = call.choice("includeSdp", &["1"])?.is_some();
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let found = state.calls.get(&number.id, call.param("callId")).ok_or_else(not_found)?;
    let view = View::new(found, number);
    Reply::ok(&if with_sdp { view.with_sdp(found) } else { view })
}
