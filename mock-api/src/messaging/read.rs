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
    let all = chest.messages.as_slice();
    let range = dates.positions(all, |message| message.created_at);
    let (total, page): (usize, Vec<_>) = match status {
        None => {
            let page = paging.newest_first(range.clone()).into_iter();
            (range.len(), page.filter_map(|index| all.get(index)).collect())
        }
        Some(status) => {
            let page = chest.of_status(status).map(|of_status| of_status.newest_first(&range, paging));
            let page = page.into_iter().flatten().filter_map(|position| chest.messages.get(position));
            (chest.count(status, &range), page.collect())
        }
    };
    Reply::ok(&Log {
        messages: page.into_iter().map(|message| Details::of(chest, message)).collect(),
        envelope: paging.envelope(total, None),
    })
}
