//! `POST /messages/typing`.

use serde::Serialize;

use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;

#[derive(Debug, Serialize)]
struct Shown {
    success: bool,
}

pub(super) fn typing(_: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.read(|fields| {
        let to = fields.required("destinationNumber")?;
        if !crate::phone::is_user_id(to) && crate::phone::digits(to).is_none() {
            fields.issue(
                "destinationNumber",
                "must be a phone number of 8 to 15 digits or a user id such as BR.123",
            );
        }
        Some(())
    })?;
    Reply::ok(&Shown { success: true })
}
