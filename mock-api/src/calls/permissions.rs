//! `GET /v1/calls/permissions` and `POST /v1/calls/permissions/request`.

use fixtures::world::CallPermission;
use serde::Serialize;

use super::lifecycle;
use super::permission::{Contact, REQUEST_LIMITS};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::messaging::window_open;
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
struct View {
    permission: PermissionView,
    actions: [Action; 2],
}

#[derive(Debug, Serialize)]
struct PermissionView {
    status: CallPermission,
    /// Epoch seconds; only temporary ones have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_time: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Action {
    action_name: &'static str,
    can_perform_action: bool,
    limits: Vec<LimitView>,
}

#[derive(Debug, Serialize)]
struct LimitView {
    time_period: &'static str,
    max_allowed: usize,
    current_usage: usize,
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let to = call.query("to").ok_or_else(|| ApiError::invalid("/to", "is required"))?;
    let phone = crate::phone::digits(to).ok_or_else(|| {
        ApiError::invalid("/to", "must be a phone number of 8 to 15 digits with an optional leading +")
    })?;
    let contact = state.calls.contact(call.number(), &phone);
    let status = contact.permission(call.now);
    Reply::ok(&View {
        permission: PermissionView {
            status,
            expiration_time: contact.expires_at(call.now).map(|at| at.timestamp().as_second()),
        },
        actions: [ask_action(&contact, call.now), start_action(&contact, status, call.now)],
    })
}

fn ask_action(contact: &Contact, now: Time) -> Action {
    let limits = REQUEST_LIMITS.iter().map(|limit| LimitView {
        time_period: limit.name,
        max_allowed: limit.max,
        current_usage: contact.usage(*limit, now),
    });
    Action {
        action_name: "send_call_permission_request",
        can_perform_action: contact.asked_enough_until(now).is_none(),
        limits: limits.collect(),
    }
}

/// The one limit of the documented example. No error code is known for going over it, so the mock only counts.
fn start_action(contact: &Contact, permission: CallPermission, now: Time) -> Action {
    let limit = LimitView { time_period: "PT24H", max_allowed: 1, current_usage: contact.talks(now) };
    Action {
        action_name: "start_call",
        can_perform_action: permission != CallPermission::NoPermission,
        limits: vec![limit],
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    message_id: String,
}

/// The contact's answer comes some seconds later.
pub(super) fn request(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let phone = call.read(read_request)?;
    if !window_open(state, call.number(), &phone, call.now) {
        let text = "The contact has not written in the last 24 hours";
        return Err(ApiError::new(Code::MetaOutside24hWindow, text));
    }
    let contact = state.calls.contact_mut(call.number(), &phone);
    if let Some(until) = contact.asked_enough_until(call.now) {
        let text = "The contact was asked as often as Meta allows";
        // Rounded up: asking again after so many seconds must not be too early.
        let seconds = (until.since(call.now).as_millis() + 999) / 1_000;
        return Err(ApiError::new(Code::MetaCallPermissionRequestLimit, text)
            .with("retryAfterSeconds", i64::try_from(seconds).unwrap_or(i64::MAX)));
    }
    contact.ask(call.now);
    lifecycle::ask(state, call.number(), &phone, call.now);
    Reply::ok(&Asked { message_id: format!("wamid.{}", state.ids.letters(32)) })
}

fn read_request(fields: &Fields<'_>) -> Option<String> {
    fields.text("text");
    fields.require("to");
    fields.phone("to")
}
