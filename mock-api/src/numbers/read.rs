//! Looking at numbers.

use fixtures::world::ConnectionState;
use serde::Serialize;

use super::upstream::Links;
use super::views::{Detail, ListItem};
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;
use crate::time::Time;

/// Which of a number's links is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhichLink {
    Primary,
    Secondary,
}

impl WhichLink {
    pub(super) fn read(call: &Call<'_>) -> Result<Self, ApiError> {
        let secondary = call.choice("link", &["primary", "secondary"])? == Some("secondary");
        Ok(if secondary { Self::Secondary } else { Self::Primary })
    }
}

/// `GET /v1/numbers`.
pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let numbers = state.numbers.of_tenant(&call.caller.tenant);
    let items: Vec<_> =
        numbers.map(|number| ListItem::new(number, state.account.key_of_number(&number.id))).collect();
    Reply::ok(&items)
}

/// `GET /v1/numbers/{id}`. What the mock knows is never stale, so `refresh` changes nothing.
pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.choice("refresh", &["1"])?;
    let number = state.numbers.active(&call.caller.tenant, call.param("id"));
    Reply::ok(&Detail::new(number.ok_or_else(ApiError::number_not_found)?, None))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    id: &'a str,
    state: ConnectionState,
    is_fully_connected: bool,
    stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_known_at: Option<Time>,
}

/// `GET /v1/numbers/{id}/status`: what the provider says, or what was known last while it says nothing.
pub(super) fn status(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let link = WhichLink::read(call)?;
    let number = state.numbers.active(&call.caller.tenant, call.param("id"));
    let number = number.ok_or_else(|| ApiError::without_code(404, "Number not found"))?;
    let (last_known_at, links) = (number.upstream.last_known()?, Links::of(number));
    Reply::ok(&Status {
        id: &number.id,
        state: links.state(link),
        is_fully_connected: links.all_open(),
        stale: last_known_at.is_some(),
        // Meta numbers are managed remotely: nothing is probed.
        checked_at: (!number.is_meta() && last_known_at.is_none()).then_some(call.now),
        last_known_at,
    })
}
