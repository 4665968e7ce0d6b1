//! What falls due later, on the mock's clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Time;

/// Something that happens at its time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A remembered `Idempotency-Key` is forgotten.
    IdempotencyKeyExpires {
        /// The number and the key it was used with.
        scope: (String, String),
    },
    /// A soft-deleted number is purged for good.
    NumberPurged {
        /// Its id.
        number: String,
    },
    /// A remote-pairing link ends.
    PairingExpires {
        /// The token.
        token: String,
    },
}

/// A queue ordered by time, then by when it was entered, so that it is the same on every run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    queue: BinaryHeap<Reverse<(Time, u64, Due)>>,
    entered: u64,
}

impl Schedule {
    pub(crate) fn at(&mut self, time: Time, due: Due) {
        self.entered += 1;
        self.queue.push(Reverse((time, self.entered, due)));
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
        let purge = |name: &str| Due::NumberPurged { number: name.to_owned() };
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
