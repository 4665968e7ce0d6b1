//! Who is in a group, and who runs it.

use fixtures::world::Role;
use serde::Serialize;

use super::manage::MAX_PARTICIPANTS;
use super::store::Group;
use super::{eligible, open_group};
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    group_id: &'a str,
    results: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    participant: String,
    status: Status,
}

/// What became of one participant of a request (U-10).
#[derive(Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Ok,
    NotInGroup,
    AlreadyInGroup,
    NotOnWhatsapp,
}

/// `POST /v1/groups/{groupId}/participants`.
pub(super) fn add(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    change(state, call, |group, phone| match phone {
        None => Status::NotOnWhatsapp,
        Some(phone) if group.participants.contains_key(&phone) => Status::AlreadyInGroup,
        Some(phone) => {
            group.participants.insert(phone, Role::Member);
            Status::Ok
        }
    })
}

/// `DELETE /v1/groups/{groupId}/participants`.
pub(super) fn remove(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    change(state, call, |group, phone| {
        let removed = phone.and_then(|phone| group.participants.shift_remove(&phone));
        if removed.is_some() { Status::Ok } else { Status::NotInGroup }
    })
}

/// `POST /v1/groups/{groupId}/participants/promote`. Whoever created the group stays above the other admins.
pub(super) fn promote(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    change(state, call, |group, phone| {
        set_role(group, phone, |role| if role == Role::SuperAdmin { role } else { Role::Admin })
    })
}

/// `POST /v1/groups/{groupId}/participants/demote`.
pub(super) fn demote(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    change(state, call, |group, phone| set_role(group, phone, |_| Role::Member))
}

fn set_role(group: &mut Group, phone: Option<String>, role: impl FnOnce(Role) -> Role) -> Status {
    match phone.and_then(|phone| group.participants.get_mut(&phone)) {
        Some(present) => {
            *present = role(*present);
            Status::Ok
        }
        None => Status::NotInGroup,
    }
}

/// Applies a change to each participant of the request in turn, by the phone that WhatsApp has for it.
fn change(
    state: &mut State,
    call: &Call<'_>,
    mut apply: impl FnMut(&mut Group, Option<String>) -> Status,
) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    let asked = call.read(|fields| {
        fields.require("participants");
        fields.phones("participants", 1, MAX_PARTICIPANTS)
    })?;
    let registered: Vec<_> =
        asked.iter().map(|phone| state.numbers.directory().find(phone).map(|found| found.digits)).collect();
    let group = open_group(state, call)?;
    let outcomes = asked.into_iter().zip(registered);
    let results =
        outcomes.map(|(participant, phone)| Outcome { participant, status: apply(group, phone) }).collect();
    Reply::ok(&Answer { group_id: &group.id, results })
}
