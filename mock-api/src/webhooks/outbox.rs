//! What is to be delivered. Deliveries about one thing go to a webhook in order, one after the other is done with; a webhook gets one request at a time, so
//! that what it sees does not depend on how many threads the mock has.

use std::collections::VecDeque;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::delivery::Outcome;
use super::model::Delivery;
use crate::schedule;
use crate::state::State;
use crate::time::Time;

/// How long after each failed attempt the next one is made (U-14).
const BACKOFF: [SignedDuration; 5] = [
    SignedDuration::from_secs(1),
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
];

/// The most deliveries that wait for one webhook; further ones are dropped, as nobody takes them.
const MAX_WAITING: usize = 10_000;

/// A delivery that is not done with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) body: Arc<str>,
    /// As they were when the event happened, for a webhook that goes with its number.
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) attempts: usize,
}

/// One attempt to be made.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The delivery.
    id: String,
    pub(crate) webhook: String,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) body: Arc<str>,
}

/// What waits for one webhook.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Queue {
    /// By what they are about, each in order.
    lanes: IndexMap<String, VecDeque<Pending>>,
    /// The lanes whose first delivery may be made now.
    ready: VecDeque<String>,
    /// The lane whose first delivery is under way.
    in_flight: Option<String>,
    waiting: usize,
    /// Whose it is, once the webhook itself is gone.
    left_over_of: Option<String>,
}

/// What waits, by webhook.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    queues: IndexMap<String, Queue>,
    /// Webhooks for which something may be ready.
    stirred: IndexSet<String>,
    in_flight: usize,
    /// How many deliveries were dropped, by webhook.
    #[serde(default)]
    dropped: IndexMap<String, u64>,
}

impl Queue {
    /// The delivery that is under way.
    fn under_way(&self) -> Option<&Pending> {
        self.lanes.get(self.in_flight.as_ref()?)?.front()
    }
}

impl Outbox {
    /// Goes on after it was stored: what was under way then is made again.
    pub(crate) fn resume(&mut self) {
        self.in_flight = 0;
        for (webhook, queue) in &mut self.queues {
            if let Some(subject) = queue.in_flight.take() {
                queue.ready.push_front(subject);
            }
            queue.waiting = queue.lanes.values().map(VecDeque::len).sum();
            if !queue.ready.is_empty() {
                self.stirred.insert(webhook.clone());
            }
        }
    }

    /// How many deliveries a webhook waits for.
    pub(super) fn waiting(&self, webhook: &str) -> usize {
        self.queues.get(webhook).map_or(0, |queue| queue.waiting)
    }

    /// How many deliveries to a webhook were dropped.
    pub(super) fn dropped(&self, webhook: &str) -> u64 {
        self.dropped.get(webhook).copied().unwrap_or_default()
    }

    pub(super) fn push(&mut self, webhook: &str, subject: &str, pending: Pending) {
        let queue = self.queues.entry(webhook.to_owned()).or_default();
        if queue.waiting >= MAX_WAITING {
            let dropped = self.dropped.entry(webhook.to_owned()).or_default();
            *dropped += 1;
            tracing::warn!(webhook, dropped, "dropped a delivery: {MAX_WAITING} wait already");
            return;
        }
        queue.waiting += 1;
        let lane = queue.lanes.entry(subject.to_owned()).or_default();
        lane.push_back(pending);
        if lane.len() == 1 {
            self.make_ready(webhook, subject);
        }
    }

    /// The first delivery of a lane may be made.
    pub(super) fn make_ready(&mut self, webhook: &str, subject: &str) {
        if let Some(queue) = self.queues.get_mut(webhook) {
            queue.ready.push_back(subject.to_owned());
            self.stirred.insert(webhook.to_owned());
        }
    }

    /// A webhook that was paused goes on.
    pub(crate) fn stir(&mut self, webhook: &str) {
        self.stirred.insert(webhook.to_owned());
    }

    pub(super) fn drop_webhook(&mut self, webhook: &str) {
        self.dropped.swap_remove(webhook);
        if let Some(queue) = self.queues.shift_remove(webhook) {
            self.in_flight -= usize::from(queue.in_flight.is_some());
        }
    }

    /// The webhook is gone, but what waits for it is still delivered.
    pub(super) fn leave_over(&mut self, webhook: &str, tenant: &str) {
        if let Some(queue) = self.queues.get_mut(webhook) {
            queue.left_over_of = Some(tenant.to_owned());
        }
    }

    /// The webhooks of a tenant that are gone and still have something to be delivered.
    pub(crate) fn leftovers_of(&self, tenant: &str) -> impl Iterator<Item = String> {
        let of_tenant =
            self.queues.iter().filter(move |(_, queue)| queue.left_over_of.as_deref() == Some(tenant));
        of_tenant.map(|(webhook, _)| webhook.clone())
    }

    /// Whether nothing is ready and nothing under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight == 0 && self.stirred.is_empty()
    }
}

/// The attempts that are to be made now; each is under way from here on until [`finish`].
pub(crate) fn take_jobs(state: &mut State) -> Vec<Job> {
    let stirred = std::mem::take(&mut state.webhooks.outbox.stirred);
    stirred.iter().filter_map(|webhook| take_job(state, webhook)).collect()
}

fn take_job(state: &mut State, webhook: &str) -> Option<Job> {
    let known = state.webhooks.by_id(webhook).map(|it| (it.active, it.url.clone(), it.secret.clone()));
    let queue = state.webhooks.outbox.queues.get_mut(webhook)?;
    if queue.in_flight.is_some() || known.as_ref().is_some_and(|(active, ..)| !active) {
        return None;
    }
    // A lane that is gone is passed over.
    let (subject, pending) = loop {
        let subject = queue.ready.pop_front()?;
        if let Some(pending) = queue.lanes.get(&subject).and_then(VecDeque::front) {
            break (subject, pending);
        }
    };
    let (url, secret) =
        known.map_or_else(|| (pending.url.clone(), pending.secret.clone()), |(_, url, secret)| (url, secret));
    let (id, body) = (pending.id.clone(), Arc::clone(&pending.body));
    let job = Job { id, webhook: webhook.to_owned(), url, secret, body };
    queue.in_flight = Some(subject);
    state.webhooks.outbox.in_flight += 1;
    Some(job)
}

/// Takes the result of an attempt: logs it, and lets the next one follow or this one be tried again.
pub(crate) fn finish(state: &mut State, job: &Job, outcome: Outcome, now: Time) {
    let outbox = &mut state.webhooks.outbox;
    let Some(queue) = outbox.queues.get_mut(&job.webhook) else { return };
    // The webhook may have gone meanwhile, and one of the same id have come.
    if queue.under_way().is_none_or(|pending| pending.id != job.id) {
        return;
    }
    let Some(subject) = queue.in_flight.take() else { return };
    outbox.in_flight -= 1;
    outbox.stirred.insert(job.webhook.clone());
    let Some(lane) = queue.lanes.get_mut(&subject) else { return };
    let Some(pending) = lane.front_mut() else { return };
    let delivery = delivery(pending, outcome, now);
    pending.attempts += 1;
    let backoff = BACKOFF.get(pending.attempts - 1).filter(|_| !delivery.is_success());
    match backoff {
        Some(backoff) => {
            let due = super::Due::Retry { webhook: job.webhook.clone(), subject };
            state.schedule.at(now.plus(*backoff), schedule::Due::Webhooks(due));
        }
        None => {
            lane.pop_front();
            queue.waiting -= 1;
            if lane.is_empty() {
                queue.lanes.swap_remove(&subject);
            } else {
                queue.ready.push_back(subject);
            }
            if queue.lanes.is_empty() {
                outbox.queues.swap_remove(&job.webhook);
            }
        }
    }
    if let Some(webhook) = state.webhooks.by_id_mut(&job.webhook) {
        webhook.record(delivery);
    }
}

fn delivery(pending: &Pending, outcome: Outcome, now: Time) -> Delivery {
    Delivery {
        id: if pending.attempts == 0 {
            pending.id.clone()
        } else {
            format!("{}_{}", pending.id, pending.attempts + 1)
        },
        event: pending.event.clone(),
        status_code: outcome.status,
        payload: Arc::clone(&pending.body),
        response: outcome.response,
        duration_ms: outcome.duration_ms,
        at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_it_drops() {
        let mut outbox = Outbox::default();
        let pending = Pending {
            id: "whd_1".to_owned(),
            event: "message.sent".to_owned(),
            body: "{}".into(),
            url: "http://127.0.0.1:9/".to_owned(),
            secret: "whsec_x".to_owned(),
            attempts: 0,
        };
        for _ in 0..MAX_WAITING + 2 {
            outbox.push("a", "msg_1", pending.clone());
        }
        assert_eq!((outbox.waiting("a"), outbox.dropped("a"), outbox.dropped("b")), (MAX_WAITING, 2, 0));
        outbox.drop_webhook("a");
        assert_eq!((outbox.waiting("a"), outbox.dropped("a")), (0, 0));
    }
}
