//! What the API does not show of webhooks: secrets and deliveries; and sending one again.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::error::ControlError;
use super::input::Input;
use super::ops::{answer, ok};
use crate::mock::Mock;
use crate::webhooks::{DeliveryRecord, WebhookDetails, inspect};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    tenant_id: Option<String>,
    number_id: Option<String>,
}

impl Mock {
    fn webhooks(&self, filter: &Filter) -> Vec<WebhookDetails> {
        let state = crate::lock(&self.state);
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|it| it == found);
        inspect::all(&state)
            .filter(|it| {
                is(&filter.tenant_id, &it.tenant_id) && is(&filter.number_id, &it.whatsapp_number_id)
            })
            .collect()
    }

    pub(crate) fn webhook(&self, id: &str) -> Result<WebhookDetails, ControlError> {
        inspect::one(&crate::lock(&self.state), id).ok_or_else(|| no_webhook(id))
    }

    pub(crate) fn deliveries(&self, id: &str) -> Result<Vec<DeliveryRecord>, ControlError> {
        inspect::deliveries(&crate::lock(&self.state), id).ok_or_else(|| no_webhook(id))
    }

    /// Queues what an earlier delivery carried once more. Answers the id of the new delivery.
    pub(crate) fn resend(&self, webhook: &str, delivery: &str) -> Result<String, ControlError> {
        if !self.webhook(webhook)?.active {
            let text = "The webhook is paused: make it active first";
            return Err(ControlError::new(409, "WEBHOOK_INACTIVE", text));
        }
        let sent = inspect::resend(&mut crate::lock(&self.state), webhook, delivery, self.clock.now());
        self.driver.stir();
        sent.ok_or_else(|| ControlError::unknown("DELIVERY_NOT_FOUND", "delivery", delivery))
    }
}

fn no_webhook(id: &str) -> ControlError {
    ControlError::unknown("WEBHOOK_NOT_FOUND", "webhook", id)
}

pub(super) async fn list(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&json!({ "webhooks": mock.webhooks(&input.query()?) }))
}

pub(super) async fn get(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&mock.webhook(input.param("id"))?)
}

pub(super) async fn deliveries(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&json!({ "deliveries": mock.deliveries(input.param("id"))? }))
}

pub(super) async fn resend(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let id = mock.resend(input.param("id"), input.param("deliveryId"))?;
    answer(StatusCode::ACCEPTED, &json!({ "id": id }))
}
