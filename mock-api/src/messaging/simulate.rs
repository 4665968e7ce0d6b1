//! What the other side does: a contact writes, WhatsApp reports how far a message came.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fixtures::world::ContentType;
use serde::Serialize;

use super::failure::Failure;
use super::inbound::{Attachment, Incoming, Writer, is_ignored, receive};
use super::index::Position;
use super::model::{MessageStatus, Peer, Profile};
use super::store::Place;
use super::{attachment, destination, lifecycle};
use crate::call::{Call, Reply, Route, Scope};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::link;
use crate::state::State;
use crate::time::Time;

pub(crate) const SIMULATIONS: &[Route] = &[
    Route::new("POST", "/simulate/message", Scope::Public, message),
    Route::new("POST", "/simulate/receipt", Scope::Public, receipt),
];

const TYPES: [(&str, ContentType); 9] = [
    ("text", ContentType::Text),
    ("image", ContentType::Image),
    ("audio", ContentType::Audio),
    ("video", ContentType::Video),
    ("document", ContentType::Document),
    ("location", ContentType::Location),
    ("contacts", ContentType::Contacts),
    ("sticker", ContentType::Sticker),
    ("reaction", ContentType::Reaction),
];

/// Both are null when the number is set to ignore where the message came from.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    message_id: Option<String>,
    conversation_id: Option<String>,
}

/// `POST /simulate/message`.
fn message(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (mut incoming, reply_to) = call.read(read_message)?;
    let number = state.numbers.present(&incoming.number)?;
    match incoming.peer {
        Peer::Channel(_) if number.is_meta() => {
            return Err(ApiError::new(
                Code::NotSupportedForMeta,
                "Meta Cloud API numbers get no channel posts",
            ));
        }
        Peer::Group(_) if number.is_meta() && !number.has_meta_groups() => {
            return Err(ApiError::new(
                Code::MetaGroupsNotEligible,
                "Groups need an approved Official Business Account with groups enabled",
            ));
        }
        _ => {}
    }
    state.numbers.require_open(&incoming.number)?;
    if is_ignored(number, &incoming.peer) {
        return Reply::ok(&Received::default());
    }
    incoming.quoted = reply_to.map(|id| quoted(state, &incoming.number, &id)).transpose()?;
    let ids = receive(state, incoming, call.now);
    Reply::ok(&ids.map_or_else(Received::default, |(message, conversation)| Received {
        message_id: Some(message),
        conversation_id: Some(conversation),
    }))
}

/// The message that is answered: one that has reached WhatsApp.
fn quoted(state: &State, number: &str, id: &str) -> Result<Position, ApiError> {
    let chest = state.messaging.of(number);
    let index = chest.position(id).ok_or_else(unknown)?;
    if chest.messages.get(index).is_none_or(|message| message.external_id.is_none()) {
        return Err(ApiError::invalid("/replyTo", "has not been sent yet: nobody can answer it"));
    }
    Ok(index)
}

fn unknown() -> ApiError {
    ApiError::new(Code::MessageNotFound, "Message not found")
}

fn read_message(fields: &Fields<'_>) -> Option<(Incoming, Option<String>)> {
    let number = fields.required("numberId");
    let (peer, from) = read_sides(fields)?;
    let text = fields.filled("text").map(str::to_owned);
    let name = fields.one_of("type", &TYPES.map(|(name, _)| name));
    let kind = TYPES.iter().find(|(known, _)| Some(*known) == name).map(|(_, kind)| *kind);
    let source = attachment::source(fields);
    if text.is_none() && name.is_none() && source.is_none() {
        fields.issue_here("give text, media or type");
    }
    let guessed = source.as_deref().map(|it| attachment::content_type(it).unwrap_or(ContentType::Document));
    let kind = kind.or(guessed).unwrap_or_default();
    let media = read_media(fields, kind, source);
    let reply_to = fields.filled("replyTo").map(str::to_owned);
    Some((Incoming { number: number?.to_owned(), peer, from, kind, text, media, quoted: None }, reply_to))
}

/// The conversation's other side, and who writes.
fn read_sides(fields: &Fields<'_>) -> Option<(Peer, Writer)> {
    let from = destination::contact(fields, "from");
    let user_id = fields.filled("userId").map(str::to_owned);
    if user_id.as_deref().is_some_and(|id| !crate::phone::is_user_id(id)) {
        fields.issue("userId", "must be a user id such as BR.123");
    }
    let (group, channel) = (destination::group(fields), destination::channel(fields));
    if group.is_some() && channel.is_some() {
        fields.issue_here("give at most one of groupId, newsletterId");
    }
    if !fields.has("from") && user_id.is_none() && channel.is_none() {
        fields.issue("from", "is required unless userId or newsletterId is given");
    }
    let text = |key| fields.filled(key).map(str::to_owned);
    let (phone, by_id) = match &from {
        Some(Peer::Phone(digits)) => (Some(digits.clone()), None),
        Some(Peer::UserId(id)) => (None, Some(id.clone())),
        _ => (None, None),
    };
    let user_id = user_id.or(by_id);
    let contact = phone.clone().map(Peer::Phone).or_else(|| user_id.clone().map(Peer::UserId));
    let profile = Profile { name: text("name"), user_id, username: text("username") };
    Some((group.or(channel).or(contact)?, Writer { phone, profile }))
}

/// The media of a message that has some. Content that is not given is made up: what matters is that it can be downloaded.
fn read_media(fields: &Fields<'_>, kind: ContentType, source: Option<String>) -> Option<Attachment> {
    let usual = match kind {
        ContentType::Image => "image/jpeg",
        ContentType::Audio => "audio/ogg",
        ContentType::Video => "video/mp4",
        ContentType::Document => "application/pdf",
        ContentType::Sticker => "image/webp",
        _ => return None,
    };
    let (given, file_name) = (fields.filled("mimeType"), fields.filled("fileName").map(str::to_owned));
    let own = source.as_deref().and_then(link::mime_type);
    let mime_type = given.or(own).unwrap_or(usual).to_owned();
    let content = source.as_deref().filter(|it| link::is_data_uri(it)).and_then(|it| it.split_once(','));
    let base64 = content.map_or_else(|| STANDARD.encode("stand-in"), |(_, content)| content.to_owned());
    let url = source.filter(|source| link::is_web(source));
    Some(Attachment { url, mime_type, file_name, base64 })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reported<'a> {
    message_id: &'a str,
    status: MessageStatus,
}

/// `POST /simulate/receipt`: a message gets as far as the receipt says, at once. One that comes too late changes nothing; the answer says how it stands.
fn receipt(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (id, status, failure) = call.read(read_receipt)?;
    let place = state.messaging.place_of_any(&id).ok_or_else(unknown)?;
    report(state, &place, status, failure, call.now);
    let message = state.messaging.at(&place).ok_or_else(unknown)?;
    Reply::ok(&Reported { message_id: &message.id, status: message.status })
}

fn report(state: &mut State, place: &Place, status: MessageStatus, failure: Failure, now: Time) {
    use MessageStatus::{Delivered, Failed, Queued, Read, Sent};
    let at = |state: &State| state.messaging.at(place).map(|message| message.status);
    match (status, at(state)) {
        (Failed, Some(Queued | Sent)) => lifecycle::fail(state, place, failure, now),
        (Sent | Delivered | Read, Some(Queued)) => lifecycle::sent(state, place, now),
        _ => {}
    }
    if matches!(status, Delivered | Read) && at(state) == Some(Sent) {
        lifecycle::delivered(state, place, now);
    }
    if status == Read && at(state) == Some(Delivered) {
        lifecycle::read(state, place, now);
    }
}

fn read_receipt(fields: &Fields<'_>) -> Option<(String, MessageStatus, Failure)> {
    let id = fields.required("messageId");
    fields.require("status");
    let status = fields.one_of("status", &["SENT", "DELIVERED", "READ", "FAILED"]);
    let code = fields.one_of("errorCode", Failure::CODES);
    if code.is_some() && status.is_some_and(|status| status != "FAILED") {
        fields.issue("errorCode", "goes with FAILED only");
    }
    let failure = code.and_then(Failure::from_code).unwrap_or(Failure::DeliveryTimeout);
    Some((id?.to_owned(), MessageStatus::from_name(status?)?, failure))
}
