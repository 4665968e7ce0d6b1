//! `GET /messages/{id}` and the log, `GET /messages`.

use serde::Serialize;

use super::chest::Chest;
use super::model::{Message, MessageStatus, Origin};
use super::pricing::PricingView;
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
    correlation_id: String,
    destination_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    created_at: Time,
    sent_at: Option<Time>,
    delivered_at: Option<Time>,
    read_at: Option<Time>,
    external_message_id: Option<&'a str>,
    error_code: Option<&'static str>,
    error_message: Option<&'static str>,
    origin: Option<Origin>,
    /// Null until Meta reports it.
    meta_pricing: Option<PricingView>,
}

impl<'a> Details<'a> {
    fn of(chest: &'a Chest, message: &'a Message) -> Self {
        Self {
            id: &message.id,
            status: message.status,
            correlation_id: message.correlation_id(),
            destination_number: message.to.shown(),
            template: message.template.as_deref(),
            created_at: message.created_at,
            sent_at: message.sent_at,
            delivered_at: message.delivered_at,
            read_at: message.read_at,
            external_message_id: message.external_id.as_deref(),
            error_code: message.failure.map(|failure| failure.code()),
            error_message: message.failure.map(|failure| failure.text()),
            origin: Some(message.origin),
            meta_pricing: pricing(chest, message),
        }
    }
}

fn pricing(chest: &Chest, message: &Message) -> Option<PricingView> {
    let row = chest.rows.get(message.row)?;
    let conversation = chest.conversations.get(row.conversation)?;
    Some(message.pricing?.view(&conversation.id, message.sent_at?))
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let chest = state.messaging.of(call.number());
    let message = chest.message(call.param("id"));
    let message = message.ok_or_else(|| ApiError::new(Code::MessageNotFound, "Message not found"))?;
    Reply::ok(&Details::of(chest, message))
}

#[derive(Debug, Serialize)]
struct Log<'a> {
    messages: Vec<Details<'a>>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) fn log(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let paging = Paging::read(call)?;
    let status = call.choice("status", &MessageStatus::NAMES)?.and_then(MessageStatus::from_name);
    let dates = Dates::read(call)?;
    let chest = state.messaging.of(call.number());
    let range = dates.positions(&chest.messages, |message| message.created_at);
    let (total, rows): (usize, Vec<usize>) = match status {
        None => (range.len(), paging.newest_first(range)),
        Some(status) => {
            let of_status = chest.by_status.get(&status).into_iter().flat_map(|all| all.range(range.clone()));
            let total = of_status.clone().count();
            let page = paging.range(total);
            (total, of_status.rev().skip(page.start).take(page.len()).copied().collect())
        }
    };
    let messages = rows.into_iter().filter_map(|index| chest.messages.get(index));
    Reply::ok(&Log {
        messages: messages.map(|message| Details::of(chest, message)).collect(),
        envelope: paging.envelope(total, None),
    })
}
