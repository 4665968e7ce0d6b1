//! Rows of chats: history, unread, groups. What a number's PII mode covers is shown without its content (U-08).

use fixtures::world::{ContentType, Direction, PiiMode};
use jiff::SignedDuration;
use serde::Serialize;

use super::model::{Conversation, MessageStatus, Row};
use super::store::Chest;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::numbers::Number;
use crate::paging::{Dates, Envelope, Paging};
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Media<'a> {
    provider: &'static str,
    id: Option<&'a str>,
    url: Option<&'a str>,
    mime_type: Option<&'a str>,
    file_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Page<T> {
    messages: Vec<T>,
    #[serde(flatten)]
    envelope: Envelope,
}

/// A row with what stands around it, and whether it is covered.
struct Seen<'a> {
    row: &'a Row,
    conversation: &'a Conversation,
    number: &'a Number,
    covered: bool,
}

impl<'a> Seen<'a> {
    fn new(chest: &'a Chest, number: &'a Number, row: &'a Row, now: Time) -> Option<Self> {
        let conversation = chest.conversations.get(row.conversation)?;
        Some(Self { row, conversation, number, covered: is_covered(number, row.at, now) })
    }

    /// `value` unless the row is covered.
    fn show<T>(&self, value: Option<T>) -> Option<T> {
        if self.covered { None } else { value }
    }

    fn media(&self) -> Option<Media<'a>> {
        let media = self.row.media.as_ref()?;
        self.show(Some(Media {
            provider: self.number.media_provider(),
            id: media.id.as_deref(),
            url: media.url.as_deref(),
            mime_type: media.mime_type.as_deref(),
            file_name: media.file_name.as_deref(),
        }))
    }

    fn text(&self) -> Option<&'a str> {
        self.show(self.row.text.as_deref())
    }

    /// The phone of who wrote it, with `+`.
    fn sender(&self) -> Option<String> {
        let own = || (self.row.direction == Direction::Outbound).then(|| self.number.digits.clone());
        let sender = self.row.sender.clone().or_else(own).map(|digits| crate::phone::e164(&digits));
        self.show(sender.or_else(|| self.conversation.phone()))
    }

    fn sender_name(&self) -> Option<&'a str> {
        let own = || (self.row.direction == Direction::Outbound).then_some(self.number.name.as_str());
        let name = self.row.sender_name.as_deref().or_else(own).or(self.conversation.name.as_deref());
        self.show(name)
    }

    fn redacted(&self) -> Option<bool> {
        self.covered.then_some(true)
    }
}

fn is_covered(number: &Number, at: Time, now: Time) -> bool {
    match number.pii_mode {
        PiiMode::RelayOnly => true,
        PiiMode::StoreXDays => retention_start(number, now).is_some_and(|start| at < start),
        PiiMode::StoreIndefinite => false,
    }
}

/// Since when a `STORE_X_DAYS` number keeps its data.
pub(super) fn retention_start(number: &Number, now: Time) -> Option<Time> {
    let days = number.pii_retention_days.filter(|_| number.pii_mode == PiiMode::StoreXDays)?;
    Some(now.plus(SignedDuration::from_hours(-24 * i64::from(days))))
}

/// Said on every page of a number that only relays.
pub(super) fn notice(number: &Number) -> Option<&'static str> {
    (number.pii_mode == PiiMode::RelayOnly).then_some("PII_RELAY_ONLY")
}

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
    origin: Option<&'static str>,
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
    let range = dates.positions(&chest.rows, |row| row.at);
    let rows = chest.rows.get(range).unwrap_or_default();
    let page = newest_first(rows, paging)
        .filter_map(|row| history_row(chest, &Seen::new(chest, number, row, call.now)?));
    Reply::ok(&Page { messages: page.collect(), envelope: paging.envelope(rows.len(), notice(number)) })
}

fn history_row<'a>(chest: &'a Chest, seen: &Seen<'a>) -> Option<HistoryRow<'a>> {
    let row = seen.row;
    let message = row.message.and_then(|index| chest.messages.get(index));
    let inbound = row.direction == Direction::Inbound;
    let inbound_status = if row.read_at.is_some() { MessageStatus::Read } else { MessageStatus::Delivered };
    Some(HistoryRow {
        id: &row.id,
        conversation_id: &seen.conversation.id,
        direction: row.direction,
        provider_kind: seen.number.provider(),
        external_message_id: row.external_id.as_deref(),
        status: message.map_or(inbound_status, |message| message.status),
        message_type: row.kind,
        // History does not tell the rails apart: what the API sent is `API`.
        origin: message.map(|_| "API"),
        text: seen.text(),
        participant_name: seen.show(row.sender_name.as_deref().or(seen.conversation.name.as_deref())),
        participant_phone: seen
            .show(row.sender.as_deref().map(crate::phone::e164).or_else(|| seen.conversation.phone())),
        participant_user_id: seen.show(seen.conversation.user_id.as_deref()),
        replied_to_external_id: None,
        media: seen.media(),
        sent_at: message.and_then(|message| message.sent_at),
        delivered_at: if inbound { Some(row.at) } else { message.and_then(|message| message.delivered_at) },
        read_at: if inbound { row.read_at } else { message.and_then(|message| message.read_at) },
        provider_timestamp: row.at,
        created_at: row.at,
        referral: None,
        redacted: seen.redacted(),
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnreadRow<'a> {
    id: &'a str,
    conversation_id: &'a str,
    conversation_unread_count: usize,
    direction: Direction,
    #[serde(rename = "type")]
    kind: ContentType,
    content: Option<&'a str>,
    from: Option<String>,
    from_name: Option<&'a str>,
    media: Option<Media<'a>>,
    read_at: Option<Time>,
    created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<bool>,
}

/// `total` is the sum of the conversations' unread counts, which is the number of unread rows.
pub(super) fn unread(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let paging = Paging::read(call)?;
    let number = number(state, call)?;
    let chest = state.messaging.of(call.number());
    let page = newest_first(&chest.unread_rows, paging).filter_map(|index| {
        let seen = Seen::new(chest, number, chest.rows.get(*index)?, call.now)?;
        Some(UnreadRow {
            id: &seen.row.id,
            conversation_id: &seen.conversation.id,
            conversation_unread_count: seen.conversation.unread,
            direction: seen.row.direction,
            kind: seen.row.kind,
            content: seen.text(),
            from: seen.sender(),
            from_name: seen.sender_name(),
            media: seen.media(),
            read_at: None,
            created_at: seen.row.at,
            redacted: seen.redacted(),
        })
    });
    let total = chest.unread_rows.len();
    Reply::ok(&Page { messages: page.collect(), envelope: paging.envelope(total, notice(number)) })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupRow<'a> {
    id: &'a str,
    conversation_id: &'a str,
    direction: Direction,
    #[serde(rename = "type")]
    kind: ContentType,
    content: Option<&'a str>,
    from: Option<String>,
    from_name: Option<&'a str>,
    group_id: String,
    group_name: Option<&'a str>,
    media: Option<Media<'a>>,
    created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<bool>,
}

pub(super) fn group(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = number(state, call)?;
    if number.is_meta() && !number.has_meta_groups() {
        return Err(ApiError::new(
            Code::MetaGroupsNotEligible,
            "Groups need an approved Official Business Account with groups enabled",
        ));
    }
    let (paging, dates) = (Paging::read(call)?, Dates::read(call)?);
    let chest = state.messaging.of(call.number());
    let at = |index: &usize| chest.rows.get(*index).map_or(call.now, |row| row.at);
    let rows = chest.group_rows.get(dates.positions(&chest.group_rows, at)).unwrap_or_default();
    let page = newest_first(rows, paging).filter_map(|index| {
        let seen = Seen::new(chest, number, chest.rows.get(*index)?, call.now)?;
        Some(GroupRow {
            id: &seen.row.id,
            conversation_id: &seen.conversation.id,
            direction: seen.row.direction,
            kind: seen.row.kind,
            content: seen.text(),
            from: seen.sender(),
            from_name: seen.sender_name(),
            group_id: seen.conversation.peer.shown(),
            group_name: seen.conversation.name.as_deref(),
            media: seen.media(),
            created_at: seen.row.at,
            redacted: seen.redacted(),
        })
    });
    Reply::ok(&Page { messages: page.collect(), envelope: paging.envelope(rows.len(), notice(number)) })
}

fn number<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Number, ApiError> {
    state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)
}

/// A page of rows that are kept oldest first.
fn newest_first<T>(rows: &[T], paging: Paging) -> impl Iterator<Item = &T> {
    let range = paging.range(rows.len());
    let page = rows.get(rows.len() - range.end..rows.len() - range.start).unwrap_or_default();
    page.iter().rev()
}
