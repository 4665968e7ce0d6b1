//! Groups of a number: who is in them, who runs them, how to join.
//!
//! All of it works on web numbers, and on Meta numbers that are an approved Official Business Account (U-09).

mod manage;
mod participants;
mod store;

pub(crate) use store::{Group, Groups};

use crate::call::{Call, Route, Scope};
use crate::error::{ApiError, Code};
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/groups", Scope::Number, manage::list),
    Route::new("POST", "/groups", Scope::Number, manage::create),
    Route::new("GET", "/groups/{groupId}", Scope::Number, manage::info),
    Route::new("POST", "/groups/{groupId}/participants", Scope::Number, participants::add),
    Route::new("DELETE", "/groups/{groupId}/participants", Scope::Number, participants::remove),
    Route::new("POST", "/groups/{groupId}/participants/promote", Scope::Number, participants::promote),
    Route::new("POST", "/groups/{groupId}/participants/demote", Scope::Number, participants::demote),
    Route::new("GET", "/groups/{groupId}/invite", Scope::Number, manage::invite),
    Route::new("POST", "/groups/{groupId}/pin", Scope::Number, manage::pin),
];

/// Refuses Meta numbers without groups; goes before everything that looks at the body.
fn eligible(state: &State, call: &Call<'_>) -> Result<(), ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    if number.is_meta() && !number.has_meta_groups() {
        return Err(ApiError::new(
            Code::MetaGroupsNotEligible,
            "Groups need an approved Official Business Account with groups enabled",
        ));
    }
    Ok(())
}

/// The group of the path, to work on it: the number must be connected, and the group one of its own. A number that is not connected cannot tell which
/// groups it is in, so that comes first.
fn open_group<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut Group, ApiError> {
    let unknown = || ApiError::new(Code::GroupNotFound, "Group not found");
    state.numbers.require_open(call.number())?;
    state.groups.get_mut(call.number(), call.param("groupId")).ok_or_else(unknown)
}
