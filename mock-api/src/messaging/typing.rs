//! `POST /messages/typing`.

use serde::Serialize;

use super::destination;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;

#[derive(Debug, Serialize)]
struct Shown {
    success: bool,
}

/// On Meta it marks what the contact wrote as read too.
pub(super) fn typing(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let to = call.read(|fields| {
        fields.require("destinationNumber");
        destination::contact(fields, "destinationNumber")
    })?;
    if state.numbers.get(call.number()).is_some_and(crate::numbers::Number::is_meta) {
        let chest = state.messaging.of_mut(call.number());
        if let Some(conversation) = chest.index_of(&to) {
            chest.mark_read(conversation, call.now);
        }
    }
    Reply::ok(&Shown { success: true })
}
