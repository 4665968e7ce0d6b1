//! How a number's messages are found again, at the same cost however many there are.

mod list;
mod lookup;
mod positions;
mod recency;

pub(super) use list::{List, Position};
pub(super) use lookup::Lookup;
pub(super) use positions::Positions;
pub(super) use recency::Recency;
