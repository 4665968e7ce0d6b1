//! Webhooks: who owns them, who sees them, what they subscribe to. Their deliveries are logged in [`model`]; making them is not here.

mod events;
mod model;
mod ops;
mod request;
mod store;
mod view;

pub(crate) use store::Webhooks;

use crate::call::{Route, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/webhooks", Scope::Either, ops::list),
    Route::new("POST", "/webhooks", Scope::Either, ops::create),
    Route::new("GET", "/webhooks/{id}", Scope::Either, ops::get),
    Route::new("PATCH", "/webhooks/{id}", Scope::Either, ops::update),
    Route::new("DELETE", "/webhooks/{id}", Scope::Either, ops::delete),
    Route::new("GET", "/webhooks/{id}/logs", Scope::Either, ops::logs),
];
