//! `GET /messages/history`: both directions of all chats.

use fixtures::world::{ContentType, Direction};
use serde::Serialize;

use super::chest::Chest;
use super::model::{MessageStatus, Origin};
use super::seen::{Media, Page, Seen, notice, number};
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::paging::{Dates, Paging};
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HistoryRow<'a> {
    id: &'a str,
    conversation_id: &'a str,
    direction: Direction,
    provider_kind: &'static str,
    external_message_id: Option<&'a str>,
    status: MessageStatus,
    message_type: ContentType,
    origin: Option<Origin>,
    text: Option<&'a str>,
    participant_name: Option<&'a str>,
    participant_phone: Option<String>,
    participant_user_id: Option<&'a str>,
    replied_to_external_id: Option<&'a str>,
    media: Option<Media<'a>>,
    sent_at: Option<Time>,
    delivered_at: Option<Time>,
    read_at: Option<Time>,
    provider_timestamp: Time,
    created_at: Time,
    /// Where an ad brought the contact here.
    referral: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<bool>,
}

pub(super) fn history(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (paging, dates) = (Paging::read(call)?, Dates::read(call)?);
    let number = number(state, call)?;
    let chest = state.messaging.of(call.number());
    let all = chest.rows.as_slice();
    let range = dates.positions(all, |row| row.at);
    let envelope = paging.envelope(range.len(), notice(number));
    let rows = paging.newest_first(range).into_iter().filter_map(|index| all.get(index));
    let page = rows.filter_map(|row| history_row(chest, &Seen::new(chest, number, row, call.now)?));
    Reply::ok(&Page { messages: page.collect(), envelope })
}

fn history_row<'a>(chest: &'a Chest, seen: &Seen<'a>) -> Option<HistoryRow<'a>> {
    let row = seen.row;
    let message = row.message.and_then(|index| chest.messages.get(index));
    let quoted = row.quoted.and_then(|index| chest.messages.get(index));
    let inbound = row.direction == Direction::Inbound;
    let inbound_status = if row.read_at.is_some() { MessageStatus::Read } else { MessageStatus::Delivered };
    Some(HistoryRow {
        id: &row.id,
        conversation_id: &seen.conversation.id,
        direction: row.direction,
        provider_kind: seen.number.provider(),
        external_message_id: message
            .map_or(row.external_id.as_deref(), |message| message.external_id.as_deref()),
        status: message.map_or(inbound_status, |message| message.status),
        message_type: row.kind,
        // History does not tell the rails apart: what the API sent is `API`. The rest was written on the phone.
        origin: (!inbound).then(|| if message.is_some() { Origin::Api } else { Origin::App }),
        text: seen.text(),
        participant_name: seen.participant_name(),
        participant_phone: seen.participant_phone(),
        participant_user_id: seen.show(seen.conversation.user_id()),
        replied_to_external_id: quoted.and_then(|quoted| quoted.external_id.as_deref()),
        media: seen.media(),
        sent_at: message.map_or((!inbound).then_some(row.at), |message| message.sent_at),
        delivered_at: message.map_or(Some(row.at), |message| message.delivered_at),
        read_at: if inbound { row.read_at } else { message.and_then(|message| message.read_at) },
        provider_timestamp: row.at,
        created_at: row.at,
        referral: None,
        redacted: seen.redacted(),
    })
}
