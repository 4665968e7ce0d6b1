//! Messages and conversations.
//!
//! Reading order: `model` (what is kept), `store`, `chest` and `index` (where), `send` (how a message comes to be: `request` reads it, `checks` refuses it at once),
//! `lifecycle` (what becomes of it: `attempt` tries, `failure` names what can go wrong, `events` tells the webhooks), `simulate` (what the other side does),
//! then what reads: `read`, `history`, `chats`, `conversations`.

mod attachment;
mod attempt;
mod cancel;
mod chats;
mod checks;
mod chest;
mod conversations;
mod destination;
mod events;
mod external_id;
mod failure;
mod history;
mod idempotency;
mod inbound;
mod index;
mod interactive;
mod labels;
mod lifecycle;
mod load;
mod model;
mod pricing;
mod read;
mod request;
mod running;
mod seen;
mod send;
mod simulate;
mod store;
mod typing;

pub(crate) use failure::Failure;
pub(crate) use lifecycle::{Due, fall_due, try_waiting};
pub(crate) use model::MessageStatus;
pub(crate) use running::{Claim, Running};
pub(crate) use send::send;
pub(crate) use simulate::SIMULATIONS;
pub(crate) use store::{Log, Messaging, conversation_id, open_group, window_open};

use crate::call::{Route, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new("POST", "/messages/send", Scope::Number, send::send),
    Route::new("GET", "/messages", Scope::Number, read::log),
    Route::new("GET", "/messages/{id}", Scope::Number, read::get),
    Route::new("DELETE", "/messages/cancel", Scope::Number, cancel::cancel),
    Route::new("GET", "/messages/history", Scope::Number, history::history),
    Route::new("GET", "/messages/unread", Scope::Number, chats::unread),
    Route::new("GET", "/messages/group", Scope::Number, chats::group),
    Route::new("POST", "/messages/typing", Scope::Number, typing::typing),
    Route::new("GET", "/conversations", Scope::Number, conversations::list),
];
