//! Connecting: a code is issued and the number waits for it to be scanned.

use fixtures::world::ConnectionState;
use serde::Serialize;

use super::Number;
use super::qr::PairingCode;
use super::read::WhichLink;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::ids::Ids;
use crate::state::State;
use crate::time::Time;

/// Issues a code for a link, unless it is connected or has no use for one.
pub(super) fn issue_code(
    number: &mut Number,
    link: WhichLink,
    ids: &mut Ids,
    now: Time,
) -> Result<PairingCode, ApiError> {
    if number.is_meta() {
        return Err(ApiError::new(
            Code::NotSupportedForMeta,
            "Meta Cloud API numbers are not paired with a code",
        ));
    }
    let open = match link {
        WhichLink::Primary => number.is_open(),
        WhichLink::Secondary => number.secondary == Some(ConnectionState::Open),
    };
    if open {
        return Err(ApiError::new(Code::AlreadyConnected, "Already connected"));
    }
    match link {
        WhichLink::Primary => number.state = ConnectionState::Connecting,
        WhichLink::Secondary => number.secondary = Some(ConnectionState::Connecting),
    }
    number.updated_at = now;
    Ok(PairingCode::new(ids))
}

/// `GET /v1/numbers/{id}/connect`.
pub(super) fn connect(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let link = WhichLink::read(call)?;
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    Reply::ok(&issue_code(number, link, &mut state.ids, call.now)?)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Upgraded {
    secondary_link: PairingCode,
}

/// `POST /v1/numbers/{id}/upgrade-to-dual`.
pub(super) fn upgrade_to_dual(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    let secondary_link = issue_code(number, WhichLink::Secondary, &mut state.ids, call.now)?;
    Reply::ok(&Upgraded { secondary_link })
}
