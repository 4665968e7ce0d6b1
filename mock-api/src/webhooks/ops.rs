//! The six operations.

use std::collections::VecDeque;

use super::events::subscribable;
use super::model::{LOG_LENGTH, Webhook};
use super::request::{NewWebhook, Patch};
use super::store::{View, secret};
use super::view::{Brief, Deleted, Full, LogEntry};
use crate::auth;
use crate::call::{Call, Caller, Credential, Reply};
use crate::error::{ApiError, Code};
use crate::numbers::Number;
use crate::state::State;

fn not_found() -> ApiError {
    ApiError::new(Code::WebhookNotFound, "Webhook not found")
}

pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let view = View::of(&call.caller)?;
    let webhooks: Vec<_> = state.webhooks.all(view).map(Full::new).collect();
    Reply::ok(&webhooks)
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let view = View::of(&call.caller)?;
    let webhook = state.webhooks.get(view, call.param("id")).ok_or_else(not_found)?;
    Reply::ok(&Full::new(webhook))
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    // A token for several numbers may name one in the body.
    if !matches!(call.caller.credential, Credential::Numbers(_)) {
        View::of(&call.caller)?;
    }
    let new = call.read(NewWebhook::read)?;
    let number = number_of(state, &call.caller, new.number.as_deref())?;
    let events = subscribable(new.events, number, state.settings);
    let (tenant, number) = (number.tenant.clone(), number.id.clone());
    let webhook = Webhook {
        id: state.ids.id("wh", call.now),
        tenant,
        number,
        name: new.name,
        url: new.url,
        active: true,
        events,
        secret: secret(&mut state.ids),
        last_triggered: None,
        created_at: call.now,
        updated_at: call.now,
        log: VecDeque::new(),
    };
    let reply = Reply::created(&Brief::new(&webhook));
    state.webhooks.insert(webhook);
    reply
}

/// The number that a new webhook is for: the one in context, which the body may repeat, or the one in the body.
fn number_of<'s>(state: &'s State, caller: &Caller, named: Option<&str>) -> Result<&'s Number, ApiError> {
    if named.is_some_and(|named| caller.is_kept_from(named)) {
        return Err(auth::not_in_grant());
    }
    let id = match (caller.number.as_deref(), named) {
        (Some(own), Some(named)) if own != named => {
            let text = "whatsappNumberId is not the number that the key or x-whatsapp-number-id names";
            return Err(ApiError::new(Code::NumberMismatch, text));
        }
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => {
            let text = "Name the number in whatsappNumberId or in the header x-whatsapp-number-id";
            return Err(ApiError::new(Code::NumberRequired, text));
        }
    };
    state.numbers.active(&caller.tenant, id).ok_or_else(ApiError::number_not_found)
}

pub(super) fn update(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let view = View::of(&call.caller)?;
    let patch = call.read(Patch::read)?;
    let webhook = state.webhooks.get_mut(view, call.param("id")).ok_or_else(not_found)?;
    if !patch.is_empty() {
        webhook.updated_at = call.now;
    }
    if let Some(url) = patch.url {
        webhook.url = url;
    }
    if let Some(name) = patch.name {
        webhook.name = name;
    }
    if let Some(active) = patch.active {
        webhook.active = active;
    }
    let id = webhook.id.clone();
    if let Some(events) = patch.events
        && let Some(number) = state.numbers.get(&webhook.number)
    {
        webhook.events = subscribable(events, number, state.settings);
    }
    let reply = Reply::ok(&Brief::new(webhook));
    // What waited while it was paused goes on.
    state.webhooks.outbox.stir(&id);
    reply
}

pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let view = View::of(&call.caller)?;
    let webhook = state.webhooks.remove(view, call.param("id")).ok_or_else(not_found)?;
    Reply::ok(&Deleted { deleted: true, id: &webhook.id })
}

pub(super) fn logs(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let view = View::of(&call.caller)?;
    let limit = call.count("limit", LOG_LENGTH)?.min(LOG_LENGTH);
    let event = call.query("event");
    let webhook = state.webhooks.get(view, call.param("id")).ok_or_else(not_found)?;
    let shown =
        webhook.log.iter().filter(|delivery| event.is_none_or(|event| delivery.event == event)).take(limit);
    let entries: Vec<_> = shown.map(LogEntry::new).collect();
    Reply::ok(&entries)
}
