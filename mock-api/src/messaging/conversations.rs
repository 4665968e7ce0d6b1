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
    let (total, page) = match number.pii_mode {
        PiiMode::RelayOnly => (0, Vec::new()),
        _ => chest.recency.page(dates, paging),
    };
    let conversations = page.into_iter().filter_map(|position| {
        let conversation = chest.conversations.get(position)?;
        let last = conversation.last_row.and_then(|row| chest.rows.get(row));
        let preview = last.and_then(|row| row.text.as_deref()).unwrap_or_default();
        Some(Item {
            id: &conversation.id,
            from: conversation.phone(),
            from_name: conversation.name(),
            user_id: conversation.user_id(),
            username: conversation.username(),
            kind: conversation.kind(),
            unread_count: conversation.unread.len(),
            last_message_at: conversation.last_at,
            last_message_preview: preview,
            created_at: conversation.created_at,
        })
    });
    Reply::ok(&Page {
        conversations: conversations.collect(),
        envelope: paging.envelope(total, notice(number)),
    })
}
