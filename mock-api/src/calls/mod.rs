//! Voice calls: placing, answering, ending; settings; permissions.
//!
//! How a call rings and is picked up at the other side happens over time: [`lifecycle`]; [`simulate`] lets the other side act at will.

mod control;
mod events;
mod hours;
mod initiate;
mod lifecycle;
mod model;
mod permission;
mod permissions;
mod read;
mod settings;
mod simulate;
mod store;
mod view;
mod web;

pub(crate) use lifecycle::{Due, cut_off, fall_due};
pub(crate) use simulate::SIMULATIONS;
pub(crate) use store::Calls;

use crate::call::{Only, Route, Scope};

/// Most of it is for Meta numbers; what newer documentation opens to `EVO_GO` ones is open in a world with `webCalling` (U-04).
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/calls", Scope::Number, read::list).only(Only::MetaOrWebCalling),
    Route::new("POST", "/calls", Scope::Number, initiate::initiate).only(Only::MetaOrWebCalling),
    Route::new("GET", "/calls/settings", Scope::Number, settings::get).only(Only::Meta),
    Route::new("PUT", "/calls/settings", Scope::Number, settings::update).only(Only::Meta),
    Route::new("GET", "/calls/permissions", Scope::Number, permissions::get).only(Only::Meta),
    Route::new("POST", "/calls/permissions/request", Scope::Number, permissions::request).only(Only::Meta),
    Route::new("GET", "/calls/{callId}", Scope::Number, read::get).only(Only::MetaOrWebCalling),
    Route::new("POST", "/calls/{callId}/accept", Scope::Number, control::accept).only(Only::MetaOrWebCalling),
    Route::new("POST", "/calls/{callId}/reject", Scope::Number, control::reject).only(Only::MetaOrWebCalling),
    Route::new("POST", "/calls/{callId}/terminate", Scope::Number, control::terminate)
        .only(Only::MetaOrWebCalling),
    Route::new("POST", "/calls/{callId}/pre-accept", Scope::Number, control::pre_accept).only(Only::Meta),
    Route::new("POST", "/calls/{callId}/play", Scope::Number, web::play).only(Only::WebCalling),
    Route::new("POST", "/calls/{callId}/realtime-session", Scope::Number, web::realtime_session)
        .only(Only::WebCalling),
];
