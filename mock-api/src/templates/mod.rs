//! Templates: what they may look like, who sees them, and which version is sent.
//!
//! What Meta's review does to a version later in time is not here; [`store`] holds the versions it would act on.

mod body;
mod buttons;
mod model;
mod ops;
mod placeholder;
mod request;
mod store;
mod structure;
mod text;
mod view;

pub(crate) use model::Template;
pub(crate) use store::Templates;

use crate::call::{Route, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/templates", Scope::Number, ops::list),
    Route::new("POST", "/templates", Scope::Number, ops::create),
    Route::new("GET", "/templates/{id}", Scope::Number, ops::get),
    Route::new("PUT", "/templates/{id}", Scope::Number, ops::update),
    Route::new("DELETE", "/templates/{id}", Scope::Number, ops::delete),
];
