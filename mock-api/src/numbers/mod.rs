//! Numbers: their life from the first code to the purge, their settings, their links, and what is known of other phones.

mod charge;
mod check;
mod condition;
mod connect;
mod connection;
mod create;
mod events;
mod hosted;
mod lifecycle;
mod model;
mod pairing;
mod pay;
mod qr;
mod read;
mod settings;
mod simulate;
mod update;
mod upstream;
mod views;

use fixtures::world::ConnectionState;
use serde::{Deserialize, Serialize};

pub(crate) use charge::{fill_slots, retry_tenant};
pub(crate) use check::Directory;
pub(crate) use lifecycle::forget;
pub(crate) use model::{Number, Numbers};
pub(crate) use simulate::SIMULATIONS;

use crate::call::{Only, Route, Scope};
use crate::state::State;
use crate::tenants::Leaving;
use crate::time::Time;

/// What falls due in this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A soft-deleted number is purged for good.
    Purge {
        /// Its id.
        number: String,
    },
    /// A remote-pairing link ends.
    PairingExpires {
        /// The token.
        token: String,
    },
    /// A lost connection is looked at.
    HealthCheck {
        /// The number.
        number: String,
        /// When it was lost.
        dropped_at: Time,
    },
    /// A web number whose charge is unpaid is disconnected.
    UnpaidDisconnect {
        /// The number.
        number: String,
        /// Since when it is unpaid.
        since: Time,
    },
    /// A charge that failed on the payment provider's side is made again.
    RetryCharge {
        /// The number.
        number: String,
    },
}

/// Enters what falls due for the numbers of a world that was just loaded.
pub(crate) fn enter_dues(state: &mut State, now: Time) {
    let ids: Vec<_> = state.numbers.by_id.keys().cloned().collect();
    for id in ids {
        charge::enter_disconnection(state, &id, now);
    }
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        match self {
            Self::PairingExpires { token } => leaving.pairings.contains(token),
            Self::Purge { number }
            | Self::HealthCheck { number, .. }
            | Self::UnpaidDisconnect { number, .. }
            | Self::RetryCharge { number } => leaving.numbers.contains(number),
        }
    }
}

pub(crate) fn fall_due(state: &mut State, due: Due, at: Time) {
    match due {
        Due::Purge { number } => lifecycle::purge_if_deleted(state, &number, at),
        Due::PairingExpires { token } => state.numbers.end_pairing(&token),
        Due::HealthCheck { number, dropped_at } => connection::health_check(state, &number, dropped_at, at),
        Due::UnpaidDisconnect { number, since } => charge::disconnect_unpaid(state, &number, since, at),
        Due::RetryCharge { number } => charge::retry(state, &number, at),
    }
}

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/numbers", Scope::Tenant, read::list),
    Route::new("POST", "/numbers", Scope::Tenant, create::create),
    Route::new("POST", "/numbers/meta", Scope::Tenant, create::create_meta),
    Route::new("POST", "/numbers/remote-pairing", Scope::Tenant, pairing::create_link),
    Route::new("POST", "/numbers/check", Scope::Number, check::check).only(Only::Web),
    Route::new("GET", "/numbers/{id}", Scope::Tenant, read::get),
    Route::new("PATCH", "/numbers/{id}", Scope::Tenant, update::update),
    Route::new("DELETE", "/numbers/{id}", Scope::Tenant, lifecycle::delete),
    Route::new("GET", "/numbers/{id}/status", Scope::Tenant, read::status),
    Route::new("GET", "/numbers/{id}/connect", Scope::Tenant, connect::connect),
    Route::new("POST", "/numbers/{id}/restore", Scope::Tenant, lifecycle::restore),
    Route::new("DELETE", "/numbers/{id}/purge", Scope::Tenant, lifecycle::purge),
    Route::new("POST", "/numbers/{id}/pay", Scope::Tenant, pay::pay),
    Route::new("POST", "/numbers/{id}/upgrade-to-dual", Scope::Tenant, connect::upgrade_to_dual),
    Route::new("GET", "/remote-pairing/{token}", Scope::Public, hosted::info),
    Route::new("GET", "/remote-pairing/{token}/status", Scope::Public, hosted::status),
    Route::new("POST", "/remote-pairing/{token}/connect", Scope::Public, hosted::connect),
];
