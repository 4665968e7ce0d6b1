//! What falls due later, on the mock's clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Something that happens at its time. Each area names what falls due in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    Messaging(crate::messaging::Due),
    Numbers(crate::numbers::Due),
    Templates(crate::templates::Due),
    Calls(crate::calls::Due),
    Groups(crate::groups::Due),
    Webhooks(crate::webhooks::Due),
}

/// A queue ordered by time, then by when it was entered, so that it is the same on every run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Schedule {
    queue: BinaryHeap<Reverse<(Time, u64, Due)>>,
    entered: u64,
}

impl Schedule {
    pub(crate) fn at(&mut self, time: Time, due: Due) {
        self.entered += 1;
        self.queue.push(Reverse((time, self.entered, due)));
    }

    /// Keeps what falls due and is to stay.
    pub(crate) fn retain(&mut self, stays: impl Fn(&Due) -> bool) {
        self.queue.retain(|Reverse((.., due))| stays(due));
    }

    /// Enters what another one has, in its order.
    pub(crate) fn absorb(&mut self, other: Self) {
        for Reverse((time, _, due)) in other.queue.into_sorted_vec().into_iter().rev() {
            self.at(time, due);
        }
    }

    /// When the next thing is due.
    pub(crate) fn next_time(&self) -> Option<Time> {
        self.queue.peek().map(|Reverse((time, ..))| *time)
    }

    /// How many things were ever entered: when it has grown, there may be something new to wait for.
    pub(crate) fn entered(&self) -> u64 {
        self.entered
    }

    /// The next thing that is due at `now`, with the time it was due.
    pub(crate) fn next_due(&mut self, now: Time) -> Option<(Time, Due)> {
        if self.queue.peek().is_none_or(|Reverse((time, ..))| *time > now) {
            return None;
        }
        self.queue.pop().map(|Reverse((time, _, due))| (time, due))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn comes_in_order_of_time_then_of_entry() {
        let start: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        let purge = |name: &str| Due::Numbers(crate::numbers::Due::Purge { number: name.to_owned() });
        let mut schedule = Schedule::default();
        schedule.at(start.plus(SignedDuration::from_secs(2)), purge("late"));
        schedule.at(start.plus(SignedDuration::from_secs(1)), purge("z"));
        schedule.at(start.plus(SignedDuration::from_secs(1)), purge("a"));
        assert_eq!(schedule.next_due(start), None);
        let now = start.plus(SignedDuration::from_secs(1));
        assert_eq!(schedule.next_due(now), Some((now, purge("z"))));
        assert_eq!(schedule.next_due(now), Some((now, purge("a"))));
        assert_eq!(schedule.next_due(now), None);
    }
}
