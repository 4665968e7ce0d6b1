//! The account: keys, extra numbers, billing, branding, analytics.

mod analytics;
mod billing;
mod branding;
mod extra_numbers;
mod keys;
mod model;
mod payment;
mod simulate;

pub(crate) use branding::BrandingPatch;
pub(crate) use model::{Account, Key, Tenant};
pub(crate) use payment::PaymentError;
pub(crate) use simulate::SIMULATIONS;

use crate::call::{Call, Route, Scope};
use crate::error::{ApiError, Code};
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/api-keys", Scope::Tenant, keys::list),
    Route::new("POST", "/api-keys", Scope::Tenant, keys::regenerate_number),
    Route::new("POST", "/api-keys/regenerate", Scope::Either, keys::regenerate_calling),
    Route::new("GET", "/subscription/extra-numbers", Scope::Tenant, extra_numbers::preview),
    Route::new("POST", "/subscription/extra-numbers", Scope::Tenant, extra_numbers::buy),
    Route::new("DELETE", "/subscription/extra-numbers", Scope::Tenant, extra_numbers::give_back),
    Route::new("POST", "/billing/checkout", Scope::Tenant, billing::checkout),
    Route::new("GET", "/branding", Scope::Tenant, branding::get),
    Route::new("PUT", "/branding", Scope::Tenant, branding::upsert),
    Route::new("GET", "/analytics/dashboard", Scope::Number, analytics::dashboard),
];

/// The tenant of the caller. There always is one: keys do not outlive it.
fn tenant<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut Tenant, ApiError> {
    let gone = || ApiError::new(Code::Unauthorized, "Invalid API key");
    state.account.tenant_mut(&call.caller.tenant).ok_or_else(gone)
}
