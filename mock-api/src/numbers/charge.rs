//! The charge for a number beyond what the tenant pays for: made when it first connects, and owed until it succeeds.

use jiff::SignedDuration;

use super::condition::UNPAID_GRACE;
use super::events::{Becomes, emit_becoming};
use super::{Due, Number};
use crate::account::PaymentError;
use crate::error::ApiError;
use crate::schedule;
use crate::state::State;
use crate::time::Time;

/// How long after trouble at the payment provider the charge is tried again.
const RETRY: SignedDuration = SignedDuration::from_mins(5);

/// A number that connects for the first time takes one of the slots that are paid for, and where none is left it is charged. Refused, it stays connected, but
/// cannot send; and when its grace is over, it does not stay connected either.
pub(super) fn connected(state: &mut State, id: &str, now: Time) {
    let Some(number) = state.numbers.get(id).filter(|number| !number.has_slot) else { return };
    if let Some(since) = number.extra_charge_unpaid_since {
        if since.plus(UNPAID_GRACE) <= now {
            enter_disconnection(state, id, now);
        }
    } else if let Err(error) = take_slot_or_charge(state, id, now) {
        block(state, id, now);
        retry_later(state, id, error, now);
    }
}

/// Puts the number on a slot that is paid for and free, if there is one.
fn take_slot(state: &mut State, id: &str, now: Time) -> bool {
    let Some(number) = state.numbers.get(id) else { return false };
    let paid = state.account.tenant(&number.tenant).map_or(0, |tenant| tenant.paid_numbers);
    let taken = state.numbers.taken_slots(&number.tenant);
    if u32::try_from(taken).is_ok_and(|taken| taken >= paid) {
        return false;
    }
    hold_slot(state, id, now);
    true
}

fn hold_slot(state: &mut State, id: &str, now: Time) {
    if let Some(number) = state.numbers.get_mut(id) {
        number.has_slot = true;
        number.extra_charge_unpaid_since = None;
        number.updated_at = now;
    }
}

/// Charges the tenant for one more number a month, unless a slot is free. Answers whether it was charged.
fn take_slot_or_charge(state: &mut State, id: &str, now: Time) -> Result<bool, PaymentError> {
    if take_slot(state, id, now) {
        return Ok(false);
    }
    let tenant = state.numbers.get(id).map(|number| number.tenant.clone()).unwrap_or_default();
    let tenant = state.account.tenant_mut(&tenant).ok_or(PaymentError::ProviderError)?;
    tenant.charge(tenant.unit_price)?;
    tenant.paid_numbers = tenant.paid_numbers.saturating_add(1);
    hold_slot(state, id, now);
    Ok(true)
}

fn block(state: &mut State, id: &str, now: Time) {
    if let Some(number) = state.numbers.get_mut(id) {
        number.extra_charge_unpaid_since = Some(now);
    }
    enter_disconnection(state, id, now);
}

/// Lets a blocked web number be disconnected when its grace is over, at once if it is.
pub(super) fn enter_disconnection(state: &mut State, id: &str, now: Time) {
    let Some(number) = state.numbers.get(id).filter(|number| !number.is_meta()) else { return };
    let Some(since) = number.extra_charge_unpaid_since else { return };
    let due = Due::UnpaidDisconnect { number: id.to_owned(), since };
    state.schedule.at(since.plus(UNPAID_GRACE).max(now), schedule::Due::Numbers(due));
}

/// The end of the grace. One that was paid since, and perhaps blocked anew, has nothing to do with it.
pub(super) fn disconnect_unpaid(state: &mut State, id: &str, since: Time, at: Time) {
    let owed =
        |number: &Number| number.deleted_at.is_none() && number.extra_charge_unpaid_since == Some(since);
    let Some(number) = state.numbers.get_mut(id).filter(|number| owed(number)) else { return };
    // A connection that broke shortly before is not reported by its health check any more.
    let unreported = number.is_open() || number.dropped_at.is_some();
    number.close();
    number.updated_at = at;
    if unreported {
        emit_becoming(state, id, Becomes::Disconnected, at);
    }
}

/// Settles what is owed for the number: with a slot that has become free, or else with a charge. Answers whether it was charged.
pub(super) fn settle(state: &mut State, id: &str, now: Time) -> Result<bool, ApiError> {
    let tenant = &state.numbers.present(id)?.tenant;
    let price = state.account.tenant(tenant).map_or(0.0, |tenant| tenant.unit_price);
    take_slot_or_charge(state, id, now).map_err(|error| {
        retry_later(state, id, error, now);
        error.into_api(price)
    })
}

/// Trouble at the payment provider is got over without anybody's doing; a refusal is not.
fn retry_later(state: &mut State, id: &str, error: PaymentError, now: Time) {
    if error == PaymentError::ProviderError {
        let due = Due::RetryCharge { number: id.to_owned() };
        state.schedule.at(now.plus(RETRY), schedule::Due::Numbers(due));
    }
}

/// Charges again what is owed for the number, if anything still is.
pub(super) fn retry(state: &mut State, id: &str, now: Time) {
    if state.numbers.present(id).is_ok_and(Number::is_blocked) {
        drop(settle(state, id, now));
    }
}

/// There is new money: whatever the tenant owes for its numbers is charged again.
pub(crate) fn retry_tenant(state: &mut State, tenant: &str, now: Time) {
    for id in blocked(state, tenant) {
        retry(state, &id, now);
    }
}

/// There are new slots: blocked numbers take them, oldest first. Nothing is charged.
pub(crate) fn fill_slots(state: &mut State, tenant: &str, now: Time) {
    for id in blocked(state, tenant) {
        take_slot(state, &id, now);
    }
}

fn blocked(state: &State, tenant: &str) -> Vec<String> {
    let blocked = state.numbers.of_tenant(tenant).filter(|number| number.is_blocked());
    blocked.map(|number| number.id.clone()).collect()
}
