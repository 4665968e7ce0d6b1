//! Templates: what they may look like, who sees them, and which version is sent.
//!
//! On Meta a version is submitted and waits for a verdict ([`review`]); on web numbers it is there at once.

mod body;
mod buttons;
mod known;
mod model;
mod ops;
mod placeholder;
mod request;
mod review;
mod simulate;
mod store;
mod structure;
mod text;
mod view;

pub(crate) use model::Template;
pub(crate) use review::{Due, fall_due};
pub(crate) use simulate::SIMULATIONS;
pub(crate) use store::{Owner, Templates};

use crate::call::{Route, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/templates", Scope::Number, ops::list),
    Route::new("POST", "/templates", Scope::Number, ops::create),
    Route::new("GET", "/templates/{id}", Scope::Number, ops::get),
    Route::new("PUT", "/templates/{id}", Scope::Number, ops::update),
    Route::new("DELETE", "/templates/{id}", Scope::Number, ops::delete),
];
