//! `DELETE /messages/cancel`: takes scheduled messages back (U-07).

use serde::Serialize;

use super::chest::Chest;
use super::model::MessageStatus;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;
use crate::time::Time;

#[derive(Debug, Default, Serialize)]
struct Cancelled {
    cancelled: Vec<String>,
    failed: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    id: String,
    reason: &'static str,
}

pub(super) fn cancel(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids: Vec<String> = call.read(|fields| {
        fields.require("messageIds");
        let ids = fields.texts("messageIds", 1, 100)?;
        Some(ids.into_iter().map(str::to_owned).collect())
    })?;
    let chest = state.messaging.of_mut(call.number());
    let mut answer = Cancelled::default();
    for id in ids {
        match cancel_one(chest, &id, call.now) {
            Ok(()) => answer.cancelled.push(id),
            Err(reason) => answer.failed.push(Refused { id, reason }),
        }
    }
    Reply::ok(&answer)
}

fn cancel_one(chest: &mut Chest, id: &str, now: Time) -> Result<(), &'static str> {
    let index = chest.position(id).ok_or("NOT_FOUND")?;
    let message = chest.messages.get(index).ok_or("NOT_FOUND")?;
    let scheduled = message.deliver_at.is_some_and(|at| at > now);
    match message.status {
        MessageStatus::Queued if scheduled => {
            chest.set_status(index, MessageStatus::Canceled);
            Ok(())
        }
        MessageStatus::Queued => Err("NOT_SCHEDULED"),
        MessageStatus::Failed if message.sent_at.is_none() => Err("NOT_SCHEDULED"),
        MessageStatus::Canceled => Err("ALREADY_CANCELED"),
        _ => Err("ALREADY_SENT"),
    }
}
