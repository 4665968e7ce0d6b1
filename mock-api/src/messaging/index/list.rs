//! A list that only grows.

use serde::{Deserialize, Serialize};

/// A place in a list. There may be a million messages that point at each other, so it is half as wide as a `usize`.
pub(in crate::messaging) type Position = u32;

/// A list that only grows, so that a position stays good.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::messaging) struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// The position of what is pushed next.
    pub(in crate::messaging) fn next(&self) -> Position {
        position(self.0.len())
    }

    pub(in crate::messaging) fn push(&mut self, item: T) -> Position {
        let position = self.next();
        self.0.push(item);
        position
    }

    pub(in crate::messaging) fn get(&self, position: Position) -> Option<&T> {
        self.0.get(index(position))
    }

    pub(in crate::messaging) fn get_mut(&mut self, position: Position) -> Option<&mut T> {
        self.0.get_mut(index(position))
    }

    pub(in crate::messaging) fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Each with its position.
    pub(in crate::messaging) fn iter(&self) -> impl DoubleEndedIterator<Item = (Position, &T)> {
        self.0.iter().enumerate().map(|(index, item)| (position(index), item))
    }
}

/// Four thousand million messages are out of reach.
pub(super) fn position(index: usize) -> Position {
    Position::try_from(index).unwrap_or(Position::MAX)
}

pub(super) fn index(position: Position) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
