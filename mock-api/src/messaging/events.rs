//! The `message.*` events, with the fields that schema v3 has. Those that are not there are left out: the SDK's parser forbids null.

use fixtures::world::ContentType;
use serde::Serialize;

use super::index::Position;
use super::model::{Peer, Row, Sender};
use super::store::Place;
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;
use crate::webhooks::{Event, emit};

/// What all of them have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Base<'a> {
    number_id: &'a str,
    /// The provider's id; null when the message failed before there was one.
    message_id: Option<&'a str>,
    id: &'a str,
    #[serde(rename = "type")]
    kind: ContentType,
    from_me: bool,
    created_at: Time,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    #[serde(flatten)]
    media: Option<Media<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Media<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    media_link: Option<&'a str>,
    /// A template's own media may be of any type.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<ContentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_filename: Option<&'a str>,
    /// With the next, what `media_get` asks for: Meta numbers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_id: Option<&'a str>,
}

impl<'a> Media<'a> {
    fn of(number: &'a Number, row: &'a Row) -> Option<Self> {
        let media = row.media.as_deref()?;
        let phone_id = number.meta.as_ref().map(|meta| meta.phone_id.as_str());
        Some(Self {
            media_link: media.url.as_deref(),
            media_type: Some(row.kind).filter(|kind| *kind != ContentType::Text),
            media_caption: row.text.as_deref(),
            media_filename: media.file_name.as_deref(),
            media_id: media.id.as_deref(),
            phone_number_id: phone_id.filter(|_| media.id.is_some()),
        })
    }
}

/// `message.sent`, `.delivered`, `.read` and `.failed`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
}

/// Says how far a message has come.
pub(super) fn status(state: &mut State, place: &Place, name: &'static str, at: Time) {
    let Some(event) = status_event(state, place, name, at) else { return };
    emit(state, &place.number, &event, at);
}

fn status_event(state: &State, place: &Place, name: &'static str, at: Time) -> Option<Event> {
    let number = state.numbers.get(&place.number)?;
    let message = state.messaging.at(place)?;
    let row = state.messaging.of(&place.number).rows.get(message.row)?;
    let base = Base {
        number_id: &number.id,
        message_id: message.external_id.as_deref(),
        id: &message.id,
        kind: row.kind,
        from_me: true,
        created_at: at,
        from: crate::phone::e164(&number.digits),
        to: message.to.shown(),
        content: row.text.as_deref(),
        correlation_id: Some(message.correlation_id()),
        media: Media::of(number, row),
    };
    let (error, error_code) = (message.failure.map(|it| it.text()), message.failure.map(|it| it.code()));
    Some(Event::new(name, &*message.id, &Status { base, error, error_code }))
}

/// `message.received`, `.reply`, `.group` and `.newsletter`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Inbound<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_replied: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newsletter_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newsletter_name: Option<&'a str>,
}

/// Says that a row has come in.
pub(super) fn inbound(state: &mut State, number: &str, row: Position) {
    let Some((event, at)) = inbound_event(state, number, row) else { return };
    emit(state, number, &event, at);
}

fn inbound_event(state: &State, number: &str, row: Position) -> Option<(Event, Time)> {
    let (number, chest) = (state.numbers.get(number)?, state.messaging.of(number));
    let row = chest.rows.get(row)?;
    let conversation = chest.conversations.get(row.conversation)?;
    let quoted = row.quoted.and_then(|index| chest.messages.get(index));
    let sender = row.sender.as_deref();
    let (group, channel) = match &conversation.peer {
        Peer::Group(id) => (Some(id.as_str()), None),
        Peer::Channel(id) => (None, Some(id.as_str())),
        Peer::Phone(_) | Peer::UserId(_) => (None, None),
    };
    let (name, place_name) = (conversation.name(), |place: Option<&str>| place.and(conversation.name()));
    let inbound = Inbound {
        base: Base {
            number_id: &number.id,
            message_id: row.external_id.as_deref(),
            id: &row.id,
            kind: row.kind,
            from_me: false,
            created_at: row.at,
            from: sender.and_then(Sender::shown).unwrap_or_else(|| conversation.peer.shown()),
            to: crate::phone::e164(&number.digits),
            content: row.text.as_deref(),
            correlation_id: quoted.map(super::model::Message::correlation_id),
            media: Media::of(number, row),
        },
        participant_name: sender
            .map_or(name.filter(|_| conversation.peer.is_contact()), |it| it.name.as_deref()),
        content_replied: quoted.and_then(|it| chest.rows.get(it.row)).and_then(|row| row.text.as_deref()),
        quoted_message_id: quoted.and_then(|it| it.external_id.as_deref()),
        group_id: group,
        group_name: place_name(group),
        newsletter_id: channel,
        newsletter_name: place_name(channel),
    };
    let event = match (group, channel, quoted) {
        (Some(_), ..) => "message.group",
        (_, Some(_), _) => "message.newsletter",
        (.., Some(_)) => "message.reply",
        _ => "message.received",
    };
    Some((Event::new(event, &*row.id, &inbound), row.at))
}
