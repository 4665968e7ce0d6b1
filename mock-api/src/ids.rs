//! Ids, keys and tokens. All come from one seeded generator, so that the same calls give the same ids.

use std::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::time::Time;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes ids.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Position", from = "Position")]
pub(crate) struct Ids {
    seed: u64,
    rng: ChaCha8Rng,
}

/// Where a generator stands: all that it takes to go on with the same ids.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    seed: u64,
    /// How many words were taken from the stream; a snapshot of more than 2^64 is out of reach.
    taken: u64,
}

impl From<Ids> for Position {
    fn from(ids: Ids) -> Self {
        Self { seed: ids.seed, taken: u64::try_from(ids.rng.get_word_pos()).unwrap_or(u64::MAX) }
    }
}

impl From<Position> for Ids {
    fn from(position: Position) -> Self {
        let mut ids = Self::new(position.seed);
        ids.rng.set_word_pos(position.taken.into());
        ids
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Position::from(self.clone()).fmt(f)
    }
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// What it was made from.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// `prefix_` and 26 characters that sort by time, as `msg_01HZX…`.
    pub(crate) fn id(&mut self, prefix: &str, now: Time) -> String {
        let millis = u128::try_from(now.timestamp().as_millisecond()).unwrap_or_default();
        let random = (u128::from(self.rng.next_u64()) << 16) | u128::from(self.rng.next_u32() & 0xffff);
        let value = (millis << 80) | random;
        let digits: String = (0..26).rev().map(|place| crockford(value >> (place * 5))).collect();
        format!("{prefix}_{digits}")
    }

    /// So many lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.rng.next_u32() & 0xf, 16).unwrap_or('0')).collect()
    }

    /// So many characters of `A–Z` and `0–9`, without those that are mistaken for others.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| crockford(u128::from(self.rng.next_u32()))).collect()
    }

    /// So many decimal digits, the first not zero.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|place| self.decimal(u32::from(place == 0))).collect()
    }

    fn decimal(&mut self, least: u32) -> char {
        char::from_digit(least + self.rng.next_u32() % (10 - least), 10).unwrap_or('1')
    }

    /// A UUID, version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let (a, b, c, d, e) = (self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12));
        format!("{a}-{b}-4{c}-8{d}-{e}")
    }

    /// A raw API key.
    pub(crate) fn api_key(&mut self) -> String {
        format!("ps_{}", self.hex(40))
    }
}

fn crockford(value: u128) -> char {
    let index = usize::try_from(value & 31).unwrap_or_default();
    CROCKFORD.get(index).map_or('0', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_ids() {
        let now: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        let (mut a, mut b) = (Ids::new(7), Ids::new(7));
        assert_eq!(a.id("msg", now), b.id("msg", now));
        assert_ne!(a.id("msg", now), b.id("corr", now));
        assert_eq!(a.id("msg", now).len(), "msg_".len() + 26);
        assert_ne!(Ids::new(8).id("msg", now), Ids::new(7).id("msg", now));
    }

    #[test]
    fn goes_on_after_it_was_stored() {
        let mut ids = Ids::new(7);
        ids.hex(3);
        let stored = serde_json::to_string(&ids).unwrap();
        let mut restored: Ids = serde_json::from_str(&stored).unwrap();
        assert_eq!(restored.hex(40), ids.hex(40));
    }
}
