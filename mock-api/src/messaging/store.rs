//! Everything of the area: one chest per number, so that nothing grows with other numbers' traffic.

use std::ops::Range;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::chest::Chest;
use super::idempotency::Idempotency;
use super::index::Position;
use super::labels::Labels;
use super::model::{Message, MessageStatus, Peer};
use crate::state::State;
use crate::time::Time;

/// Everything of the area.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Messaging {
    pub(super) by_number: IndexMap<String, Chest>,
    pub(super) idempotency: Idempotency,
    pub(super) labels: Labels,
}

/// Where a message is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) number: String,
    /// Its position in the number's chest.
    pub(super) index: Position,
}

/// What a number sent through the API, for those who count it.
#[derive(Debug)]
pub(crate) struct Log<'a>(&'a Chest);

impl Log<'_> {
    /// The part of it that was accepted from one instant until before another.
    pub(crate) fn part(&self, from: Time, until: Time) -> Range<usize> {
        let messages = self.0.messages.as_slice();
        let position = |time| messages.partition_point(|message| message.created_at < time);
        position(from)..position(until)
    }

    /// How many messages of a part have a status.
    pub(crate) fn count(&self, status: MessageStatus, part: &Range<usize>) -> u32 {
        u32::try_from(self.0.count(status, part)).unwrap_or(u32::MAX)
    }
}

impl Messaging {
    /// What the number sent and received.
    pub(crate) fn of(&self, number: &str) -> &Chest {
        static EMPTY: std::sync::LazyLock<Chest> = std::sync::LazyLock::new(Chest::default);
        self.by_number.get(number).unwrap_or(&EMPTY)
    }

    pub(super) fn of_mut(&mut self, number: &str) -> &mut Chest {
        self.by_number.entry(number.to_owned()).or_default()
    }

    /// Where the number's message with this id is.
    pub(super) fn place(&self, number: &str, id: &str) -> Option<Place> {
        let index = self.by_number.get(number)?.position(id)?;
        Some(Place { number: number.to_owned(), index })
    }

    /// Where the message with this id is, whoever sent it.
    pub(super) fn place_of_any(&self, id: &str) -> Option<Place> {
        self.by_number.keys().find_map(|number| self.place(number, id))
    }

    pub(super) fn at(&self, place: &Place) -> Option<&Message> {
        self.by_number.get(&place.number)?.messages.get(place.index)
    }

    pub(super) fn at_mut(&mut self, place: &Place) -> Option<&mut Message> {
        self.by_number.get_mut(&place.number)?.messages.get_mut(place.index)
    }

    /// The ids of the number's messages, newest first.
    pub(crate) fn latest_ids(&self, number: &str) -> impl Iterator<Item = &str> {
        self.of(number).messages.iter().rev().map(|(_, message)| &*message.id)
    }

    /// What the number sent through the API.
    pub(crate) fn log(&self, number: &str) -> Log<'_> {
        Log(self.of(number))
    }

    /// Forgets what belongs to a tenant and to none of its numbers.
    pub(crate) fn remove_tenant(&mut self, tenant: &str) {
        self.labels.remove_tenant(tenant);
    }

    /// Takes the chests of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_number.extend(other.by_number);
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
    let conversation = state.messaging.of(number).conversation(&Peer::Phone(phone.to_owned()));
    conversation.map(|conversation| &*conversation.id)
}

/// Opens the conversation of a group that a number has just made.
pub(crate) fn open_group(state: &mut State, number: &str, group: &str, subject: &str, now: Time) {
    let ids = &mut state.ids;
    let peer = Peer::Group(group.to_owned());
    state.messaging.of_mut(number).open(&peer, Some(subject.to_owned()), now, || ids.id("conv", now));
}

/// What is known of a peer's name: a group's subject, a channel's name, a contact's public display name.
pub(super) fn name_of(state: &State, number: &str, peer: &Peer) -> Option<String> {
    match peer {
        Peer::Phone(digits) => state.numbers.directory().find(digits)?.name.map(str::to_owned),
        Peer::UserId(_) => None,
        Peer::Group(id) => state.groups.get(number, id).map(|group| group.subject.clone()),
        Peer::Channel(id) => {
            let channel = state.channels.of(number).iter().find(|channel| channel.id == *id);
            channel.map(|channel| channel.name.clone())
        }
    }
}
