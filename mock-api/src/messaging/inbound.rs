//! A message from the other side comes in.

use fixtures::world::{ContentType, Direction, Engine, PiiMode};

use super::events;
use super::external_id::external_id;
use super::index::Position;
use super::model::{Peer, Profile, Row, RowMedia, Sender};
use super::store::name_of;
use crate::ids::Ids;
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;

/// What comes in.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) number: String,
    /// The conversation's other side.
    pub(super) peer: Peer,
    /// Who wrote it, as far as it shows.
    pub(super) from: Writer,
    pub(super) kind: ContentType,
    pub(super) text: Option<String>,
    pub(super) media: Option<Attachment>,
    /// Position of the message that it answers.
    pub(super) quoted: Option<Position>,
}

/// Who wrote a message, as far as it shows.
#[derive(Debug)]
pub(super) struct Writer {
    /// Digits.
    pub(super) phone: Option<String>,
    pub(super) profile: Profile,
}

/// Media that comes in.
#[derive(Debug)]
pub(super) struct Attachment {
    pub(super) url: Option<String>,
    pub(super) mime_type: String,
    pub(super) file_name: Option<String>,
    /// The content.
    pub(super) base64: String,
}

/// Stores it, opens the contact's window and tells the webhooks. Gives the row's id and the conversation's.
pub(super) fn receive(state: &mut State, incoming: Incoming, now: Time) -> Option<(String, String)> {
    let number = state.numbers.get(&incoming.number)?;
    let (is_meta, read) = (number.is_meta(), reads_at_once(number));
    let conversation = conversation(state, &incoming, now);
    let Incoming { number, peer, from, kind, text, media, quoted } = incoming;
    let external_id = external_id(is_meta, &peer, &mut state.ids);
    let media = media.map(|media| Box::new(store(state, &number, is_meta, media)));
    let sender = Sender { phone: from.phone, user_id: from.profile.user_id, name: from.profile.name };
    let chest = state.messaging.of_mut(&number);
    let (index, id) = (chest.rows.next(), state.ids.id("cm", now));
    chest.add_row(Row {
        id: id.as_str().into(),
        conversation,
        direction: Direction::Inbound,
        kind,
        text: text.map(Into::into),
        media,
        sender: matches!(peer, Peer::Group(_)).then(|| Box::new(sender)),
        external_id: Some(external_id.into()),
        quoted,
        read_at: read.then_some(now),
        at: now,
        message: None,
    });
    let conversation = chest.conversations.get(conversation)?.id.to_string();
    events::inbound(state, &number, index);
    Some((id, conversation))
}

/// Evolution GO marks messages as read by itself when it is told to.
fn reads_at_once(number: &Number) -> bool {
    number.engine == Engine::EvoGo && number.switched_on("readMessages")
}

/// Whether the number is set not to take messages from there at all.
pub(super) fn is_ignored(number: &Number, peer: &Peer) -> bool {
    match peer {
        Peer::Channel(_) => number.switched_on("ignoreNewsletters"),
        Peer::Group(_) => number.engine == Engine::EvoGo && number.switched_on("ignoreGroups"),
        Peer::Phone(_) | Peer::UserId(_) => false,
    }
}

/// The conversation it belongs to, with what is new about the contact.
fn conversation(state: &mut State, incoming: &Incoming, now: Time) -> Position {
    let Incoming { number, peer, from, .. } = incoming;
    let profile = if peer.is_contact() { from.profile.clone() } else { Profile::default() };
    let known_as = profile.user_id.clone().map(Peer::UserId);
    let name = name_of(state, number, peer);
    let ids = &mut state.ids;
    let chest = state.messaging.of_mut(number);
    // A contact that was known by its user id alone keeps its conversation when its phone shows.
    let known = chest.index_of(peer).or_else(|| chest.index_of(known_as.as_ref()?));
    let position = known.unwrap_or_else(|| chest.open(peer, name, now, || ids.id("conv", now)));
    chest.identify(position, peer, profile);
    position
}

/// On Meta it can be downloaded under an id; elsewhere under its URL alone.
fn store(state: &mut State, number: &str, is_meta: bool, media: Attachment) -> RowMedia {
    let id = is_meta.then(|| media_id(&mut state.ids));
    let row = RowMedia {
        url: url(state, number, id.as_deref(), &media),
        id,
        mime_type: Some(media.mime_type.clone()),
        file_name: media.file_name.clone(),
    };
    if let Some(id) = &row.id {
        let stored = crate::media::Media::new(media.mime_type, media.file_name, media.base64);
        state.media.insert(number, id.clone(), stored);
    }
    row
}

/// Where the API keeps its copy: it makes none for a number that only relays.
fn url(state: &mut State, number: &str, id: Option<&str>, media: &Attachment) -> Option<String> {
    let relays = state.numbers.get(number).is_some_and(|it| it.pii_mode == PiiMode::RelayOnly);
    if relays && id.is_some() {
        return None;
    }
    let name = id.map_or_else(|| state.ids.hex(16), str::to_owned);
    media.url.clone().or_else(|| Some(crate::media::hosted("inbound", &name, &media.mime_type)))
}

fn media_id(ids: &mut Ids) -> String {
    ids.digits(16)
}
