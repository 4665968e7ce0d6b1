//! Calls, settings and permissions by number.

use std::collections::BTreeMap;

use fixtures::World;
use fixtures::world::{self, CallStatus, Moment};
use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use super::model::Call;
use super::permission::Contact;
use super::settings::CallSettings;
use crate::ids::Ids;
use crate::numbers::Number;
use crate::time::Time;

/// All calls.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Calls {
    by_number: IndexMap<String, Desk>,
    /// Whose calls the ids are, the provider's included.
    number_by_id: IndexMap<String, String>,
}

/// What belongs to one number.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Desk {
    /// Oldest first.
    calls: IndexMap<String, Call>,
    id_by_external: IndexMap<String, String>,
    /// Ids of the calls that have not ended.
    live: IndexSet<String>,
    /// By phone, digits.
    contacts: IndexMap<String, Contact>,
    /// Once they were changed.
    settings: Option<CallSettings>,
}

impl Desk {
    fn insert(&mut self, call: Call) {
        if !call.has_ended() {
            self.live.insert(call.id.clone());
        }
        self.id_by_external.insert(call.external_id.clone(), call.id.clone());
        self.calls.insert(call.id.clone(), call);
    }

    /// The own id of the call with this id or this id of the provider's.
    fn resolve<'a>(&'a self, id: &'a str) -> &'a str {
        if self.calls.contains_key(id) { id } else { self.id_by_external.get(id).map_or(id, String::as_str) }
    }
}

impl Calls {
    pub(crate) fn load(world: &World, start: Time, ids: &mut Ids) -> Self {
        let mut calls = Self::default();
        let mut phones = BTreeMap::new();
        for contact in &world.contacts {
            let Some(phone) = contact.phone.as_deref().and_then(crate::phone::digits) else { continue };
            let permission = Contact::new(contact.call_permission, start);
            calls.desk(&contact.number).contacts.insert(phone.clone(), permission);
            phones.insert(contact.conversation.as_str(), phone);
        }
        let mut loaded: Vec<_> = world
            .calls
            .iter()
            .map(|call| (&call.number, from_world(call, phones.get(call.conversation.as_str()), start, ids)))
            .collect();
        loaded.sort_by_key(|(_, call)| call.created_at);
        for (number, call) in loaded {
            if let Some((at, peer)) = call.connected_at.zip(call.peer.as_deref())
                && call.direction == world::Direction::Outbound
            {
                calls.contact_mut(number, peer).talk(at);
            }
            calls.insert(number, call);
        }
        calls
    }

    fn desk(&mut self, number: &str) -> &mut Desk {
        self.by_number.entry(number.to_owned()).or_default()
    }

    /// The number's calls before a time, or all, newest first.
    pub(super) fn before(&self, number: &str, before: Option<Time>) -> impl Iterator<Item = &Call> {
        self.by_number.get(number).into_iter().flat_map(move |desk| {
            // New calls are put last, and the clock does not go back.
            let end = before.map_or(desk.calls.len(), |before| {
                desk.calls.partition_point(|_, call| call.created_at < before)
            });
            desk.calls.values().take(end).rev()
        })
    }

    /// A call of the number by its id or the provider's.
    pub(super) fn get(&self, number: &str, id: &str) -> Option<&Call> {
        let desk = self.by_number.get(number)?;
        desk.calls.get(desk.resolve(id))
    }

    pub(super) fn get_mut(&mut self, number: &str, id: &str) -> Option<&mut Call> {
        let desk = self.by_number.get_mut(number)?;
        let id = desk.resolve(id).to_owned();
        desk.calls.get_mut(&id)
    }

    /// Ends a call of the number.
    pub(super) fn end(&mut self, number: &str, id: &str, status: CallStatus, now: Time) {
        let Some(desk) = self.by_number.get_mut(number) else { return };
        if let Some(call) = desk.calls.get_mut(id) {
            call.end(status, now);
            desk.live.swap_remove(id);
        }
    }

    /// The ids of the number's calls that have not ended.
    pub(super) fn live(&self, number: &str) -> Vec<String> {
        self.by_number.get(number).into_iter().flat_map(|desk| desk.live.iter().cloned()).collect()
    }

    /// The number whose call has this id, the own one or the provider's.
    pub(super) fn number_of(&self, id: &str) -> Option<&str> {
        self.number_by_id.get(id).map(String::as_str)
    }

    pub(super) fn insert(&mut self, number: &str, call: Call) {
        for id in [&call.id, &call.external_id] {
            self.number_by_id.insert(id.clone(), number.to_owned());
        }
        self.desk(number).insert(call);
    }

    /// What a contact of the number allows, and what it was asked.
    pub(super) fn contact(&self, number: &str, phone: &str) -> Contact {
        let known = self.by_number.get(number).and_then(|desk| desk.contacts.get(phone));
        known.cloned().unwrap_or_else(|| Contact::unknown(phone))
    }

    pub(super) fn contact_mut(&mut self, number: &str, phone: &str) -> &mut Contact {
        self.desk(number).contacts.entry(phone.to_owned()).or_insert_with(|| Contact::unknown(phone))
    }

    /// The number's settings; until they are changed, those that it came with.
    pub(super) fn settings(&self, number: &Number) -> CallSettings {
        let changed = self.by_number.get(&number.id).and_then(|desk| desk.settings.clone());
        changed.unwrap_or_else(|| CallSettings::of(number))
    }

    pub(super) fn set_settings(&mut self, number: &str, settings: CallSettings) {
        self.desk(number).settings = Some(settings);
    }

    /// Takes the calls of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_number.extend(other.by_number);
        self.number_by_id.extend(other.number_by_id);
    }

    /// Drops everything of a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        let desk = self.by_number.swap_remove(number).unwrap_or_default();
        for call in desk.calls.values() {
            for id in [&call.id, &call.external_id] {
                self.number_by_id.swap_remove(id);
            }
        }
    }
}

fn from_world(call: &world::Call, peer: Option<&String>, start: Time, ids: &mut Ids) -> Call {
    let at = |moment: Moment| Time::new(moment.resolve(start.timestamp()));
    let created_at = at(call.started_at);
    let (connected_at, ended_at) = (call.connected_at.map(at), call.ended_at.map(at));
    Call {
        id: call.id.clone(),
        external_id: call.external_id.clone().unwrap_or_else(|| external_id(ids, true)),
        direction: call.direction,
        status: call.status,
        peer: peer.cloned(),
        conversation: Some(call.conversation.clone()),
        opaque: None,
        sdp_offer: call.sdp_offer.clone(),
        sdp_answer: call.sdp_answer.clone(),
        error: None,
        created_at,
        connected_at,
        ended_at,
        updated_at: ended_at.or(connected_at).unwrap_or(created_at),
    }
}

/// An id as the provider gives to calls: Meta, or Evolution GO.
pub(super) fn external_id(ids: &mut Ids, is_meta: bool) -> String {
    if is_meta { format!("wacid.{}", ids.letters(24)) } else { ids.hex(8).to_ascii_uppercase() }
}
