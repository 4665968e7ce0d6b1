//! Where groups are kept, by number.

use fixtures::World;
use fixtures::world::Role;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// A group that a number is in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Its JID.
    pub(crate) id: String,
    pub(crate) subject: String,
    /// Roles by phone, digits; the number itself among them.
    pub(super) participants: IndexMap<String, Role>,
    /// Made up when it is first asked for.
    pub(super) invite_code: Option<String>,
    /// Pinned messages, with the end of each pin.
    pub(super) pins: IndexMap<String, Time>,
}

/// The groups of each number.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Groups {
    by_number: IndexMap<String, IndexMap<String, Group>>,
}

impl Groups {
    pub(crate) fn load(world: &World) -> Self {
        let mut groups = Self::default();
        for group in &world.groups {
            let participants =
                group.participants.iter().map(|participant| (participant.phone.clone(), participant.role));
            groups.insert(
                &group.number,
                Group {
                    id: group.id.clone(),
                    subject: group.name.clone(),
                    participants: participants.collect(),
                    invite_code: group.invite_code.clone(),
                    pins: IndexMap::new(),
                },
            );
        }
        groups
    }

    pub(super) fn insert(&mut self, number: &str, group: Group) {
        self.by_number.entry(number.to_owned()).or_default().insert(group.id.clone(), group);
    }

    /// The groups that a number is in.
    pub(crate) fn of(&self, number: &str) -> impl Iterator<Item = &Group> {
        self.by_number.get(number).into_iter().flat_map(IndexMap::values)
    }

    /// A group that the number is in.
    pub(crate) fn get(&self, number: &str, group: &str) -> Option<&Group> {
        self.by_number.get(number)?.get(group)
    }

    pub(super) fn get_mut(&mut self, number: &str, group: &str) -> Option<&mut Group> {
        self.by_number.get_mut(number)?.get_mut(group)
    }

    /// Takes the groups of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_number.extend(other.by_number);
    }

    /// Forgets a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.by_number.swap_remove(number);
    }
}
