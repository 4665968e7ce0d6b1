//! Leaving and coming back: a deleted number can be restored for 30 days (U-05).

use jiff::SignedDuration;
use serde::Serialize;

use super::Number;
use super::events::{Becomes, emit_becoming};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::schedule::Due;
use crate::state::State;
use crate::templates::Owner;
use crate::time::Time;

/// How long a deleted number can be restored.
const RESTORE_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    ok: bool,
    restorable_until: Time,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Restored {
    ok: bool,
    requires_reconnect: bool,
}

#[derive(Debug, Serialize)]
struct Purged {
    ok: bool,
}

/// `DELETE /v1/numbers/{id}`: its device is logged out and its key stops working, at once.
pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    number.deleted_at = Some(call.now);
    number.close();
    // Its slot is free for another number, and what was owed for one is owed no longer; should it come back, it needs one anew.
    number.has_slot = false;
    number.extra_charge_unpaid_since = None;
    number.updated_at = call.now;
    let id = number.id.clone();
    state.account.suspend_number(&id);
    leave(state, &id, call.now);
    crate::messaging::try_waiting(state, &id, call.now);
    let restorable_until = call.now.plus(RESTORE_WINDOW);
    state.schedule.at(restorable_until, Due::Numbers(super::Due::Purge { number: id }));
    Reply::ok(&Deleted { ok: true, restorable_until })
}

/// `POST /v1/numbers/{id}/restore`: it comes back disconnected, its key works again.
pub(super) fn restore(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (tenant, id) = (&call.caller.tenant, call.param("id"));
    if state.numbers.active(tenant, id).is_some() {
        return Err(ApiError::new(Code::NumberAlreadyActive, "The number is not deleted"));
    }
    let number = state.numbers.get_mut(id).filter(|number| number.tenant == *tenant);
    let number = number.ok_or_else(ApiError::number_not_found)?;
    number.deleted_at = None;
    number.updated_at = call.now;
    state.account.resume_number(id);
    emit_becoming(state, id, Becomes::Restored, call.now);
    Reply::ok(&Restored { ok: true, requires_reconnect: true })
}

/// `DELETE /v1/numbers/{id}/purge`: deleted or not, everything about it is gone.
pub(super) fn purge(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.param("id")).filter(|number| number.tenant == call.caller.tenant);
    let number = number.ok_or_else(ApiError::number_not_found)?;
    let (id, leaves) = (number.id.clone(), number.deleted_at.is_none());
    // Once: a deleted one has left already (U-35).
    if leaves {
        leave(state, &id, call.now);
    }
    forget(state, &id);
    Reply::ok(&Purged { ok: true })
}

/// The number is there no longer, and neither are its calls.
fn leave(state: &mut State, id: &str, now: Time) {
    crate::calls::cut_off(state, id, now);
    emit_becoming(state, id, Becomes::Removed, now);
}

/// The end of the window that opened when the number was deleted. One that was restored since, and perhaps deleted anew, has nothing to do with it.
pub(super) fn purge_if_deleted(state: &mut State, id: &str, now: Time) {
    let deleted_at = state.numbers.get(id).and_then(|number| number.deleted_at);
    if deleted_at.is_some_and(|deleted_at| deleted_at.plus(RESTORE_WINDOW) <= now) {
        forget(state, id);
    }
}

/// Forgets a number and everything that it has.
pub(crate) fn forget(state: &mut State, id: &str) {
    state.messaging.remove_number(id);
    state.webhooks.remove_number(id);
    state.calls.remove_number(id);
    state.media.remove_number(id);
    state.groups.remove_number(id);
    state.channels.remove_number(id);
    state.account.remove_number(id);
    if let Some(number) = state.numbers.remove(id) {
        forget_templates(state, &number);
    }
}

/// A number's templates go with it, those of a WABA with the last of its numbers.
fn forget_templates(state: &mut State, number: &Number) {
    let owner = Owner::of(number);
    if !state.numbers.all_of_tenant(&number.tenant).any(|other| Owner::of(other) == owner) {
        state.templates.remove_owner(&owner);
    }
}
