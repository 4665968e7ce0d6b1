//! Channels ("newsletters") that numbers can post to. They are WhatsApp's own; the API only lists them.

use fixtures::World;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Only, Reply, Route, Scope};
use crate::error::ApiError;
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[Route::new("GET", "/newsletters", Scope::Number, list).only(Only::Web)];

/// A channel, as the list shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The channels of each number.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Channels {
    by_number: IndexMap<String, Vec<Channel>>,
}

impl Channels {
    pub(crate) fn load(world: &World) -> Self {
        let mut channels = Self::default();
        for channel in &world.channels {
            let of_number = channels.by_number.entry(channel.number.clone()).or_default();
            of_number.push(Channel { id: channel.id.clone(), name: channel.name.clone() });
        }
        channels
    }

    /// The channels that a number can post to.
    pub(crate) fn of(&self, number: &str) -> &[Channel] {
        self.by_number.get(number).map_or(&[], Vec::as_slice)
    }

    /// Takes the channels of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_number.extend(other.by_number);
    }

    /// Forgets a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.by_number.swap_remove(number);
    }
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    newsletters: &'a [Channel],
}

/// `GET /v1/newsletters`.
fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    state.numbers.require_open(call.number())?;
    Reply::ok(&Answer { newsletters: state.channels.of(call.number()) })
}
