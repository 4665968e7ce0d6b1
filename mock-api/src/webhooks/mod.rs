//! Webhooks: who owns them, who sees them, what they subscribe to, and their deliveries.
//!
//! An area says that something happened with [`emit`]. `outbox` keeps what is to be delivered, in order; `delivery` makes one attempt; the mock's driver
//! takes jobs out and brings results back.

mod delivery;
mod emit;
mod events;
pub(crate) mod inspect;
mod model;
mod ops;
mod outbox;
mod request;
mod store;
mod view;

pub(crate) use delivery::{Deliverer, Outcome};
pub(crate) use emit::{Event, emit, emit_to_tenant};
pub use inspect::{DeliveryRecord, WebhookDetails};
pub(crate) use outbox::{Job, finish, take_jobs};
pub(crate) use store::Webhooks;

use serde::{Deserialize, Serialize};

use crate::call::{Route, Scope};
use crate::state::State;
use crate::tenants::Leaving;

/// What falls due in this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A delivery that failed is tried again.
    Retry {
        /// The webhook.
        webhook: String,
        /// What the delivery is about; deliveries about one thing keep their order.
        subject: String,
    },
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        let Self::Retry { webhook, .. } = self;
        leaving.webhooks.contains(webhook)
    }
}

pub(crate) fn fall_due(state: &mut State, due: Due) {
    match due {
        Due::Retry { webhook, subject } => state.webhooks.outbox.make_ready(&webhook, &subject),
    }
}

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/webhooks", Scope::Either, ops::list),
    Route::new("POST", "/webhooks", Scope::Either, ops::create),
    Route::new("GET", "/webhooks/{id}", Scope::Either, ops::get),
    Route::new("PATCH", "/webhooks/{id}", Scope::Either, ops::update),
    Route::new("DELETE", "/webhooks/{id}", Scope::Either, ops::delete),
    Route::new("GET", "/webhooks/{id}/logs", Scope::Either, ops::logs),
];
