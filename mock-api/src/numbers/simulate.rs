//! What happens to numbers on the provider's side.

use super::connection;
use super::read::WhichLink;
use super::upstream::Upstream;
use super::views::Detail;
use crate::call::{Call, Reply, Route, Scope};
use crate::error::ApiError;
use crate::state::State;

pub(crate) const SIMULATIONS: &[Route] = &[Route::new("POST", "/simulate/number", Scope::Public, number)];

const EVENTS: [&str; 9] = [
    "connect",
    "disconnect",
    "provider_ok",
    "provider_silent",
    "provider_timeout",
    "provider_error",
    "provider_missing",
    "provider_lost_instance",
    "unlink_key",
];

/// A code is scanned, a connection breaks, the provider stops answering, in one of the ways that there are answers for, until it is well again, or the
/// number's key is bound to no number any more.
fn number(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (id, event, link) = call.read(|fields| {
        fields.require("event");
        let (id, event) = (fields.required("numberId"), fields.one_of("event", &EVENTS));
        let secondary = fields.one_of("link", &["primary", "secondary"]) == Some("secondary");
        let link = if secondary { WhichLink::Secondary } else { WhichLink::Primary };
        Some((id?.to_owned(), event?, link))
    })?;
    let number = state.numbers.present(&id)?;
    if link == WhichLink::Secondary && number.secondary.is_none() {
        return Err(ApiError::invalid("/link", "the number has one link"));
    }
    if event.starts_with("provider") && number.is_meta() {
        return Err(ApiError::invalid("/event", "Meta Cloud API numbers are not probed"));
    }
    match event {
        "connect" => connection::connected(state, &id, link, call.now),
        "disconnect" => connection::dropped(state, &id, link, call.now),
        // Keys without a number are left over from older times; there is no other way to one.
        "unlink_key" => state.account.unlink_number(&id),
        _ => set_upstream(state, &id, event, call),
    }
    Reply::ok(&Detail::new(state.numbers.present(&id)?, None))
}

fn set_upstream(state: &mut State, id: &str, event: &str, call: &Call<'_>) {
    let Some(number) = state.numbers.get_mut(id) else { return };
    number.upstream = match event {
        // Silent already: nothing more is known than then.
        "provider_silent" if matches!(number.upstream, Upstream::Silent { .. }) => return,
        "provider_silent" => Upstream::Silent { since: call.now },
        "provider_timeout" => Upstream::TimesOut,
        "provider_error" => Upstream::Fails,
        "provider_missing" => Upstream::Missing,
        "provider_lost_instance" => Upstream::NoInstance,
        _ => Upstream::Answers,
    };
    if !number.has_instance() {
        // What waits for the number waits in vain.
        crate::messaging::try_waiting(state, id, call.now);
    }
}
