//! Groups of a number: who is in them, who runs them, how to join.
//!
//! All of it works on web numbers, and on Meta numbers that are an approved Official Business Account (U-09).

mod manage;
mod participants;
mod store;

pub(crate) use store::{Group, Groups};

use serde::{Deserialize, Serialize};

use crate::call::{Call, Route, Scope};
use crate::error::{ApiError, Code};
use crate::state::State;
use crate::tenants::Leaving;
use crate::time::Time;

/// What falls due in this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A message is pinned no longer.
    PinEnds {
        /// The number.
        number: String,
        /// The group.
        group: String,
        /// The message.
        message: String,
    },
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        let Self::PinEnds { number, .. } = self;
        leaving.numbers.contains(number)
    }
}

/// A message that was pinned again since stays.
pub(crate) fn fall_due(state: &mut State, due: Due, at: Time) {
    let Due::PinEnds { number, group, message } = due;
    if let Some(group) = state.groups.get_mut(&number, &group)
        && group.pins.get(&message).is_some_and(|end| *end <= at)
    {
        group.pins.shift_remove(&message);
    }
}

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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn pins_end_unless_they_were_renewed() {
        let start: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        let mut state = State::load(&fixtures::World::demo().unwrap(), 0, start);
        let (number, group) = ("num_web", "120363000000000001@g.us");
        let (first, second) =
            (start.plus(SignedDuration::from_hours(24)), start.plus(SignedDuration::from_hours(48)));
        state.groups.get_mut(number, group).unwrap().pins.insert("cm_1".to_owned(), second);
        let due = || Due::PinEnds { number: number.into(), group: group.into(), message: "cm_1".into() };
        fall_due(&mut state, due(), first);
        assert_eq!(state.groups.get_mut(number, group).unwrap().pins.len(), 1);
        fall_due(&mut state, due(), second);
        assert_eq!(state.groups.get_mut(number, group).unwrap().pins.len(), 0);
    }
}
