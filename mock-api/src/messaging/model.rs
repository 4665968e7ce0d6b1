//! A message sent through the API, a row of a chat, a conversation.

use fixtures::world::{ContentType, Direction};
use serde::Serialize;

use crate::time::Time;

/// Status of a message that was sent through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MessageStatus {
    Queued,
    #[cfg_attr(not(test), expect(dead_code, reason = "set by the lifecycle"))]
    Sent,
    Delivered,
    Read,
    #[cfg_attr(not(test), expect(dead_code, reason = "set by the lifecycle"))]
    Failed,
    Canceled,
}

impl MessageStatus {
    pub(crate) const NAMES: [&'static str; 6] = ["QUEUED", "SENT", "DELIVERED", "READ", "FAILED", "CANCELED"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Sent => "SENT",
            Self::Delivered => "DELIVERED",
            Self::Read => "READ",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }
}

/// Who a message is for or from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
}

/// A message sent through the API.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) correlation_id: String,
    pub(crate) to: Peer,
    /// Name of the template, for template sends.
    pub(crate) template: Option<String>,
    pub(crate) status: MessageStatus,
    /// The rail it came in on: `API` or `MCP` (U-20).
    pub(crate) origin: &'static str,
    pub(crate) created_at: Time,
    pub(crate) deliver_at: Option<Time>,
    /// The deadline; what happens past it comes with the lifecycle.
    #[expect(dead_code, reason = "read by the lifecycle")]
    pub(crate) deliver_until: Option<Time>,
    pub(crate) sent_at: Option<Time>,
    pub(crate) delivered_at: Option<Time>,
    pub(crate) read_at: Option<Time>,
    pub(crate) external_id: Option<String>,
    pub(crate) error_code: Option<&'static str>,
    pub(crate) error_message: Option<String>,
}

/// Media of a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowMedia {
    pub(crate) id: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) file_name: Option<String>,
}

/// One message of a chat, in either direction, however it came to be.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// Position of its conversation.
    pub(crate) conversation: usize,
    pub(crate) direction: Direction,
    pub(crate) kind: ContentType,
    pub(crate) text: Option<String>,
    pub(crate) media: Option<RowMedia>,
    /// In groups, the sender's phone, digits.
    pub(crate) sender: Option<String>,
    /// In groups, the sender's name.
    pub(crate) sender_name: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) read_at: Option<Time>,
    pub(crate) at: Time,
    /// Position of the message behind it, for those sent through the API.
    pub(crate) message: Option<usize>,
}

impl Row {
    pub(crate) fn is_unread(&self) -> bool {
        self.direction == Direction::Inbound && self.read_at.is_none()
    }
}

/// A conversation of a number.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) peer: Peer,
    pub(crate) name: Option<String>,
    /// BSUID of a contact.
    pub(crate) user_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) unread: usize,
    pub(crate) last_at: Time,
    pub(crate) last_inbound_at: Option<Time>,
    pub(crate) preview: String,
    pub(crate) created_at: Time,
}

impl Conversation {
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
