//! Something happened that webhooks may want to know.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::model::Webhook;
use super::outbox::Pending;
use crate::state::State;
use crate::time::Time;

/// An event with its payload, ready to be sent to any number of webhooks.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    name: &'static str,
    /// What it is about, such as a message's id: events about one thing are delivered in order.
    subject: String,
    payload: Value,
}

impl Event {
    /// `{"event", "data"}`, the envelope of all but the call events.
    pub(crate) fn new(name: &'static str, subject: impl Into<String>, data: &impl Serialize) -> Self {
        let data = serde_json::to_value(data).unwrap_or_default();
        Self { name, subject: subject.into(), payload: json!({ "event": name, "data": data }) }
    }

    /// The fields next to `event`, as the call events have them.
    pub(crate) fn flat(name: &'static str, subject: impl Into<String>, fields: &impl Serialize) -> Self {
        let mut payload = json!({ "event": name });
        if let (Some(payload), Ok(Value::Object(fields))) =
            (payload.as_object_mut(), serde_json::to_value(fields))
        {
            payload.extend(fields);
        }
        Self { name, subject: subject.into(), payload }
    }
}

/// Queues the event for every webhook of the number that is active and subscribed to it, by name or by `*`.
pub(crate) fn emit(state: &mut State, number: &str, event: &Event, now: Time) {
    let targets = targets(state.webhooks.of_number(number), event);
    queue(state, targets, event, now);
}

/// The same for every webhook of the tenant: for what happens to a number that has no webhook yet.
pub(crate) fn emit_to_tenant(state: &mut State, tenant: &str, event: &Event, now: Time) {
    let targets = targets(state.webhooks.of_tenant(tenant), event);
    queue(state, targets, event, now);
}

/// Id, URL and secret of a webhook.
type Target = (String, String, String);

fn targets<'a>(webhooks: impl Iterator<Item = &'a Webhook>, event: &Event) -> Vec<Target> {
    let subscribed = |events: &[String]| events.iter().any(|name| name == "*" || name == event.name);
    webhooks
        .filter(|webhook| webhook.active && subscribed(&webhook.events))
        .map(|webhook| (webhook.id.clone(), webhook.url.clone(), webhook.secret.clone()))
        .collect()
}

fn queue(state: &mut State, targets: Vec<Target>, event: &Event, now: Time) {
    if targets.is_empty() {
        return;
    }
    let body: Arc<str> = event.payload.to_string().into();
    for (webhook, url, secret) in targets {
        let id = state.ids.id("whd", now);
        let pending =
            Pending { id, event: event.name.to_owned(), body: Arc::clone(&body), url, secret, attempts: 0 };
        state.webhooks.outbox.push(&webhook, &event.subject, pending);
    }
}
