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

/// A number that connects takes one of the slots that are paid for, and where none is left it is charged. Refused, it stays connected, but cannot send.
pub(super) fn first_connection(state: &mut State, id: &str, now: Time) {
    let Some(number) = state.numbers.get_mut(id).filter(|number| !number.has_slot) else { return };
    number.has_slot = true;
    let tenant = number.tenant.clone();
    let others =
        state.numbers.of_tenant(&tenant).filter(|other| other.id != id && holds_paid_slot(other)).count();
    let paid = state.account.tenant(&tenant).map_or(0, |tenant| tenant.paid_numbers);
    if u32::try_from(others).is_ok_and(|others| others < paid) {
        return;
    }
    if let Err(error) = charge(state, &tenant) {
        block(state, id, now);
        retry_later(state, id, error, now);
    }
}

fn holds_paid_slot(number: &Number) -> bool {
    number.has_slot && number.extra_charge_unpaid_since.is_none()
}

/// Charges the tenant for one more number a month.
fn charge(state: &mut State, tenant: &str) -> Result<(), PaymentError> {
    let tenant = state.account.tenant_mut(tenant).ok_or(PaymentError::ProviderError)?;
    tenant.charge(tenant.unit_price)?;
    tenant.paid_numbers = tenant.paid_numbers.saturating_add(1);
    Ok(())
}

fn block(state: &mut State, id: &str, now: Time) {
    if let Some(number) = state.numbers.get_mut(id) {
        number.extra_charge_unpaid_since = Some(now);
    }
    enter_disconnection(state, id);
}

/// Lets a blocked web number be disconnected when its time is up.
pub(super) fn enter_disconnection(state: &mut State, id: &str) {
    let Some(number) = state.numbers.get(id).filter(|number| !number.is_meta()) else { return };
    let Some(since) = number.extra_charge_unpaid_since else { return };
    let due = Due::UnpaidDisconnect { number: id.to_owned(), since };
    state.schedule.at(since.plus(UNPAID_GRACE), schedule::Due::Numbers(due));
}

/// The end of the grace. One that was paid since, and perhaps blocked anew, has nothing to do with it.
pub(super) fn disconnect_unpaid(state: &mut State, id: &str, since: Time, at: Time) {
    let owed =
        |number: &Number| number.deleted_at.is_none() && number.extra_charge_unpaid_since == Some(since);
    let Some(number) = state.numbers.get_mut(id).filter(|number| owed(number)) else { return };
    let was_open = number.is_open();
    number.close();
    number.updated_at = at;
    if was_open {
        emit_becoming(state, id, Becomes::Disconnected, at);
    }
}

/// Charges what is owed for the number.
pub(super) fn settle(state: &mut State, id: &str, now: Time) -> Result<(), ApiError> {
    let number = state.numbers.present(id)?;
    let (tenant, price) =
        (number.tenant.clone(), state.account.tenant(&number.tenant).map_or(0.0, |it| it.unit_price));
    if let Err(error) = charge(state, &tenant) {
        retry_later(state, id, error, now);
        return Err(error.into_api(price));
    }
    if let Some(number) = state.numbers.get_mut(id) {
        number.extra_charge_unpaid_since = None;
        number.updated_at = now;
    }
    Ok(())
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
    let owed = state.numbers.present(id).is_ok_and(|number| number.extra_charge_unpaid_since.is_some());
    if owed {
        drop(settle(state, id, now));
    }
}

/// There is new money: whatever the tenant owes for its numbers is charged again.
pub(crate) fn retry_tenant(state: &mut State, tenant: &str, now: Time) {
    let ids: Vec<_> = state.numbers.of_tenant(tenant).map(|number| number.id.clone()).collect();
    for id in ids {
        retry(state, &id, now);
    }
}
