//! Rows of chats as a reader sees them. What a number's PII mode covers is shown without its content (U-08).

use fixtures::world::{Direction, PiiMode};
use jiff::SignedDuration;
use serde::Serialize;

use super::chest::Chest;
use super::model::{Conversation, Row};
use crate::call::Call;
use crate::error::ApiError;
use crate::numbers::Number;
use crate::paging::Envelope;
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Media<'a> {
    provider: &'static str,
    id: Option<&'a str>,
    url: Option<&'a str>,
    mime_type: Option<&'a str>,
    file_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Page<T> {
    pub(super) messages: Vec<T>,
    #[serde(flatten)]
    pub(super) envelope: Envelope,
}

/// A row with what stands around it, and whether it is covered.
pub(super) struct Seen<'a> {
    pub(super) row: &'a Row,
    pub(super) conversation: &'a Conversation,
    pub(super) number: &'a Number,
    covered: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn new(chest: &'a Chest, number: &'a Number, row: &'a Row, now: Time) -> Option<Self> {
        let conversation = chest.conversations.get(row.conversation)?;
        Some(Self { row, conversation, number, covered: is_covered(number, row.at, now) })
    }

    /// `value` unless the row is covered.
    pub(super) fn show<T>(&self, value: Option<T>) -> Option<T> {
        if self.covered { None } else { value }
    }

    pub(super) fn media(&self) -> Option<Media<'a>> {
        let media = self.row.media.as_ref()?;
        self.show(Some(Media {
            provider: self.number.media_provider(),
            id: media.id.as_deref(),
            url: media.url.as_deref(),
            mime_type: media.mime_type.as_deref(),
            file_name: media.file_name.as_deref(),
        }))
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.show(self.row.text.as_deref())
    }

    /// The other side's phone: in groups that of who wrote it.
    pub(super) fn participant_phone(&self) -> Option<String> {
        let sender = self.row.sender.as_deref().and_then(|sender| sender.phone.as_deref());
        self.show(sender.map(crate::phone::e164).or_else(|| self.conversation.phone()))
    }

    /// The other side's name: in groups that of who wrote it.
    pub(super) fn participant_name(&self) -> Option<&'a str> {
        let sender = self.row.sender.as_deref().and_then(|sender| sender.name.as_deref());
        self.show(sender.or(self.contact_name()))
    }

    /// The phone of who wrote it, with `+`.
    pub(super) fn sender(&self) -> Option<String> {
        let own = || (self.row.direction == Direction::Outbound).then(|| self.number.digits.clone());
        let sender = self.row.sender.as_deref().and_then(|sender| sender.phone.clone()).or_else(own);
        self.show(sender.map(|digits| crate::phone::e164(&digits)).or_else(|| self.conversation.phone()))
    }

    pub(super) fn sender_name(&self) -> Option<&'a str> {
        let own = || (self.row.direction == Direction::Outbound).then_some(self.number.name.as_str());
        let sender = self.row.sender.as_deref().and_then(|sender| sender.name.as_deref());
        self.show(sender.or_else(own).or(self.contact_name()))
    }

    /// A group's or a channel's name is not that of who wrote in it.
    fn contact_name(&self) -> Option<&'a str> {
        self.conversation.name().filter(|_| self.conversation.peer.is_contact())
    }

    pub(super) fn redacted(&self) -> Option<bool> {
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

pub(super) fn number<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Number, ApiError> {
    state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)
}
