//! The order of conversations by their last message.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::list::{index, position};
use super::{Position, Positions};
use crate::paging::{Dates, Paging};
use crate::time::Time;

/// How many touches that no longer count are kept before they are swept out, besides one per conversation.
const SLACK: usize = 1024;

/// Conversations by their last message. A new message only appends: nothing is moved, however many conversations there are.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(into = "Vec<(Time, Position)>", from = "Vec<(Time, Position)>")]
pub(in crate::messaging) struct Recency {
    /// When which conversation came to the front; times never go back.
    touches: Vec<(Time, Position)>,
    /// Those that are the last of their conversation.
    last: Positions,
    /// The last touch of each conversation.
    of: Vec<Position>,
}

impl Recency {
    /// A conversation comes to the front: a new one, or one that is known.
    pub(in crate::messaging) fn touch(&mut self, conversation: Position, at: Time) {
        let touch = position(self.touches.len());
        match self.of.get_mut(index(conversation)) {
            Some(known) => self.last.remove(std::mem::replace(known, touch)),
            None => self.of.push(touch),
        }
        self.touches.push((at, conversation));
        self.last.insert(touch);
        if self.touches.len() > 2 * self.of.len() + SLACK {
            *self = self.order().copied().collect::<Vec<_>>().into();
        }
    }

    /// The last touch of each conversation, the oldest first.
    fn order(&self) -> impl Iterator<Item = &(Time, Position)> {
        self.last.iter().filter_map(|touch| self.touches.get(index(touch)))
    }

    /// How many conversations had their last message within the dates, and those of the page, newest first.
    pub(in crate::messaging) fn page(&self, dates: Dates, paging: Paging) -> (usize, Vec<Position>) {
        let part = dates.positions(&self.touches, |(at, _)| *at);
        let touches = self.last.newest_first(&part, paging).into_iter();
        let found = touches.filter_map(|touch| self.touches.get(index(touch)));
        (self.last.count(&part), found.map(|(_, conversation)| *conversation).collect())
    }
}

/// What has been swept out or not makes no difference.
impl fmt::Debug for Recency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.order()).finish()
    }
}

impl From<Recency> for Vec<(Time, Position)> {
    fn from(recency: Recency) -> Self {
        recency.order().copied().collect()
    }
}

/// From the last touch of each conversation, the oldest first.
impl From<Vec<(Time, Position)>> for Recency {
    fn from(touches: Vec<(Time, Position)>) -> Self {
        let last = (0..position(touches.len())).collect::<Vec<_>>().into();
        let mut of = vec![0; touches.len()];
        for (at, (_, conversation)) in touches.iter().enumerate() {
            if let Some(known) = of.get_mut(index(*conversation)) {
                *known = position(at);
            }
        }
        Self { touches, last, of }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(second: u32) -> Time {
        let start: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        start.plus(SignedDuration::from_secs(second.into()))
    }

    #[test]
    fn the_last_touch_counts() {
        let mut recency = Recency::default();
        for (second, conversation) in [(0, 0), (1, 1), (2, 2), (3, 0), (3, 1)] {
            recency.touch(conversation, at(second));
        }
        let all = Dates::default();
        assert_eq!(recency.page(all, Paging::new(1, 10)), (3, vec![1, 0, 2]));
        assert_eq!(recency.page(all, Paging::new(2, 2)), (3, vec![2]));
        let until = Dates { start: None, end: Some(at(2)) };
        assert_eq!(recency.page(until, Paging::new(1, 10)), (1, vec![2]));
        let since = Dates { start: Some(at(3)), end: None };
        assert_eq!(recency.page(since, Paging::new(1, 10)), (2, vec![1, 0]));
    }

    #[test]
    fn the_order_is_the_same_after_it_was_stored() {
        let mut recency = Recency::default();
        for conversation in [0, 1, 2, 0, 2] {
            recency.touch(conversation, at(0));
        }
        let stored = serde_json::to_string(&recency).unwrap();
        let mut restored: Recency = serde_json::from_str(&stored).unwrap();
        restored.touch(1, at(1));
        assert_eq!(restored.page(Dates::default(), Paging::new(1, 10)), (3, vec![1, 2, 0]));
    }

    #[test]
    fn sweeping_changes_nothing() {
        let mut recency = Recency::default();
        for second in 0..10_000 {
            recency.touch(second % 3, at(second));
        }
        assert!(recency.touches.len() <= 2 * 3 + SLACK);
        assert_eq!(recency.page(Dates::default(), Paging::new(1, 10)), (3, vec![0, 2, 1]));
    }
}
