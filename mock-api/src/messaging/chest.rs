//! What one number sent and received, and the ways to find it again.

use std::collections::{BTreeMap, BTreeSet};

use fixtures::world::Direction;
use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::model::{Conversation, Message, MessageStatus, Peer, Row};
use crate::time::Time;

/// How long after a contact's last message free-form messages reach them on Meta.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What one number sent and received.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Chest {
    /// Sent through the API, oldest first.
    pub(super) messages: Vec<Message>,
    /// Positions in `messages` by id and by the provider's id.
    by_id: IndexMap<String, usize>,
    /// Positions in `messages` by status, oldest first.
    pub(super) by_status: BTreeMap<MessageStatus, BTreeSet<usize>>,
    /// Positions of the queued messages that were due while the number could not send.
    pub(super) waiting: BTreeSet<usize>,
    /// Every chat's rows, oldest first.
    pub(super) rows: Vec<Row>,
    /// Positions in `rows` of those in groups, oldest first.
    pub(super) group_rows: Vec<usize>,
    /// Positions in `rows` of the unread ones, oldest first.
    pub(super) unread: BTreeSet<usize>,
    pub(super) conversations: Vec<Conversation>,
    #[serde(with = "indexmap::map::serde_seq")]
    by_peer: IndexMap<Peer, usize>,
    /// Conversations by their last message, oldest first.
    pub(super) by_recency: Vec<Recency>,
}

/// When a conversation's last message came, that message's position, and the conversation's: no two are equal.
pub(super) type Recency = (Time, usize, usize);

impl Chest {
    /// The position of a message by its id, its correlation id or the provider's id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        match id.strip_prefix("corr_") {
            Some(rest) => self.by_id.get(&format!("msg_{rest}")),
            None => self.by_id.get(id),
        }
        .copied()
    }

    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(self.position(id)?)
    }

    pub(super) fn conversation(&self, peer: &Peer) -> Option<&Conversation> {
        self.conversations.get(self.index_of(peer)?)
    }

    /// The position of the conversation with a peer.
    pub(super) fn index_of(&self, peer: &Peer) -> Option<usize> {
        self.by_peer.get(peer).copied()
    }

    /// Whether a row of the group has this id, or the message behind it has.
    pub(crate) fn has_group_message(&self, group: &str, id: &str) -> bool {
        let Some(index) = self.index_of(&Peer::Group(group.to_owned())) else { return false };
        if let Some(message) = self.message(id) {
            return self.rows.get(message.row).is_some_and(|row| row.conversation == index);
        }
        let rows = self.conversations.get(index).into_iter().flat_map(|it| it.rows.iter().rev());
        rows.filter_map(|row| self.rows.get(*row)).any(|row| row.id == id)
    }

    pub(super) fn window_open(&self, peer: &Peer, now: Time) -> bool {
        let last = self.conversation(peer).and_then(|it| it.last_inbound_at);
        last.is_some_and(|last| now.since(last) < WINDOW)
    }

    /// The conversation with a peer; a new one where there is none.
    pub(super) fn open(
        &mut self,
        peer: &Peer,
        name: Option<String>,
        now: Time,
        id: impl FnOnce() -> String,
    ) -> usize {
        match self.index_of(peer) {
            Some(index) => index,
            None => {
                self.add_conversation(Conversation { name, ..Conversation::new(id(), peer.clone(), now) })
            }
        }
    }

    pub(super) fn add_conversation(&mut self, conversation: Conversation) -> usize {
        let index = self.conversations.len();
        self.by_peer.insert(conversation.peer.clone(), index);
        if let Some(id) = &conversation.user_id {
            self.by_peer.insert(Peer::UserId(id.clone()), index);
        }
        self.conversations.push(conversation);
        self.rank(index);
        index
    }

    /// Makes a conversation known under one more name.
    pub(super) fn also_known_as(&mut self, peer: Peer, conversation: usize) {
        self.by_peer.entry(peer).or_insert(conversation);
    }

    /// Keeps a message that was just accepted, with its row in the chat.
    pub(super) fn add_sent(&mut self, mut message: Message, mut row: Row) -> usize {
        let index = self.messages.len();
        self.by_id.insert(message.id.clone(), index);
        self.by_status.entry(message.status).or_default().insert(index);
        row.message = Some(index);
        message.row = self.rows.len();
        self.messages.push(message);
        self.add_row(row);
        index
    }

    pub(super) fn set_status(&mut self, index: usize, status: MessageStatus) {
        let Some(message) = self.messages.get_mut(index) else { return };
        let before = std::mem::replace(&mut message.status, status);
        self.by_status.entry(before).or_default().remove(&index);
        self.by_status.entry(status).or_default().insert(index);
        self.waiting.remove(&index);
    }

    /// The provider has taken the message under this id.
    pub(super) fn set_external_id(&mut self, index: usize, id: String) {
        let Some(message) = self.messages.get_mut(index) else { return };
        message.external_id = Some(id.as_str().into());
        self.by_id.insert(id, index);
    }

    /// Appends a row, which is the newest of all.
    pub(super) fn add_row(&mut self, row: Row) {
        self.unrank(row.conversation);
        let index = self.rows.len();
        let Some(conversation) = self.conversations.get_mut(row.conversation) else { return };
        conversation.last_at = row.at;
        conversation.rows.push(index);
        if row.direction == Direction::Inbound {
            conversation.last_inbound_at = Some(row.at);
        }
        if row.is_unread() {
            conversation.unread.insert(index);
            self.unread.insert(index);
        }
        if matches!(conversation.peer, Peer::Group(_)) {
            self.group_rows.push(index);
        }
        self.rank(row.conversation);
        self.rows.push(row);
    }

    /// Marks everything that a conversation's other side wrote as read: on WhatsApp, reading one message reads those before it.
    pub(super) fn mark_read(&mut self, conversation: usize, at: Time) {
        let Some(conversation) = self.conversations.get_mut(conversation) else { return };
        for index in std::mem::take(&mut conversation.unread) {
            self.unread.remove(&index);
            if let Some(row) = self.rows.get_mut(index) {
                row.read_at = Some(at);
            }
        }
    }

    fn recency(&self, index: usize) -> Option<Recency> {
        let conversation = self.conversations.get(index)?;
        Some((conversation.last_at, conversation.rows.last().copied().unwrap_or_default(), index))
    }

    fn rank(&mut self, index: usize) {
        let Some(recency) = self.recency(index) else { return };
        if let Err(place) = self.by_recency.binary_search(&recency) {
            self.by_recency.insert(place, recency);
        }
    }

    fn unrank(&mut self, index: usize) {
        let Some(recency) = self.recency(index) else { return };
        if let Ok(place) = self.by_recency.binary_search(&recency) {
            self.by_recency.remove(place);
        }
    }
}
