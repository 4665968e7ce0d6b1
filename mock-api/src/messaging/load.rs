//! The chats of a world.

use fixtures::World;
use fixtures::world::{ChatMessage, Direction};

use super::chest::Chest;
use super::index::Position;
use super::model::{Conversation, Peer, Profile, Row, RowMedia, Sender};
use super::store::Messaging;
use crate::ids::Ids;
use crate::time::Time;

/// A chat of a world.
struct Chat<'a> {
    number: &'a str,
    conversation: Conversation,
    messages: &'a [ChatMessage],
}

impl Messaging {
    pub(crate) fn load(world: &World, start: Time, ids: &mut Ids) -> Self {
        let mut messaging = Self::default();
        let mut rows = Vec::new();
        for chat in chats(world, start, ids) {
            let created_at = chat.messages.first().map_or(start, |message| at(message, start));
            let last_at = chat.messages.last().map_or(start, |message| at(message, start));
            let conversation = Conversation { created_at, last_at, ..chat.conversation };
            let index = messaging.of_mut(chat.number).add_conversation(conversation);
            let of_chat = chat.messages.iter();
            rows.extend(of_chat.map(|message| (chat.number, row(world, message, index, at(message, start)))));
        }
        // They come chat by chat, and are kept by time.
        rows.sort_by_key(|(_, row)| row.at);
        for (number, row) in rows {
            messaging.of_mut(number).add_row(row);
        }
        messaging.by_number.values_mut().for_each(Chest::sort_conversations);
        messaging
    }
}

fn at(message: &ChatMessage, start: Time) -> Time {
    Time::new(message.at.resolve(start.timestamp()))
}

fn chats<'a>(world: &'a World, start: Time, ids: &mut Ids) -> Vec<Chat<'a>> {
    let contacts = world.contacts.iter().filter_map(|contact| {
        let phone = contact.phone.as_deref().and_then(crate::phone::digits).map(Peer::Phone);
        let peer = phone.or_else(|| contact.user_id.clone().map(Peer::UserId))?;
        let mut conversation = Conversation::new(contact.conversation.clone(), peer, None, start);
        conversation.learn(Profile {
            name: contact.name.clone(),
            user_id: contact.user_id.clone(),
            username: contact.username.clone(),
        });
        Some(Chat { number: &contact.number, conversation, messages: &contact.messages })
    });
    let mut chats: Vec<_> = contacts.collect();
    for group in &world.groups {
        let id = group.conversation.clone().unwrap_or_else(|| ids.id("conv", start));
        let name = Some(group.name.clone());
        let conversation = Conversation::new(id, Peer::Group(group.id.clone()), name, start);
        chats.push(Chat { number: &group.number, conversation, messages: &group.messages });
    }
    chats
}

fn row(world: &World, message: &ChatMessage, conversation: Position, at: Time) -> Row {
    let media = message.media.as_ref().map(|id| {
        let media = world.media.iter().find(|media| media.id == *id);
        let mime_type = media.map_or("", |media| media.mime_type.as_str());
        Box::new(RowMedia {
            id: Some(id.clone()),
            url: Some(crate::media::hosted("inbound", id, mime_type)),
            mime_type: media.map(|media| media.mime_type.clone()),
            file_name: media.and_then(|media| media.file_name.clone()),
        })
    });
    let phone = message.from.as_deref().and_then(crate::phone::digits);
    let sender = Sender { phone, user_id: None, name: message.from_name.clone() };
    let has_sender = sender.phone.is_some() || sender.name.is_some();
    Row {
        id: message.id.as_str().into(),
        conversation,
        direction: message.direction,
        kind: message.kind,
        text: message.text.as_deref().map(Into::into),
        media,
        sender: has_sender.then(|| Box::new(sender)),
        external_id: None,
        quoted: None,
        read_at: (message.direction == Direction::Inbound && !message.unread).then_some(at),
        at,
        message: None,
    }
}
