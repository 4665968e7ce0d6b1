//! Webhooks as the API shows them.

use serde::Serialize;
use serde_json::value::RawValue;

use super::model::{Delivery, Webhook};
use crate::time::Time;

/// The answer to create and update: the head of the object. No answer has the secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Brief<'a> {
    id: &'a str,
    tenant_id: &'a str,
    name: &'a str,
    url: &'a str,
    environment: &'static str,
    active: bool,
    events: &'a [String],
    created_at: Time,
    updated_at: Time,
}

impl<'a> Brief<'a> {
    pub(super) fn new(webhook: &'a Webhook) -> Self {
        Self {
            id: &webhook.id,
            tenant_id: &webhook.tenant,
            name: &webhook.name,
            url: &webhook.url,
            environment: "LIVE",
            active: webhook.active,
            events: &webhook.events,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// The whole object, in the list and by itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Full<'a> {
    id: &'a str,
    tenant_id: &'a str,
    name: &'a str,
    url: &'a str,
    environment: &'static str,
    active: bool,
    events: &'a [String],
    /// Delivery needs no linked keys; only older webhooks of the real API have any.
    api_keys: [ApiKey; 0],
    last_triggered: Option<Time>,
    whatsapp_number_ids: [&'a str; 1],
    whatsapp_instance_ids: [&'a str; 0],
    created_at: Time,
    updated_at: Time,
}

#[derive(Debug, Serialize)]
struct ApiKey {}

impl<'a> Full<'a> {
    pub(super) fn new(webhook: &'a Webhook) -> Self {
        Self {
            id: &webhook.id,
            tenant_id: &webhook.tenant,
            name: &webhook.name,
            url: &webhook.url,
            environment: "LIVE",
            active: webhook.active,
            events: &webhook.events,
            api_keys: [],
            last_triggered: webhook.last_triggered,
            whatsapp_number_ids: [&webhook.number],
            whatsapp_instance_ids: [],
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Deleted<'a> {
    pub(super) deleted: bool,
    pub(super) id: &'a str,
}

/// An entry of the delivery log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogEntry<'a> {
    id: &'a str,
    event: &'a str,
    status: &'static str,
    status_code: Option<u16>,
    payload: Option<&'a RawValue>,
    response: Option<&'a str>,
    duration_ms: u64,
    created_at: Time,
}

impl<'a> LogEntry<'a> {
    pub(super) fn new(delivery: &'a Delivery) -> Self {
        Self {
            id: &delivery.id,
            event: &delivery.event,
            status: if delivery.is_success() { "SUCCESS" } else { "FAILED" },
            status_code: delivery.status_code,
            payload: serde_json::from_str(&delivery.payload).ok(),
            response: delivery.response.as_deref(),
            duration_ms: delivery.duration_ms,
            created_at: delivery.at,
        }
    }
}
