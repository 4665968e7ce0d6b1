//! `GET /conversations`. What a number's PII mode covers is left out (U-08).

use fixtures::world::PiiMode;
use serde::Serialize;

use super::seen::{notice, retention_start};
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::paging::{Dates, Envelope, Paging};
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: &'a str,
    from: Option<String>,
    from_name: Option<&'a str>,
    user_id: Option<&'a str>,
    username: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    unread_count: usize,
    last_message_at: Time,
    last_message_preview: &'a str,
    created_at: Time,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    conversations: Vec<Item<'a>>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (paging, mut dates) = (Paging::read(call)?, Dates::read(call)?);
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    dates.start = dates.start.max(retention_start(number, call.now));
    let chest = state.messaging.of(call.number());
    let range = match number.pii_mode {
        PiiMode::RelayOnly => 0..0,
        _ => dates.positions(&chest.by_recency, |(at, ..)| *at),
    };
    let found = chest.by_recency.get(range).unwrap_or_default();
    let page = paging.range(found.len());
    let newest_first = found.iter().rev().skip(page.start).take(page.len());
    let conversations = newest_first.filter_map(|(_, row, index)| {
        let conversation = chest.conversations.get(*index)?;
        let last = chest.rows.get(*row).filter(|row| row.conversation == *index);
        let preview = last.and_then(|row| row.text.as_deref()).unwrap_or_default();
        Some(Item {
            id: &conversation.id,
            from: conversation.phone(),
            from_name: conversation.name.as_deref(),
            user_id: conversation.user_id.as_deref(),
            username: conversation.username.as_deref(),
            kind: conversation.kind(),
            unread_count: conversation.unread.len(),
            last_message_at: conversation.last_at,
            last_message_preview: preview,
            created_at: conversation.created_at,
        })
    });
    Reply::ok(&Page {
        conversations: conversations.collect(),
        envelope: paging.envelope(found.len(), notice(number)),
    })
}
