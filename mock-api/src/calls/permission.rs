//! What a contact of a Meta number allows in calls, and how often it was asked.

use fixtures::world::CallPermission;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::magic::{self, CallOutcome};
use crate::time::Time;

/// How long a temporary permission lasts.
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);
pub(super) const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many permission requests a contact may get, by period; the figures of Meta's own example.
pub(super) const REQUEST_LIMITS: [Limit; 2] =
    [Limit { period: DAY, name: "PT24H", max: 1 }, Limit { period: WEEK, name: "P7D", max: 2 }];

/// At most `max` in any `period`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) period: SignedDuration,
    /// The period as an ISO 8601 duration.
    pub(super) name: &'static str,
    pub(super) max: usize,
}

/// A contact's side.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Contact {
    granted: CallPermission,
    /// When a temporary permission ends.
    expires_at: Option<Time>,
    /// When it was asked, oldest first, no further back than the longest limit.
    requests: Vec<Time>,
    /// It was asked, and has not said anything since.
    owes_answer: bool,
    /// When it was talked to in calls of the number's, oldest first, no further back than a day.
    talks: Vec<Time>,
}

impl Contact {
    /// A contact that granted this at `at`.
    pub(super) fn new(granted: CallPermission, at: Time) -> Self {
        let mut contact = Self::default();
        contact.grant(granted, at);
        contact
    }

    /// A contact that was never asked. Magic phones may be called without (U-19).
    pub(super) fn unknown(phone: &str) -> Self {
        let callable = magic::call(phone).is_some_and(|outcome| outcome != CallOutcome::PermissionDenied);
        let granted = if callable { CallPermission::Permanent } else { CallPermission::NoPermission };
        Self { granted, ..Self::default() }
    }

    /// It grants this from `at` on.
    pub(super) fn grant(&mut self, granted: CallPermission, at: Time) {
        self.granted = granted;
        self.owes_answer = false;
        self.expires_at = (granted == CallPermission::Temporary).then(|| at.plus(LASTS));
    }

    /// Whether it was asked and has not answered.
    pub(super) fn owes_answer(&self) -> bool {
        self.owes_answer
    }

    /// What is allowed at `now`.
    pub(super) fn permission(&self, now: Time) -> CallPermission {
        if self.expires_at.is_some_and(|end| end <= now) {
            CallPermission::NoPermission
        } else {
            self.granted
        }
    }

    /// When what is allowed at `now` ends, if it does.
    pub(super) fn expires_at(&self, now: Time) -> Option<Time> {
        self.expires_at.filter(|end| *end > now)
    }

    /// The requests that count for a limit.
    fn counting(&self, limit: Limit, now: Time) -> &[Time] {
        let first = self.requests.partition_point(|at| now.since(*at) >= limit.period);
        self.requests.get(first..).unwrap_or_default()
    }

    pub(super) fn usage(&self, limit: Limit, now: Time) -> usize {
        self.counting(limit, now).len()
    }

    /// When the next request may be made, if not now.
    pub(super) fn asked_enough_until(&self, now: Time) -> Option<Time> {
        let waits = REQUEST_LIMITS.iter().filter_map(|limit| {
            let counting = self.counting(*limit, now);
            // Another one fits once so many have left the period that one less than `max` remains.
            let leaving = counting.len().checked_sub(limit.max)?;
            Some(counting.get(leaving)?.plus(limit.period))
        });
        waits.max()
    }

    /// Notes a call of the number's that was answered.
    pub(super) fn talk(&mut self, now: Time) {
        self.talks.retain(|at| now.since(*at) < DAY);
        self.talks.push(now);
    }

    /// How many of them there were within a day.
    pub(super) fn talks(&self, now: Time) -> usize {
        self.talks.len() - self.talks.partition_point(|at| now.since(*at) >= DAY)
    }

    /// Notes a request.
    pub(super) fn ask(&mut self, now: Time) {
        self.requests.retain(|at| now.since(*at) < WEEK);
        self.requests.push(now);
        self.owes_answer = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // facts: CALL-PERM-006
    #[test]
    fn temporary_permission_ends() {
        let start: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        let contact = Contact::new(CallPermission::Temporary, start);
        assert_eq!(contact.permission(start), CallPermission::Temporary);
        assert_eq!(contact.permission(start.plus(WEEK)), CallPermission::NoPermission);
        assert_eq!(contact.expires_at(start.plus(WEEK)), None);
    }

    // facts: CALL-PERM-007
    #[test]
    fn one_request_a_day_and_two_a_week() {
        let start: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        let mut contact = Contact::default();
        assert_eq!(contact.asked_enough_until(start), None);
        contact.ask(start);
        assert_eq!(contact.asked_enough_until(start), Some(start.plus(DAY)));
        let second = start.plus(DAY);
        assert_eq!(contact.asked_enough_until(second), None);
        contact.ask(second);
        assert_eq!(contact.asked_enough_until(second), Some(start.plus(WEEK)));
        assert_eq!(contact.asked_enough_until(start.plus(WEEK)), None);
    }
}
