//! From what a difference does to a set of values to what it means.

use super::Direction;
use crate::diff::change::Kind;

/// What a difference does to the set of values that a schema accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It becomes smaller.
    Narrows,
    /// It becomes larger.
    Widens,
    /// It loses some and gains others.
    Replaces,
    /// That cannot be decided.
    Undecided,
}

/// What the set of values of a part does to that of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Polarity {
    /// They grow together.
    Same,
    /// One grows when the other shrinks, as under `not`.
    Inverted,
    /// Nothing can be said, as under `oneOf` with alternatives that overlap.
    Lost,
}

impl Effect {
    /// What it means where values go that way.
    pub(super) fn kind(self, polarity: Polarity, direction: Direction) -> Kind {
        let narrows = match (self, polarity) {
            (Self::Undecided, _) | (_, Polarity::Lost) => return Kind::Unknown,
            (Self::Replaces, _) => return Kind::Breaking,
            (effect, polarity) => (effect == Self::Narrows) == (polarity == Polarity::Same),
        };
        if narrows == (direction == Direction::Input) { Kind::Breaking } else { Kind::Additive }
    }
}

impl Polarity {
    /// That of a part of a part.
    pub(super) fn then(self, inner: Self) -> Self {
        match (self, inner) {
            (Self::Lost, _) | (_, Self::Lost) => Self::Lost,
            (outer, inner) if outer == inner => Self::Same,
            _ => Self::Inverted,
        }
    }
}
