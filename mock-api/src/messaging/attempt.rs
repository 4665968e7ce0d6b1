//! Whether an attempt to send gets through, and if not, why.

use super::failure::Failure;
use super::model::{Message, Peer};
use super::store::Place;
use crate::magic::{self, MessageOutcome};
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;

/// What comes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trial {
    /// The provider took the message.
    Taken,
    /// It will never be taken.
    Refused(Failure),
    /// There is nothing to send it with now, so that none was made.
    Impossible,
    /// The provider did not answer.
    Unanswered,
}

/// How a message to a magic number fares (U-19).
pub(super) fn outcome(message: &Message) -> Option<MessageOutcome> {
    match &message.to {
        Peer::Phone(digits) => magic::message(digits),
        _ => None,
    }
}

pub(super) fn trial(state: &State, place: &Place, at: Time) -> Trial {
    let Some(message) = state.messaging.at(place) else { return Trial::Impossible };
    let number = state.numbers.get(&place.number).filter(|number| number.deleted_at.is_none());
    let Some(number) = number else { return Trial::Refused(Failure::NumberNotFoundRemoved) };
    if !number.has_instance() {
        return Trial::Refused(Failure::LinkedWhatsappInstanceNotFound);
    }
    if !number.is_open() {
        return Trial::Impossible;
    }
    match outcome(message) {
        Some(MessageOutcome::Fails(failure)) => Trial::Refused(failure),
        Some(MessageOutcome::NeverAttempted) => Trial::Impossible,
        Some(MessageOutcome::KeepsFailing) => Trial::Unanswered,
        Some(_) => Trial::Taken,
        None => refusal(state, number, message, at).map_or(Trial::Taken, Trial::Refused),
    }
}

fn refusal(state: &State, number: &Number, message: &Message, at: Time) -> Option<Failure> {
    let destination = destination(state, number, &message.to);
    let content = || match &message.template {
        Some(name) => template(state, number, name),
        None => window(state, number, &message.to, at),
    };
    destination.or_else(content)
}

fn destination(state: &State, number: &Number, to: &Peer) -> Option<Failure> {
    let chest = state.messaging.of(&number.id);
    let wrote = || chest.conversation(to).is_some_and(|it| it.last_inbound_at.is_some());
    let reachable = match to {
        Peer::Phone(digits) => return phone(state, number, digits),
        // Usernames are Meta's; a web number knows only those who wrote to it.
        Peer::UserId(_) => number.is_meta() || wrote(),
        Peer::Group(id) => state.groups.get(&number.id, id).is_some() || wrote(),
        Peer::Channel(id) => state.channels.of(&number.id).iter().any(|channel| channel.id == *id) || wrote(),
    };
    (!reachable).then_some(Failure::InvalidDestination)
}

fn phone(state: &State, number: &Number, digits: &str) -> Option<Failure> {
    if number.digits == digits || crate::phone::other_spelling(digits).as_ref() == Some(&number.digits) {
        return Some(Failure::PilotSelfNumber);
    }
    state.numbers.directory().find(digits).is_none().then_some(Failure::WhatsappNotExist)
}

/// On Meta only approved templates get through (U-26).
fn template(state: &State, number: &Number, name: &str) -> Option<Failure> {
    match state.templates.find(number, name) {
        None => Some(Failure::TemplateVersionNotFound),
        Some(template) if !template.is_sendable() => Some(Failure::MetaTemplateNotApproved),
        Some(_) => None,
    }
}

/// On Meta free-form messages reach contacts only within 24 hours of their last message.
fn window(state: &State, number: &Number, to: &Peer, at: Time) -> Option<Failure> {
    if !number.is_meta() || !to.is_contact() {
        return None;
    }
    let chest = state.messaging.of(&number.id);
    chest.conversation(to).and_then(|it| it.last_inbound_at).map_or(Some(Failure::MetaNoConversation), |_| {
        (!chest.window_open(to, at)).then_some(Failure::MetaOutside24hWindow)
    })
}
