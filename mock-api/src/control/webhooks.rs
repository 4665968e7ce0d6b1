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
use crate::state::State;
use crate::webhooks::{DeliveryRecord, WebhookDetails, inspect};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    tenant_id: Option<String>,
    number_id: Option<String>,
}

impl Mock {
    /// Every webhook, of a tenant or a number where one is named.
    pub(crate) fn webhooks(&self, tenant: Option<&str>, number: Option<&str>) -> Vec<WebhookDetails> {
        let state = crate::lock(&self.state);
        let meant = |it: &WebhookDetails| {
            tenant.is_none_or(|tenant| it.tenant_id == tenant)
                && number.is_none_or(|number| it.whatsapp_number_id == number)
        };
        inspect::all(&state).filter(meant).collect()
    }

    pub(crate) fn webhook(&self, id: &str) -> Result<WebhookDetails, ControlError> {
        let state = crate::lock(&self.state);
        inspect::one(&state, id).ok_or_else(|| no_webhook(&state, id))
    }

    pub(crate) fn deliveries(&self, id: &str) -> Result<Vec<DeliveryRecord>, ControlError> {
        let state = crate::lock(&self.state);
        inspect::deliveries(&state, id).ok_or_else(|| no_webhook(&state, id))
    }

    /// Queues what an earlier delivery carried once more. Answers the id of the new delivery.
    pub(crate) fn resend(&self, webhook: &str, delivery: &str) -> Result<String, ControlError> {
        if !self.webhook(webhook)?.active {
            let text = "The webhook is paused: make it active first";
            return Err(ControlError::new(409, "WEBHOOK_INACTIVE", text));
        }
        let sent = inspect::resend(&mut crate::lock(&self.state), webhook, delivery, self.clock.now());
        self.driver.stir();
        let known = self.deliveries(webhook)?.into_iter().map(|it| it.id);
        sent.ok_or_else(|| ControlError::unknown("DELIVERY_NOT_FOUND", "delivery", delivery, known))
    }
}

fn no_webhook(state: &State, id: &str) -> ControlError {
    ControlError::unknown("WEBHOOK_NOT_FOUND", "webhook", id, inspect::all(state).map(|webhook| webhook.id))
}

pub(super) async fn list(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let Filter { tenant_id, number_id } = input.query()?;
    ok(&json!({ "webhooks": mock.webhooks(tenant_id.as_deref(), number_id.as_deref()) }))
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
