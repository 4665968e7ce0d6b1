//! Numbers: their life from the first code to the purge, their settings, their links, and what is known of other phones.

mod check;
mod condition;
mod connect;
mod create;
mod hosted;
mod lifecycle;
mod model;
mod pairing;
mod pay;
mod qr;
mod read;
mod settings;
mod update;
mod views;

use fixtures::world::ConnectionState;

pub(crate) use check::Directory;
pub(crate) use lifecycle::purge_if_deleted;
pub(crate) use model::{Number, Numbers};

use crate::call::{Only, Route, Scope};

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
