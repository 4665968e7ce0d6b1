//! What becomes of a message: `QUEUED → SENT → DELIVERED → READ`, or `FAILED`.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::attempt::{Trial, outcome, trial};
use super::events;
use super::external_id::external_id;
use super::failure::Failure;
use super::model::{Message, MessageStatus};
use super::pricing::Pricing;
use super::store::Place;
use crate::magic::MessageOutcome;
use crate::schedule::{self, Schedule};
use crate::state::State;
use crate::tenants::Leaving;
use crate::time::Time;

/// How long a message takes until it is tried, from its acceptance or its `deliverAt`; this figure and the next are those of the documented example.
const ATTEMPTED_AFTER: SignedDuration = SignedDuration::from_secs(5);
const DELIVERED_AFTER: SignedDuration = SignedDuration::from_secs(2);
const READ_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// How long after an attempt that failed the next one is made.
const RETRIED_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// How often an attempt is made again before the message is given up.
const RETRIES: u8 = 10;
/// How long a message waits for its first attempt (U-27).
const MAX_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A deadline has passed with the millisecond after it.
const PAST: SignedDuration = SignedDuration::from_millis(1);

/// What falls due in this area: a step of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Due {
    number: String,
    message: String,
    step: Step,
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        leaving.numbers.contains(&self.number)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Step {
    Attempt,
    Deliver,
    Read,
    /// `deliverUntil` has passed.
    Expire,
    /// It has waited for too long.
    GrowOld,
}

/// Enters what a message that was just accepted waits for.
pub(super) fn begin(schedule: &mut Schedule, number: &str, message: &Message) {
    let mut at = |time, step| enter(schedule, number, &message.id, time, step);
    at(message.due_at().plus(ATTEMPTED_AFTER), Step::Attempt);
    if let Some(until) = message.deliver_until {
        at(until.max(message.created_at).plus(PAST), Step::Expire);
    }
}

fn enter(schedule: &mut Schedule, number: &str, message: &str, time: Time, step: Step) {
    let due = Due { number: number.to_owned(), message: message.to_owned(), step };
    schedule.at(time, schedule::Due::Messaging(due));
}

fn enter_at(state: &mut State, place: &Place, time: Time, step: Step) {
    if let Some(message) = state.messaging.at(place) {
        enter(&mut state.schedule, &place.number, &message.id, time, step);
    }
}

/// Each step looks at the status first: what happened meanwhile may have made it pointless.
pub(crate) fn fall_due(state: &mut State, due: Due, at: Time) {
    let Due { number, message, step } = due;
    let Some(place) = state.messaging.place(&number, &message) else { return };
    let Some(message) = state.messaging.at(&place) else { return };
    match (step, message.status) {
        (Step::Attempt, MessageStatus::Queued) => attempt(state, &place, at),
        (Step::Deliver, MessageStatus::Sent) => match outcome(message) {
            Some(MessageOutcome::SentThenFails(failure)) => fail(state, &place, failure, at),
            _ => delivered(state, &place, at),
        },
        (Step::Read, MessageStatus::Delivered) => read(state, &place, at),
        (Step::Expire, MessageStatus::Queued) => {
            let tried = message.attempts > 0;
            let failure = if tried { Failure::ExpiredAfterAttempts } else { Failure::MessageExpired };
            fail(state, &place, failure, at);
        }
        (Step::Expire, MessageStatus::Sent) => fail(state, &place, Failure::DeliveredNotConfirmed, at),
        (Step::GrowOld, MessageStatus::Queued) => {
            let tried = message.attempts > 0;
            let failure =
                if tried { Failure::DeliveryTimeout } else { Failure::NeverAttemptedMaxAgeExceeded };
            fail(state, &place, failure, at);
        }
        _ => {}
    }
}

/// What waited for the number is tried now.
pub(crate) fn try_waiting(state: &mut State, number: &str, now: Time) {
    for index in std::mem::take(&mut state.messaging.of_mut(number).waiting) {
        enter_at(state, &Place { number: number.to_owned(), index }, now, Step::Attempt);
    }
}

fn attempt(state: &mut State, place: &Place, at: Time) {
    match trial(state, place, at) {
        Trial::Taken => sent(state, place, at),
        Trial::Refused(failure) => fail(state, place, failure, at),
        Trial::Impossible => wait(state, place),
        Trial::Unanswered => again(state, place, at),
    }
}

fn wait(state: &mut State, place: &Place) {
    let Some(due_at) = state.messaging.at(place).map(Message::due_at) else { return };
    state.messaging.of_mut(&place.number).waiting.insert(place.index);
    enter_at(state, place, due_at.plus(MAX_AGE), Step::GrowOld);
}

fn again(state: &mut State, place: &Place, at: Time) {
    let Some(message) = state.messaging.at_mut(place) else { return };
    message.attempts = message.attempts.saturating_add(1);
    if message.attempts > RETRIES {
        fail(state, place, Failure::DeliveryTimeout, at);
    } else {
        enter_at(state, place, at.plus(RETRIED_AFTER), Step::Attempt);
    }
}

/// The provider took it.
pub(super) fn sent(state: &mut State, place: &Place, at: Time) {
    let Some(number) = state.numbers.get(&place.number) else { return };
    let Some(message) = state.messaging.at(place) else { return };
    let is_meta = number.is_meta();
    let pricing = is_meta.then(|| {
        let template = message.template.as_deref().and_then(|name| state.templates.find(number, name));
        let window_open = state.messaging.of(&place.number).window_open(&message.to, at);
        // A template that is gone meanwhile was a utility one for all that is known.
        let category = message.template.is_some().then(|| template.map(|it| it.category).unwrap_or_default());
        Pricing::of(category, window_open)
    });
    let marks_read = is_meta && message.mark_read;
    let (to, outcome) = (message.to.clone(), outcome(message));
    let id = external_id(is_meta, &to, &mut state.ids);
    let chest = state.messaging.of_mut(&place.number);
    chest.set_external_id(place.index, id);
    chest.set_status(place.index, MessageStatus::Sent);
    if let Some(message) = chest.messages.get_mut(place.index) {
        (message.sent_at, message.pricing) = (Some(at), pricing);
    }
    if let Some(conversation) = chest.index_of(&to).filter(|_| marks_read) {
        chest.mark_read(conversation, at);
    }
    events::status(state, place, "message.sent", at);
    if outcome != Some(MessageOutcome::NeverDelivered) {
        enter_at(state, place, at.plus(DELIVERED_AFTER), Step::Deliver);
    }
}

pub(super) fn delivered(state: &mut State, place: &Place, at: Time) {
    set(state, place, MessageStatus::Delivered, |message| message.delivered_at = Some(at));
    events::status(state, place, "message.delivered", at);
    if state.messaging.at(place).and_then(outcome) != Some(MessageOutcome::NeverRead) {
        enter_at(state, place, at.plus(READ_AFTER), Step::Read);
    }
}

pub(super) fn read(state: &mut State, place: &Place, at: Time) {
    set(state, place, MessageStatus::Read, |message| message.read_at = Some(at));
    events::status(state, place, "message.read", at);
}

pub(super) fn fail(state: &mut State, place: &Place, failure: Failure, at: Time) {
    set(state, place, MessageStatus::Failed, |message| message.failure = Some(failure));
    events::status(state, place, "message.failed", at);
}

fn set(state: &mut State, place: &Place, status: MessageStatus, change: impl FnOnce(&mut Message)) {
    let chest = state.messaging.of_mut(&place.number);
    chest.set_status(place.index, status);
    if let Some(message) = chest.messages.get_mut(place.index) {
        change(message);
    }
}
