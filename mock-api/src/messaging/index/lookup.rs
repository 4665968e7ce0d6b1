//! Positions by what their items hold.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use hashbrown::HashTable;

use super::Position;

/// Finds items of a list by a key that they hold themselves: it is not kept a second time. Whoever asks says how to read the key of an item.
#[derive(Clone, Default)]
pub(in crate::messaging) struct Lookup(HashTable<Position>);

impl Lookup {
    pub(in crate::messaging) fn find<'l, K: Hash + Eq + ?Sized + 'l>(
        &self,
        key: &K,
        held: impl Fn(Position) -> Option<&'l K>,
    ) -> Option<Position> {
        self.0.find(hash(key), |position| held(*position) == Some(key)).copied()
    }

    /// Enters an item by the key that it holds now.
    pub(in crate::messaging) fn insert<'l, K: Hash + ?Sized + 'l>(
        &mut self,
        position: Position,
        held: impl Fn(Position) -> Option<&'l K>,
    ) {
        let hash_of = |position: &Position| held(*position).map_or(0, hash);
        self.0.insert_unique(hash_of(&position), position, hash_of);
    }

    /// Forgets an item, before its key changes.
    pub(in crate::messaging) fn remove<K: Hash + ?Sized>(&mut self, position: Position, key: &K) {
        if let Ok(entry) = self.0.find_entry(hash(key), |known| *known == position) {
            entry.remove();
        }
    }
}

fn hash<K: Hash + ?Sized>(key: &K) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_the_key_that_the_item_holds() {
        let mut names: Vec<String> = (0..1000).map(|index| format!("name-{index}")).collect();
        let mut lookup = Lookup::default();
        for position in 0..1000 {
            lookup.insert(position, |at| names.get(at as usize).map(String::as_str));
        }
        let held = |at: Position| names.get(at as usize).map(String::as_str);
        assert_eq!(lookup.find("name-742", held), Some(742));
        assert_eq!(lookup.find("name-1000", held), None);
        lookup.remove(742, "name-742");
        names[742] = "another".to_owned();
        let held = |at: Position| names.get(at as usize).map(String::as_str);
        assert_eq!(lookup.find("another", held), None);
        lookup.insert(742, held);
        assert_eq!((lookup.find("another", held), lookup.find("name-742", held)), (Some(742), None));
    }
}
