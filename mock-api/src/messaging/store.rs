//! Where messages, rows and conversations are kept: one chest per number, so that nothing grows with other numbers' traffic.

use fixtures::World;
use fixtures::world::{ChatMessage, Direction, Moment};
use indexmap::IndexMap;
use jiff::SignedDuration;

use super::idempotency::Idempotency;
use super::model::{Conversation, Message, MessageStatus, Peer, Row, RowMedia};
use crate::ids::Ids;
use crate::state::State;
use crate::time::Time;

/// How long after a contact's last message free-form messages reach them on Meta.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Everything of the area.
#[derive(Debug, Clone, Default)]
pub(crate) struct Messaging {
    by_number: IndexMap<String, Chest>,
    pub(crate) idempotency: Idempotency,
}

/// What one number sent and received.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chest {
    /// Sent through the API, oldest first.
    pub(super) messages: Vec<Message>,
    /// Positions in `messages` by id, correlation id and provider id.
    by_any_id: IndexMap<String, usize>,
    /// Every chat's rows, oldest first.
    pub(super) rows: Vec<Row>,
    /// Positions in `rows` of those in groups, oldest first.
    pub(super) group_rows: Vec<usize>,
    /// Positions in `rows` of the unread ones, oldest first.
    pub(super) unread_rows: Vec<usize>,
    pub(super) conversations: Vec<Conversation>,
    by_peer: IndexMap<Peer, usize>,
    /// Conversations by the time of their last message, oldest first.
    pub(super) by_recency: Vec<(Time, usize)>,
}

impl Messaging {
    pub(crate) fn load(world: &World, start: Time, ids: &mut Ids) -> Self {
        let mut messaging = Self::default();
        for chat in chats(world, start, ids) {
            messaging.by_number.entry(chat.number.to_owned()).or_default().add_chat(world, chat, start);
        }
        for chest in messaging.by_number.values_mut() {
            chest.index_rows();
        }
        messaging
    }

    /// What the number sent and received.
    pub(crate) fn of(&self, number: &str) -> &Chest {
        static EMPTY: std::sync::LazyLock<Chest> = std::sync::LazyLock::new(Chest::default);
        self.by_number.get(number).unwrap_or(&EMPTY)
    }

    pub(super) fn of_mut(&mut self, number: &str) -> &mut Chest {
        self.by_number.entry(number.to_owned()).or_default()
    }

    /// When and how far the number's messages came, oldest first.
    pub(crate) fn sent_by(&self, number: &str) -> impl Iterator<Item = (Time, MessageStatus)> {
        self.of(number).messages.iter().map(|message| (message.created_at, message.status))
    }

    /// Forgets a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.by_number.shift_remove(number);
        self.idempotency.remove_number(number);
    }
}

/// Whether the contact wrote to the number within the last 24 hours.
pub(crate) fn window_open(state: &State, number: &str, phone: &str, now: Time) -> bool {
    state.messaging.of(number).window_open(&Peer::Phone(phone.to_owned()), now)
}

/// Id of the number's conversation with a phone.
pub(crate) fn conversation_id<'s>(state: &'s State, number: &str, phone: &str) -> Option<&'s str> {
    let chest = state.messaging.of(number);
    let index = *chest.by_peer.get(&Peer::Phone(phone.to_owned()))?;
    chest.conversations.get(index).map(|conversation| conversation.id.as_str())
}

impl Chest {
    /// A message by its id, its correlation id or the provider's id.
    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(*self.by_any_id.get(id)?)
    }

    pub(super) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.get_mut(*self.by_any_id.get(id)?)
    }

    /// Whether a row of the group has this id, or the message behind it has.
    pub(crate) fn has_group_message(&self, group: &str, id: &str) -> bool {
        let conversation = self.by_peer.get(&Peer::Group(group.to_owned()));
        let message = self.by_any_id.get(id);
        let mut rows = self.group_rows.iter().filter_map(|index| self.rows.get(*index));
        conversation.is_some_and(|conversation| {
            rows.any(|row| {
                row.conversation == *conversation
                    && (row.id == id || (message.is_some() && row.message.as_ref() == message))
            })
        })
    }

    pub(super) fn window_open(&self, peer: &Peer, now: Time) -> bool {
        let conversation = self.by_peer.get(peer).and_then(|index| self.conversations.get(*index));
        conversation.and_then(|it| it.last_inbound_at).is_some_and(|last| now.since(last) < WINDOW)
    }

    /// The conversation with a peer; a new one where there is none.
    pub(super) fn conversation(&mut self, peer: &Peer, now: Time, id: impl FnOnce() -> String) -> usize {
        if let Some(index) = self.by_peer.get(peer) {
            return *index;
        }
        let user_id = if let Peer::UserId(id) = peer { Some(id.clone()) } else { None };
        self.add_conversation(Conversation {
            id: id(),
            peer: peer.clone(),
            name: None,
            user_id,
            username: None,
            unread: 0,
            last_at: now,
            last_inbound_at: None,
            preview: String::new(),
            created_at: now,
        })
    }

    fn add_conversation(&mut self, conversation: Conversation) -> usize {
        let index = self.conversations.len();
        self.by_peer.insert(conversation.peer.clone(), index);
        if let Some(id) = &conversation.user_id {
            self.by_peer.insert(Peer::UserId(id.clone()), index);
        }
        let place = self.by_recency.partition_point(|(at, _)| *at <= conversation.last_at);
        self.by_recency.insert(place, (conversation.last_at, index));
        self.conversations.push(conversation);
        index
    }

    /// Keeps a message that was just sent, with its row in the chat.
    pub(super) fn add_sent(&mut self, message: Message, mut row: Row) {
        let index = self.messages.len();
        self.by_any_id.insert(message.id.clone(), index);
        self.by_any_id.insert(message.correlation_id.clone(), index);
        self.messages.push(message);
        row.message = Some(index);
        self.add_row(row);
    }

    fn add_row(&mut self, row: Row) {
        let Some(conversation) = self.conversations.get_mut(row.conversation) else { return };
        let before = conversation.last_at;
        conversation.last_at = row.at;
        conversation.preview = row.text.clone().unwrap_or_default();
        if matches!(conversation.peer, Peer::Group(_)) {
            self.group_rows.push(self.rows.len());
        }
        let from = self.by_recency.partition_point(|(at, _)| *at < before);
        let place = self.by_recency.iter().skip(from).position(|(_, index)| *index == row.conversation);
        if let Some(place) = place {
            self.by_recency.remove(from + place);
        }
        let place = self.by_recency.partition_point(|(at, _)| *at <= row.at);
        self.by_recency.insert(place, (row.at, row.conversation));
        self.rows.push(row);
    }

    fn add_chat(&mut self, world: &World, chat: Chat<'_>, start: Time) {
        let at = |moment: Moment| Time::new(moment.resolve(start.timestamp()));
        let last = chat.messages.last();
        let inbound = chat.messages.iter().rfind(|message| message.direction == Direction::Inbound);
        let index = self.add_conversation(Conversation {
            last_at: last.map_or(start, |message| at(message.at)),
            last_inbound_at: inbound.map(|message| at(message.at)),
            preview: last.and_then(|message| message.text.clone()).unwrap_or_default(),
            unread: chat.messages.iter().filter(|message| message.unread).count(),
            created_at: chat.messages.first().map_or(start, |message| at(message.at)),
            ..chat.conversation
        });
        self.rows.extend(chat.messages.iter().map(|message| row(world, message, index, at(message.at))));
    }

    /// Puts the rows of a world, which come chat by chat, into order.
    fn index_rows(&mut self) {
        self.rows.sort_by_key(|row| row.at);
        for (index, row) in self.rows.iter().enumerate() {
            let conversation = self.conversations.get(row.conversation);
            if conversation.is_some_and(|it| matches!(it.peer, Peer::Group(_))) {
                self.group_rows.push(index);
            }
            if row.is_unread() {
                self.unread_rows.push(index);
            }
        }
    }
}

/// A chat of a world.
struct Chat<'a> {
    number: &'a str,
    conversation: Conversation,
    messages: &'a [ChatMessage],
}

fn chats<'a>(world: &'a World, start: Time, ids: &mut Ids) -> Vec<Chat<'a>> {
    let empty = |id: String, peer: Peer| Conversation {
        id,
        peer,
        name: None,
        user_id: None,
        username: None,
        unread: 0,
        last_at: start,
        last_inbound_at: None,
        preview: String::new(),
        created_at: start,
    };
    let contacts = world.contacts.iter().filter_map(|contact| {
        let phone = contact.phone.as_deref().and_then(crate::phone::digits).map(Peer::Phone);
        let peer = phone.or_else(|| contact.user_id.clone().map(Peer::UserId))?;
        let conversation = Conversation {
            name: contact.name.clone(),
            user_id: contact.user_id.clone(),
            username: contact.username.clone(),
            ..empty(contact.conversation.clone(), peer)
        };
        Some(Chat { number: &contact.number, conversation, messages: &contact.messages })
    });
    let mut chats: Vec<_> = contacts.collect();
    for group in &world.groups {
        let id = group.conversation.clone().unwrap_or_else(|| ids.id("conv", start));
        let conversation =
            Conversation { name: Some(group.name.clone()), ..empty(id, Peer::Group(group.id.clone())) };
        chats.push(Chat { number: &group.number, conversation, messages: &group.messages });
    }
    chats
}

fn row(world: &World, message: &ChatMessage, conversation: usize, at: Time) -> Row {
    let media = message.media.as_ref().map(|id| {
        let media = world.media.iter().find(|media| media.id == *id);
        RowMedia {
            id: Some(id.clone()),
            url: None,
            mime_type: media.map(|media| media.mime_type.clone()),
            file_name: media.and_then(|media| media.file_name.clone()),
        }
    });
    Row {
        id: message.id.clone(),
        conversation,
        direction: message.direction,
        kind: message.kind,
        text: message.text.clone(),
        media,
        sender: message.from.as_deref().and_then(crate::phone::digits),
        sender_name: message.from_name.clone(),
        external_id: None,
        read_at: (message.direction == Direction::Inbound && !message.unread).then_some(at),
        at,
        message: None,
    }
}
