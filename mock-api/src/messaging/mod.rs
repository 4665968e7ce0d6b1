//! Messages and conversations.
//!
//! Reading order: `model` (what is kept), `store` (where), `send` (how a message comes to be: `request` reads it, `checks` refuses it), `read` (status and
//! log), `cancel`, `chats` (history, unread, groups), `conversations`, `typing`.

mod cancel;
mod chats;
mod checks;
mod conversations;
mod idempotency;
mod interactive;
mod model;
mod read;
mod request;
mod send;
mod store;
mod typing;

pub(crate) use model::MessageStatus;
pub(crate) use store::{Messaging, conversation_id, window_open};

use crate::call::{Route, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new("POST", "/messages/send", Scope::Number, send::send),
    Route::new("GET", "/messages", Scope::Number, read::log),
    Route::new("GET", "/messages/{id}", Scope::Number, read::get),
    Route::new("DELETE", "/messages/cancel", Scope::Number, cancel::cancel),
    Route::new("GET", "/messages/history", Scope::Number, chats::history),
    Route::new("GET", "/messages/unread", Scope::Number, chats::unread),
    Route::new("GET", "/messages/group", Scope::Number, chats::group),
    Route::new("POST", "/messages/typing", Scope::Number, typing::typing),
    Route::new("GET", "/conversations", Scope::Number, conversations::list),
];
