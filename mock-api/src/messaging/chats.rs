//! `GET /messages/unread` and `GET /messages/group`.

use fixtures::world::{ContentType, Direction};
use serde::Serialize;

use super::seen::{Media, Page, Seen, notice, number};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::paging::{Dates, Paging};
use crate::state::State;
use crate::time::Time;

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
    let total = chest.unread().len();
    let all = 0..chest.rows.as_slice().len();
    let page = chest.unread().newest_first(&all, paging).into_iter().filter_map(|position| {
        let seen = Seen::new(chest, number, chest.rows.get(position)?, call.now)?;
        Some(UnreadRow {
            id: &seen.row.id,
            conversation_id: &seen.conversation.id,
            conversation_unread_count: seen.conversation.unread.len(),
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
    let range = dates.positions(chest.rows.as_slice(), |row| row.at);
    let envelope = paging.envelope(chest.group_rows().count(&range), notice(number));
    let page = chest.group_rows().newest_first(&range, paging).into_iter().filter_map(|position| {
        let seen = Seen::new(chest, number, chest.rows.get(position)?, call.now)?;
        Some(GroupRow {
            id: &seen.row.id,
            conversation_id: &seen.conversation.id,
            direction: seen.row.direction,
            kind: seen.row.kind,
            content: seen.text(),
            from: seen.sender(),
            from_name: seen.sender_name(),
            group_id: seen.conversation.peer.shown(),
            group_name: seen.conversation.name(),
            media: seen.media(),
            created_at: seen.row.at,
            redacted: seen.redacted(),
        })
    });
    Reply::ok(&Page { messages: page.collect(), envelope })
}
