//! A message sent through the API, a row of a chat, a conversation.

use std::collections::BTreeSet;

use fixtures::world::{ContentType, Direction};
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::index::Position;
use super::pricing::Pricing;
use crate::time::Time;

/// Status of a message that was sent through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MessageStatus {
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
    Canceled,
}

impl MessageStatus {
    pub(crate) const NAMES: [&'static str; 6] = ["QUEUED", "SENT", "DELIVERED", "READ", "FAILED", "CANCELED"];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "QUEUED" => Self::Queued,
            "SENT" => Self::Sent,
            "DELIVERED" => Self::Delivered,
            "READ" => Self::Read,
            "FAILED" => Self::Failed,
            "CANCELED" => Self::Canceled,
            _ => return None,
        })
    }
}

/// The rail that a message came in on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Origin {
    /// The phone itself.
    App,
    Api,
    Mcp,
}

/// Who a message is for or from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// A contact by phone, digits.
    Phone(String),
    /// A contact by BSUID.
    UserId(String),
    /// A group by JID.
    Group(String),
    /// A channel by JID.
    Channel(String),
}

impl Peer {
    /// As the API shows it: phones with `+`, ids as they are.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Phone(digits) => crate::phone::e164(digits),
            Self::UserId(id) | Self::Group(id) | Self::Channel(id) => id.clone(),
        }
    }

    /// Whether it is one contact.
    pub(super) fn is_contact(&self) -> bool {
        matches!(self, Self::Phone(_) | Self::UserId(_))
    }
}

/// A message sent through the API. There may be a million of them, so that what is rare or can be told from the rest is not kept by each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    /// `msg_` and what the correlation id has too.
    pub(crate) id: Box<str>,
    pub(crate) to: Peer,
    /// Name of the template, for template sends.
    pub(crate) template: Option<Box<str>>,
    pub(crate) status: MessageStatus,
    /// The rail it came in on (U-20).
    pub(crate) origin: Origin,
    pub(crate) created_at: Time,
    pub(crate) deliver_at: Option<Time>,
    pub(crate) deliver_until: Option<Time>,
    pub(crate) sent_at: Option<Time>,
    pub(crate) delivered_at: Option<Time>,
    pub(crate) read_at: Option<Time>,
    /// The provider's id, once it took the message.
    pub(crate) external_id: Option<Box<str>>,
    pub(crate) failure: Option<Failure>,
    pub(crate) pricing: Option<Pricing>,
    /// Whether it marks what the contact wrote as read, on Meta.
    pub(crate) mark_read: bool,
    /// How often it was tried without success.
    pub(crate) attempts: u8,
    /// Whether it has waited for its number, so that its age counts.
    pub(crate) waited: bool,
    /// Position of its row.
    pub(super) row: Position,
}

impl Message {
    pub(crate) fn correlation_id(&self) -> String {
        format!("corr_{}", self.id.strip_prefix("msg_").unwrap_or(&self.id))
    }

    /// When it is due: as soon as it was accepted, or later when it is scheduled.
    pub(super) fn due_at(&self) -> Time {
        self.deliver_at.map_or(self.created_at, |at| at.max(self.created_at))
    }
}

/// Media of a row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RowMedia {
    pub(crate) id: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) file_name: Option<String>,
}

/// Who wrote a row of a group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sender {
    /// Digits.
    pub(crate) phone: Option<String>,
    /// BSUID, of one whose phone does not show.
    pub(crate) user_id: Option<String>,
    pub(crate) name: Option<String>,
}

impl Sender {
    /// A phone with `+`, or a BSUID.
    pub(crate) fn shown(&self) -> Option<String> {
        self.phone.as_deref().map(crate::phone::e164).or_else(|| self.user_id.clone())
    }
}

/// One message of a chat, in either direction, however it came to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: Box<str>,
    /// Position of its conversation.
    pub(super) conversation: Position,
    pub(crate) direction: Direction,
    pub(crate) kind: ContentType,
    pub(crate) text: Option<Box<str>>,
    pub(crate) media: Option<Box<RowMedia>>,
    /// In groups, unless it is the number itself.
    pub(crate) sender: Option<Box<Sender>>,
    /// The provider's id of an inbound one; a message sent through the API has its own.
    pub(crate) external_id: Option<Box<str>>,
    /// Position of the message that it answers.
    pub(super) quoted: Option<Position>,
    pub(crate) read_at: Option<Time>,
    pub(crate) at: Time,
    /// Position of the message behind it, for those sent through the API.
    pub(super) message: Option<Position>,
}

impl Row {
    pub(crate) fn is_unread(&self) -> bool {
        self.direction == Direction::Inbound && self.read_at.is_none()
    }
}

/// What a contact shows of itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// A contact's display name, a group's subject, a channel's name.
    pub(crate) name: Option<String>,
    /// BSUID.
    pub(crate) user_id: Option<String>,
    pub(crate) username: Option<String>,
}

/// A conversation of a number. There may be as many as messages, so that what few of them have is kept apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) id: Box<str>,
    pub(crate) peer: Peer,
    pub(super) profile: Option<Box<Profile>>,
    pub(crate) last_at: Time,
    pub(crate) last_inbound_at: Option<Time>,
    pub(crate) created_at: Time,
    /// Position of its newest row.
    pub(super) last_row: Option<Position>,
    /// Positions of those that are unread.
    pub(super) unread: BTreeSet<Position>,
}

impl Conversation {
    pub(crate) fn new(id: String, peer: Peer, name: Option<String>, now: Time) -> Self {
        let user_id = if let Peer::UserId(id) = &peer { Some(id.clone()) } else { None };
        let mut conversation = Self {
            id: id.into(),
            peer,
            profile: None,
            last_at: now,
            last_inbound_at: None,
            created_at: now,
            last_row: None,
            unread: BTreeSet::new(),
        };
        conversation.learn(Profile { name, user_id, username: None });
        conversation
    }

    /// Keeps what is new of a profile; what is not said stays.
    pub(super) fn learn(&mut self, new: Profile) {
        let Profile { name, user_id, username } = new;
        if name.is_none() && user_id.is_none() && username.is_none() {
            return;
        }
        let known = self.profile.get_or_insert_default();
        known.name = name.or(known.name.take());
        known.user_id = user_id.or(known.user_id.take());
        known.username = username.or(known.username.take());
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.profile.as_ref()?.name.as_deref()
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.profile.as_ref()?.user_id.as_deref()
    }

    pub(crate) fn username(&self) -> Option<&str> {
        self.profile.as_ref()?.username.as_deref()
    }

    /// The contact's phone with `+`; groups, channels and username-only contacts have none.
    pub(crate) fn phone(&self) -> Option<String> {
        match &self.peer {
            Peer::Phone(digits) => Some(crate::phone::e164(digits)),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.peer {
            Peer::Phone(_) | Peer::UserId(_) => "DIRECT",
            Peer::Group(_) => "GROUP",
            Peer::Channel(_) => "NEWSLETTER",
        }
    }
}
