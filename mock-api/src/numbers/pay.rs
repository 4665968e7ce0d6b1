//! Paying what is owed for an extra number.

use serde::Serialize;

use super::charge;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;

#[derive(Debug, Serialize)]
struct Paid {
    ok: bool,
    status: &'static str,
}

/// `POST /v1/numbers/{id}/pay`: charges the saved card, or the wallet where there is none.
pub(super) fn pay(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    let (id, owes) = (number.id.clone(), number.is_blocked());
    // Where a slot has become free meanwhile, nothing is to be paid either.
    let charged = owes && charge::settle(state, &id, call.now)?;
    Reply::ok(&Paid { ok: true, status: if charged { "paid" } else { "not_required" } })
}
