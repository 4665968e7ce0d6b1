//! A set of positions.

use std::ops::Range;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::Position;
use super::list::position;
use crate::paging::Paging;

/// A set of positions of a list. It knows how many there are in a part of the list, and which one is the n-th, without a walk: pages of any depth cost the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<Position>", from = "Vec<Position>")]
pub(in crate::messaging) struct Positions(RoaringBitmap);

impl Positions {
    pub(in crate::messaging) fn insert(&mut self, position: Position) {
        self.0.insert(position);
    }

    pub(in crate::messaging) fn remove(&mut self, position: Position) {
        self.0.remove(position);
    }

    /// How many there are in all.
    pub(in crate::messaging) fn len(&self) -> usize {
        usize::try_from(self.0.len()).unwrap_or(usize::MAX)
    }

    /// How many there are in a part of the list.
    pub(in crate::messaging) fn count(&self, part: &Range<usize>) -> usize {
        usize::try_from(self.0.range_cardinality(position(part.start)..position(part.end)))
            .unwrap_or(usize::MAX)
    }

    /// Those of a page, newest first, among the ones in a part of the list.
    pub(in crate::messaging) fn newest_first(&self, part: &Range<usize>, paging: Paging) -> Vec<Position> {
        let before = self.count(&(0..part.start));
        let ranks = paging.newest_first(before..before + self.count(part));
        ranks.into_iter().filter_map(|rank| self.0.select(position(rank))).collect()
    }

    /// All, oldest first.
    pub(in crate::messaging) fn iter(&self) -> impl Iterator<Item = Position> {
        self.0.iter()
    }
}

impl From<Positions> for Vec<Position> {
    fn from(positions: Positions) -> Self {
        positions.0.iter().collect()
    }
}

impl From<Vec<Position>> for Positions {
    fn from(positions: Vec<Position>) -> Self {
        Self(positions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_pages_within_a_part() {
        let even = Positions::from((0..200_000).step_by(2).collect::<Vec<_>>());
        assert_eq!((even.len(), even.count(&(10..21))), (100_000, 6));
        assert_eq!(even.newest_first(&(10..21), Paging::new(1, 4)), [20, 18, 16, 14]);
        assert_eq!(even.newest_first(&(10..21), Paging::new(2, 4)), [12, 10]);
        assert_eq!(
            even.newest_first(&(0..200_000), Paging::new(10_000, 10)),
            [18, 16, 14, 12, 10, 8, 6, 4, 2, 0]
        );
        assert!(even.newest_first(&(10..21), Paging::new(3, 4)).is_empty());
        assert!(even.newest_first(&(5..5), Paging::new(1, 4)).is_empty());
    }
}
