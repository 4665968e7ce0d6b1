//! Connecting and losing the connection, at the provider's side.

use fixtures::world::ConnectionState;
use jiff::SignedDuration;

use super::events::{Becomes, emit_becoming};
use super::read::WhichLink;
use super::{Due, Number, charge};
use crate::schedule;
use crate::state::State;
use crate::time::Time;

/// How long after a drop the health check looks; a connection that is back by then was never reported lost.
const HEALTH_CHECK: SignedDuration = SignedDuration::from_mins(1);

/// A link's code was scanned, or Meta has the number ready.
pub(super) fn connected(state: &mut State, id: &str, link: WhichLink, now: Time) {
    let Some(number) = state.numbers.get_mut(id) else { return };
    let was_open = number.is_open();
    match link {
        WhichLink::Primary if was_open => return,
        WhichLink::Primary => {
            number.state = ConnectionState::Open;
            number.connected_at = Some(now);
            number.dropped_at = None;
        }
        WhichLink::Secondary => {
            number.secondary = Some(ConnectionState::Open);
            number.secondary_connected_at = Some(now);
        }
    }
    number.updated_at = now;
    number.upstream.heard(now);
    if link == WhichLink::Secondary {
        return;
    }
    if let Some(pairing) = number.pairing.clone() {
        state.numbers.use_up(&pairing);
    }
    emit_becoming(state, id, Becomes::Connected, now);
    crate::messaging::try_waiting(state, id, now);
    charge::connected(state, id, now);
}

/// The connection of a link broke.
pub(super) fn dropped(state: &mut State, id: &str, link: WhichLink, now: Time) {
    let Some(number) = state.numbers.get_mut(id) else { return };
    number.updated_at = now;
    number.upstream.heard(now);
    if link == WhichLink::Secondary {
        number.secondary = number.secondary.map(|_| ConnectionState::Close);
        number.secondary_connected_at = None;
        return;
    }
    let was_open = number.is_open();
    let dropped_at = if was_open { Some(now) } else { number.dropped_at };
    number.close();
    number.dropped_at = dropped_at;
    if was_open {
        let due = Due::HealthCheck { number: id.to_owned(), dropped_at: now };
        state.schedule.at(now.plus(HEALTH_CHECK), schedule::Due::Numbers(due));
    }
}

/// Reports a connection that is still lost; one that was lost anew since is another check's business.
pub(super) fn health_check(state: &mut State, id: &str, dropped_at: Time, at: Time) {
    let lost = |number: &Number| number.deleted_at.is_none() && number.dropped_at == Some(dropped_at);
    let Some(number) = state.numbers.get_mut(id).filter(|number| lost(number)) else { return };
    number.dropped_at = None;
    emit_becoming(state, id, Becomes::Disconnected, at);
}
