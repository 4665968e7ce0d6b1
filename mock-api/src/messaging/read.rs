//! `GET /messages/{id}` and the log, `GET /messages`.

use serde::Serialize;

use super::model::{Message, MessageStatus};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::paging::{Dates, Envelope, Paging};
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    id: &'a str,
    status: MessageStatus,
    correlation_id: &'a str,
    destination_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    created_at: Time,
    sent_at: Option<Time>,
    delivered_at: Option<Time>,
    read_at: Option<Time>,
    external_message_id: Option<&'a str>,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
    origin: Option<&'a str>,
    /// Null until Meta reports it.
    meta_pricing: Option<()>,
}

impl<'a> Details<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            id: &message.id,
            status: message.status,
            correlation_id: &message.correlation_id,
            destination_number: message.to.shown(),
            template: message.template.as_deref(),
            created_at: message.created_at,
            sent_at: message.sent_at,
            delivered_at: message.delivered_at,
            read_at: message.read_at,
            external_message_id: message.external_id.as_deref(),
            error_code: message.error_code,
            error_message: message.error_message.as_deref(),
            origin: Some(message.origin),
            meta_pricing: None,
        }
    }
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let message = state.messaging.of(call.number()).message(call.param("id"));
    let message = message.ok_or_else(|| ApiError::new(Code::MessageNotFound, "Message not found"))?;
    Reply::ok(&Details::of(message))
}

#[derive(Debug, Serialize)]
struct Log<'a> {
    messages: Vec<Details<'a>>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) fn log(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let paging = Paging::read(call)?;
    let status = call.choice("status", &MessageStatus::NAMES)?;
    let dates = Dates::read(call)?;
    let all = &state.messaging.of(call.number()).messages;
    let range = dates.positions(all, |message| message.created_at);
    let rows: Vec<&Message> = all.get(range).unwrap_or_default().iter().rev().collect();
    let rows: Vec<&Message> = match status {
        None => rows,
        Some(name) => rows.into_iter().filter(|message| message.status.name() == name).collect(),
    };
    let page = rows.get(paging.range(rows.len())).unwrap_or_default();
    Reply::ok(&Log {
        messages: page.iter().map(|message| Details::of(message)).collect(),
        envelope: paging.envelope(rows.len(), None),
    })
}
