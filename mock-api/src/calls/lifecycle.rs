//! What happens to calls over time and how they change, whoever changes them.

use fixtures::world::{CallPermission, CallStatus, Direction};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::events::{emit_permission, emit_status};
use crate::magic::{self, CallOutcome};
use crate::schedule;
use crate::state::State;
use crate::tenants::Leaving;
use crate::time::Time;

/// How long it takes until the other phone rings.
const DIALING: SignedDuration = SignedDuration::from_secs(1);
/// How long a contact lets it ring before answering.
const ANSWERING: SignedDuration = SignedDuration::from_secs(5);
/// How long it rings at most.
const RINGING: SignedDuration = SignedDuration::from_secs(60);
/// How long a contact thinks about a permission request.
const THINKING: SignedDuration = SignedDuration::from_secs(5);

/// What the other side offers or answers where a simulation gives none.
pub(super) const PEER_SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=setup:actpass\r\n";

/// What falls due in this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// The contact's phone rings.
    Rings(Which),
    /// The contact answers.
    Answered(Which),
    /// The contact declines.
    Declined(Which),
    /// It has rung long enough.
    Unanswered(Which),
    /// The contact answers whether it may be called.
    PermissionAnswered {
        /// The number that asked.
        number: String,
        /// The contact, digits.
        phone: String,
    },
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        match self {
            Self::Rings(which) | Self::Answered(which) | Self::Declined(which) | Self::Unanswered(which) => {
                leaving.numbers.contains(&which.number)
            }
            Self::PermissionAnswered { number, .. } => leaving.numbers.contains(number),
        }
    }
}

/// A call of a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Which {
    number: String,
    call: String,
}

impl Which {
    pub(super) fn new(number: &str, call: &str) -> Self {
        Self { number: number.to_owned(), call: call.to_owned() }
    }
}

pub(crate) fn fall_due(state: &mut State, due: Due, at: Time) {
    match due {
        Due::Rings(which) if is(state, &which, CallStatus::Initiated) => reach(state, &which, at),
        Due::Answered(which) if is(state, &which, CallStatus::Ringing) => connect(state, &which, at),
        Due::Declined(which) if is(state, &which, CallStatus::Ringing) => {
            end(state, &which, CallStatus::Rejected, at)
        }
        Due::Unanswered(which) if is(state, &which, CallStatus::Ringing) => give_up(state, &which, at),
        Due::Rings(_) | Due::Answered(_) | Due::Declined(_) | Due::Unanswered(_) => {}
        Due::PermissionAnswered { number, phone } => answer_request(state, &number, &phone, at),
    }
}

/// Whether the call still stands there; calls of numbers that are gone do not.
fn is(state: &State, which: &Which, status: CallStatus) -> bool {
    state.numbers.present(&which.number).is_ok()
        && state.calls.get(&which.number, &which.call).is_some_and(|call| call.status == status)
}

/// An outbound call was placed.
pub(super) fn dial(state: &mut State, which: Which, now: Time) {
    state.schedule.at(now.plus(DIALING), schedule::Due::Calls(Due::Rings(which)));
}

/// How a call to the contact fares (U-19).
fn outcome(state: &State, which: &Which) -> Option<CallOutcome> {
    let call = state.calls.get(&which.number, &which.call)?;
    magic::call(call.peer.as_deref().filter(|_| call.direction == Direction::Outbound)?)
}

/// An outbound call reaches the contact's phone, or does not.
fn reach(state: &mut State, which: &Which, now: Time) {
    if outcome(state, which) == Some(CallOutcome::Fails) {
        fail(state, which, "The call could not be set up", now);
    } else {
        ring(state, which, now);
    }
}

/// It rings at the other side, or inbound at the number.
pub(super) fn ring(state: &mut State, which: &Which, now: Time) {
    let outcome = outcome(state, which);
    let Some(call) = state.calls.get_mut(&which.number, &which.call) else { return };
    call.status = CallStatus::Ringing;
    call.updated_at = now;
    let unanswered = call.direction == Direction::Inbound || outcome == Some(CallOutcome::NotAnswered);
    let (after, due) = match outcome {
        _ if unanswered => (RINGING, Due::Unanswered(which.clone())),
        Some(CallOutcome::Rejected) => (ANSWERING, Due::Declined(which.clone())),
        _ => (ANSWERING, Due::Answered(which.clone())),
    };
    state.schedule.at(now.plus(after), schedule::Due::Calls(due));
    emit_status(state, &which.number, &which.call, now);
}

/// Somebody picked up.
pub(super) fn connect(state: &mut State, which: &Which, now: Time) {
    let Some(call) = state.calls.get_mut(&which.number, &which.call) else { return };
    call.status = CallStatus::Accepted;
    call.connected_at = Some(now);
    call.updated_at = now;
    if call.direction == Direction::Outbound {
        if call.sdp_offer.is_some() {
            call.sdp_answer.get_or_insert_with(|| PEER_SDP.to_owned());
        }
        if let Some(peer) = call.peer.clone() {
            state.calls.contact_mut(&which.number, &peer).talk(now);
        }
    }
    emit_status(state, &which.number, &which.call, now);
}

/// It ends, however it does.
pub(super) fn end(state: &mut State, which: &Which, status: CallStatus, now: Time) {
    state.calls.end(&which.number, &which.call, status, now);
    emit_status(state, &which.number, &which.call, now);
}

fn fail(state: &mut State, which: &Which, error: &str, now: Time) {
    if let Some(call) = state.calls.get_mut(&which.number, &which.call) {
        call.error = Some(error.to_owned());
    }
    end(state, which, CallStatus::Failed, now);
}

/// Nobody answered: an inbound call was missed, an outbound one has failed.
pub(super) fn give_up(state: &mut State, which: &Which, now: Time) {
    let Some(call) = state.calls.get(&which.number, &which.call) else { return };
    match call.direction {
        Direction::Inbound => end(state, which, CallStatus::Missed, now),
        Direction::Outbound => fail(state, which, "The contact did not answer", now),
    }
}

/// The number's device is logged out: whatever call it has ends.
pub(crate) fn cut_off(state: &mut State, number: &str, now: Time) {
    for id in state.calls.live(number) {
        let which = Which::new(number, &id);
        let Some(call) = state.calls.get(number, &id) else { continue };
        match (call.status, call.direction) {
            (CallStatus::Accepted, _) => end(state, &which, CallStatus::Completed, now),
            (_, Direction::Inbound) => end(state, &which, CallStatus::Missed, now),
            (_, Direction::Outbound) => fail(state, &which, "The number was logged out", now),
        }
    }
}

/// A contact was asked whether it may be called, and answers some seconds later.
pub(super) fn ask(state: &mut State, number: &str, phone: &str, now: Time) {
    let due = Due::PermissionAnswered { number: number.to_owned(), phone: phone.to_owned() };
    state.schedule.at(now.plus(THINKING), schedule::Due::Calls(due));
}

/// A contact that said so meanwhile, unasked or not, has nothing to add.
fn answer_request(state: &mut State, number: &str, phone: &str, at: Time) {
    let contact = state.calls.contact(number, phone);
    if state.numbers.present(number).is_err() || !contact.owes_answer() {
        return;
    }
    let permanent = contact.permission(at) == CallPermission::Permanent;
    let permission = match magic::call(phone) {
        Some(CallOutcome::PermissionDenied) => CallPermission::NoPermission,
        _ if permanent => CallPermission::Permanent,
        _ => CallPermission::Temporary,
    };
    permit(state, number, phone, permission, at);
}

/// The contact allows calls, or does not.
pub(super) fn permit(state: &mut State, number: &str, phone: &str, permission: CallPermission, now: Time) {
    state.calls.contact_mut(number, phone).grant(permission, now);
    emit_permission(state, number, phone, permission, now);
}
