//! Paying what is owed for an extra number.

use serde::Serialize;

use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;

#[derive(Debug, Serialize)]
struct Paid {
    ok: bool,
    status: &'static str,
}

/// `POST /v1/numbers/{id}/pay`. The mock's saved cards are never declined; what is owed cannot be paid without one.
pub(super) fn pay(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    if number.extra_charge_unpaid_since.is_none() {
        return Reply::ok(&Paid { ok: true, status: "not_required" });
    }
    if !state.account.tenant(&call.caller.tenant).is_some_and(|tenant| tenant.saved_card) {
        return Err(ApiError::new(
            Code::InsufficientFunds,
            "There is no card to charge, and not enough in the wallet",
        ));
    }
    number.extra_charge_unpaid_since = None;
    number.updated_at = call.now;
    Reply::ok(&Paid { ok: true, status: "paid" })
}
