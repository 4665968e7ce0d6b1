//! What one number sent and received, and the ways to find it again.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use fixtures::world::Direction;
use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::index::{List, Lookup, Position, Positions, Recency};
use super::model::{Conversation, Message, MessageStatus, Peer, Profile, Row};
use crate::time::Time;

/// How long after a contact's last message free-form messages reach them on Meta.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What one number sent and received.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(crate) struct Chest {
    /// Sent through the API, oldest first.
    pub(super) messages: List<Message>,
    /// Every chat's rows, oldest first.
    pub(super) rows: List<Row>,
    pub(super) conversations: List<Conversation>,
    /// Other names of conversations.
    #[serde(with = "indexmap::map::serde_seq")]
    aliases: IndexMap<Peer, Position>,
    /// The queued messages that were due while the number could not send.
    pub(super) waiting: Positions,
    /// Conversations by their last message.
    pub(super) recency: Recency,
    #[serde(skip)]
    index: Index,
}

/// What of a chest stands in a file.
#[derive(Debug, Deserialize)]
struct Stored {
    messages: List<Message>,
    rows: List<Row>,
    conversations: List<Conversation>,
    #[serde(with = "indexmap::map::serde_seq")]
    aliases: IndexMap<Peer, Position>,
    waiting: Positions,
    recency: Recency,
}

/// Positions, all made from what the lists hold.
#[derive(Clone, Default)]
struct Index {
    by_id: Lookup,
    by_external_id: Lookup,
    by_row_id: Lookup,
    by_row_external_id: Lookup,
    by_peer: Lookup,
    by_status: BTreeMap<MessageStatus, Positions>,
    group_rows: Positions,
    unread: Positions,
}

/// It says nothing that the lists do not.
impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Index")
    }
}

impl From<Stored> for Chest {
    fn from(stored: Stored) -> Self {
        let Stored { messages, rows, conversations, aliases, waiting, recency } = stored;
        let mut chest = Self { aliases, waiting, recency, ..Self::default() };
        for (_, conversation) in conversations.iter() {
            chest.keep_conversation(conversation.clone());
        }
        for (_, message) in messages.iter() {
            chest.keep_message(message.clone());
        }
        for (_, row) in rows.iter() {
            chest.keep_row(row.clone());
        }
        chest
    }
}

impl Chest {
    /// The position of a message by its id, its correlation id or the provider's id.
    pub(super) fn position(&self, id: &str) -> Option<Position> {
        let of_correlation = id.strip_prefix("corr_").map(|rest| format!("msg_{rest}"));
        let id = of_correlation.as_deref().unwrap_or(id);
        let held = |at| self.messages.get(at).map(|message| &*message.id);
        self.index
            .by_id
            .find(id, held)
            .or_else(|| self.index.by_external_id.find(id, |at| self.external_id(at)))
    }

    fn external_id(&self, at: Position) -> Option<&str> {
        self.messages.get(at)?.external_id.as_deref()
    }

    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(self.position(id)?)
    }

    pub(super) fn conversation(&self, peer: &Peer) -> Option<&Conversation> {
        self.conversations.get(self.index_of(peer)?)
    }

    /// The position of the conversation with a peer.
    pub(super) fn index_of(&self, peer: &Peer) -> Option<Position> {
        let held = |at| self.conversations.get(at).map(|conversation| &conversation.peer);
        self.index.by_peer.find(peer, held).or_else(|| self.aliases.get(peer).copied())
    }

    /// Whether a row of the group has this id, the API's or the provider's, or the message behind it has.
    pub(crate) fn has_group_message(&self, group: &str, id: &str) -> bool {
        let Some(index) = self.index_of(&Peer::Group(group.to_owned())) else { return false };
        self.row(id).is_some_and(|row| row.conversation == index)
    }

    fn row(&self, id: &str) -> Option<&Row> {
        let sent = self.message(id).map(|message| message.row);
        let by_id = || self.index.by_row_id.find(id, |at| self.rows.get(at).map(|row: &Row| &*row.id));
        let by_external_id =
            || self.index.by_row_external_id.find(id, |at| self.rows.get(at)?.external_id.as_deref());
        self.rows.get(sent.or_else(by_id).or_else(by_external_id)?)
    }

    pub(super) fn window_open(&self, peer: &Peer, now: Time) -> bool {
        let last = self.conversation(peer).and_then(|it| it.last_inbound_at);
        last.is_some_and(|last| now.since(last) < WINDOW)
    }

    /// The messages of a status.
    pub(super) fn of_status(&self, status: MessageStatus) -> Option<&Positions> {
        self.index.by_status.get(&status)
    }

    /// How many of the messages in a part of the list have a status.
    pub(super) fn count(&self, status: MessageStatus, part: &Range<usize>) -> usize {
        self.of_status(status).map_or(0, |all| all.count(part))
    }

    /// The rows of groups.
    pub(super) fn group_rows(&self) -> &Positions {
        &self.index.group_rows
    }

    /// The unread rows.
    pub(super) fn unread(&self) -> &Positions {
        &self.index.unread
    }

    /// The conversation with a peer; a new one where there is none.
    pub(super) fn open(
        &mut self,
        peer: &Peer,
        name: Option<String>,
        now: Time,
        id: impl FnOnce() -> String,
    ) -> Position {
        let new = || Conversation::new(id(), peer.clone(), name, now);
        self.index_of(peer).unwrap_or_else(|| self.add_conversation(new()))
    }

    pub(super) fn add_conversation(&mut self, conversation: Conversation) -> Position {
        let position = self.conversations.next();
        if let Some(id) = conversation.user_id() {
            self.aliases.entry(Peer::UserId(id.to_owned())).or_insert(position);
        }
        self.recency.touch(position, conversation.last_at);
        self.keep_conversation(conversation);
        position
    }

    fn keep_conversation(&mut self, conversation: Conversation) {
        let position = self.conversations.push(conversation);
        self.index.by_peer.insert(position, |at| self.conversations.get(at).map(|it| &it.peer));
    }

    /// Brings the conversations of a world into their order: they come chat by chat.
    pub(super) fn sort_conversations(&mut self) {
        let mut order: Vec<_> =
            self.conversations.iter().map(|(at, it)| (it.last_at, it.last_row, at)).collect();
        order.sort_unstable();
        self.recency = order.into_iter().map(|(time, _, at)| (time, at)).collect::<Vec<_>>().into();
    }

    /// Makes a conversation known under one more name, and keeps what is new about its other side.
    pub(super) fn identify(&mut self, at: Position, peer: &Peer, profile: Profile) {
        for alias in [Some(peer.clone()), profile.user_id.clone().map(Peer::UserId)].into_iter().flatten() {
            self.point(alias, at);
        }
        let Some(conversation) = self.conversations.get_mut(at) else { return };
        conversation.learn(profile);
        // A phone says more than a user id.
        if matches!((&conversation.peer, peer), (Peer::UserId(_), Peer::Phone(_))) {
            let before = std::mem::replace(&mut conversation.peer, peer.clone());
            self.index.by_peer.remove(at, &before);
            self.index.by_peer.insert(at, |at| self.conversations.get(at).map(|it| &it.peer));
            self.aliases.insert(before, at);
        }
    }

    /// Lets a name lead to a conversation, wherever it led before: a contact that wrote under its user id alone may show up in the conversation with its phone.
    fn point(&mut self, name: Peer, at: Position) {
        match self.index_of(&name) {
            Some(known) if known == at => return,
            Some(known) => self.index.by_peer.remove(known, &name),
            None => {}
        }
        self.aliases.insert(name, at);
    }

    /// Keeps a message that was just accepted, with its row in the chat.
    pub(super) fn add_sent(&mut self, mut message: Message, mut row: Row) -> Position {
        row.message = Some(self.messages.next());
        message.row = self.rows.next();
        let position = self.keep_message(message);
        self.add_row(row);
        position
    }

    fn keep_message(&mut self, message: Message) -> Position {
        let (status, taken) = (message.status, message.external_id.is_some());
        let position = self.messages.push(message);
        let messages = &self.messages;
        self.index.by_id.insert(position, |at| messages.get(at).map(|message| &*message.id));
        if taken {
            self.index.by_external_id.insert(position, |at| messages.get(at)?.external_id.as_deref());
        }
        self.index.by_status.entry(status).or_default().insert(position);
        position
    }

    pub(super) fn set_status(&mut self, position: Position, status: MessageStatus) {
        let Some(message) = self.messages.get_mut(position) else { return };
        let before = std::mem::replace(&mut message.status, status);
        self.index.by_status.entry(before).or_default().remove(position);
        self.index.by_status.entry(status).or_default().insert(position);
        self.waiting.remove(position);
    }

    /// The provider has taken the message under this id.
    pub(super) fn set_external_id(&mut self, position: Position, id: String) {
        let Some(message) = self.messages.get_mut(position) else { return };
        message.external_id = Some(id.into());
        let messages = &self.messages;
        self.index.by_external_id.insert(position, |at| messages.get(at)?.external_id.as_deref());
    }

    /// Appends a row, which is the newest of all.
    pub(super) fn add_row(&mut self, row: Row) {
        let Some(conversation) = self.conversations.get_mut(row.conversation) else { return };
        conversation.last_at = row.at;
        if row.direction == Direction::Inbound {
            conversation.last_inbound_at = Some(row.at);
        }
        conversation.last_row = Some(self.rows.next());
        if row.is_unread() {
            conversation.unread.insert(self.rows.next());
        }
        self.recency.touch(row.conversation, row.at);
        self.keep_row(row);
    }

    fn keep_row(&mut self, row: Row) {
        let position = self.rows.next();
        if row.is_unread() {
            self.index.unread.insert(position);
        }
        let conversation = self.conversations.get(row.conversation);
        if conversation.is_some_and(|it| matches!(it.peer, Peer::Group(_))) {
            self.index.group_rows.insert(position);
        }
        let taken = row.external_id.is_some();
        self.rows.push(row);
        self.index.by_row_id.insert(position, |at| self.rows.get(at).map(|row| &*row.id));
        if taken {
            self.index.by_row_external_id.insert(position, |at| self.rows.get(at)?.external_id.as_deref());
        }
    }

    /// Marks everything that a conversation's other side wrote as read: on WhatsApp, reading one message reads those before it.
    pub(super) fn mark_read(&mut self, conversation: Position, at: Time) {
        let Some(conversation) = self.conversations.get_mut(conversation) else { return };
        for position in std::mem::take(&mut conversation.unread) {
            self.index.unread.remove(position);
            if let Some(row) = self.rows.get_mut(position) {
                row.read_at = Some(at);
            }
        }
    }
}
