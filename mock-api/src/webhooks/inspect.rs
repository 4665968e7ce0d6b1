//! Webhooks as the control API shows them, secrets and deliveries included.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::model::{Delivery, Webhook};
use super::outbox::Pending;
use crate::state::State;
use crate::time::Time;

/// A webhook with what the API keeps to itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDetails {
    /// Its id.
    pub id: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The number's id.
    pub whatsapp_number_id: String,
    /// Display name.
    pub name: String,
    /// Where it delivers to.
    pub url: String,
    /// Whether it delivers.
    pub active: bool,
    /// Events it is subscribed to.
    pub events: Vec<String>,
    /// Signs its deliveries.
    pub secret: String,
    /// How many deliveries wait, those that will be tried again among them.
    pub waiting: usize,
    /// How many deliveries were dropped, because 10,000 waited already.
    pub dropped: u64,
    /// When it was last delivered to, successfully or not.
    pub last_triggered: Option<Time>,
    /// When it was created.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRecord {
    /// Its id.
    pub id: String,
    /// The event.
    pub event: String,
    /// `SUCCESS` or `FAILED`.
    pub status: &'static str,
    /// The status that was answered, if anything was.
    pub status_code: Option<u16>,
    /// What was sent.
    pub payload: Value,
    /// What was answered, or why nothing was.
    pub response: Option<String>,
    /// How long it took on the mock's clock.
    pub duration_ms: u64,
    /// When it ended.
    pub created_at: Time,
}

/// Every webhook.
pub(crate) fn all(state: &State) -> impl Iterator<Item = WebhookDetails> {
    state.webhooks.everywhere().map(|webhook| details(state, webhook))
}

/// One webhook.
pub(crate) fn one(state: &State, id: &str) -> Option<WebhookDetails> {
    state.webhooks.by_id(id).map(|webhook| details(state, webhook))
}

/// The attempts that the webhook's log has, newest first.
pub(crate) fn deliveries(state: &State, id: &str) -> Option<Vec<DeliveryRecord>> {
    state.webhooks.by_id(id).map(|webhook| webhook.log.iter().map(record).collect())
}

/// Queues what an attempt carried as a delivery of its own.
pub(crate) fn resend(state: &mut State, webhook: &str, delivery: &str, now: Time) -> Option<String> {
    let known = state.webhooks.by_id(webhook)?;
    let sent = known.log.iter().find(|sent| sent.id == delivery)?;
    let id = state.ids.id("whd", now);
    let pending = Pending {
        id: id.clone(),
        event: sent.event.clone(),
        body: Arc::clone(&sent.payload),
        url: known.url.clone(),
        secret: known.secret.clone(),
        attempts: 0,
    };
    // It waits for nothing that is about the same thing: that has been delivered before.
    state.webhooks.outbox.push(webhook, &id, pending);
    Some(id)
}

fn details(state: &State, webhook: &Webhook) -> WebhookDetails {
    WebhookDetails {
        id: webhook.id.clone(),
        tenant_id: webhook.tenant.clone(),
        whatsapp_number_id: webhook.number.clone(),
        name: webhook.name.clone(),
        url: webhook.url.clone(),
        active: webhook.active,
        events: webhook.events.clone(),
        secret: webhook.secret.clone(),
        waiting: state.webhooks.outbox.waiting(&webhook.id),
        dropped: state.webhooks.outbox.dropped(&webhook.id),
        last_triggered: webhook.last_triggered,
        created_at: webhook.created_at,
        updated_at: webhook.updated_at,
    }
}

fn record(delivery: &Delivery) -> DeliveryRecord {
    DeliveryRecord {
        id: delivery.id.clone(),
        event: delivery.event.clone(),
        status: if delivery.is_success() { "SUCCESS" } else { "FAILED" },
        status_code: delivery.status_code,
        payload: serde_json::from_str(&delivery.payload).unwrap_or_default(),
        response: delivery.response.clone(),
        duration_ms: delivery.duration_ms,
        created_at: delivery.at,
    }
}
