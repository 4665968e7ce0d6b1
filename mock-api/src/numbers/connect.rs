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
    refuse_meta(number)?;
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

fn refuse_meta(number: &Number) -> Result<(), ApiError> {
    let text = "Meta Cloud API numbers are not paired with a code";
    if number.is_meta() { Err(ApiError::new(Code::NotSupportedForMeta, text)) } else { Ok(()) }
}

/// `GET /v1/numbers/{id}/connect`. Only [`upgrade_to_dual`] makes a second link; the code for a number without one is inferred.
pub(super) fn connect(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    refuse_meta(number)?;
    let link = WhichLink::read(call)?;
    if link == WhichLink::Secondary && number.secondary.is_none() {
        let text = "The number has one link; POST /v1/numbers/{id}/upgrade-to-dual gives it another";
        return Err(ApiError::new(Code::FeatureNotSupported, text));
    }
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
