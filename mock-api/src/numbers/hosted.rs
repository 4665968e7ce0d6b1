//! The routes behind a remote pairing link; the token in the path is all they ask for.

use fixtures::world::ConnectionState;
use serde::Serialize;

use super::Number;
use super::connect::issue_code;
use super::qr::PairingCode;
use super::read::WhichLink;
use super::views;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    valid: bool,
    #[serde(flatten)]
    number: Option<InfoNumber<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InfoNumber<'a> {
    name: &'a str,
    number: &'a str,
    masked_number: String,
    state: ConnectionState,
    primary_link: views::Link,
    secondary_link: Option<views::Link>,
}

/// `GET /v1/remote-pairing/{token}`.
pub(super) fn info(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.unused_pairing(call.param("token"))?.map(|number| InfoNumber {
        name: &number.name,
        number: &number.digits,
        masked_number: crate::phone::masked(&number.digits),
        state: number.state,
        primary_link: views::Link::primary(number),
        secondary_link: views::Link::secondary(number),
    });
    Reply::ok(&Info { valid: true, number })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    state: ConnectionState,
    is_fully_connected: bool,
    primary_link: views::Link,
    secondary_link: Option<views::Link>,
}

/// `GET /v1/remote-pairing/{token}/status`. A Meta link whose number is not chosen yet is not connected.
pub(super) fn status(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.pairing(call.param("token"))?;
    Reply::ok(&Status {
        state: number.map_or(ConnectionState::Close, |number| number.state),
        is_fully_connected: number.is_some_and(Number::is_fully_connected),
        primary_link: number.map_or_else(views::Link::closed, views::Link::primary),
        secondary_link: number.and_then(views::Link::secondary),
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Issued<'a> {
    #[serde(flatten)]
    code: &'a PairingCode,
    secondary_link: Option<&'a PairingCode>,
}

/// `POST /v1/remote-pairing/{token}/connect`.
pub(super) fn connect(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let no_code = || ApiError::new(Code::NotSupportedForMeta, "A Meta link is completed on Meta's own page");
    let token = call.param("token");
    let number = state.numbers.pairing(token)?.ok_or_else(no_code)?;
    let (id, is_open) = (number.id.clone(), number.is_open());
    if !is_open {
        state.numbers.unused_pairing(token)?;
    }
    let number = state.numbers.get_mut(&id).ok_or_else(ApiError::number_not_found)?;
    let code = issue_code(number, WhichLink::Primary, &mut state.ids, call.now)?;
    Reply::ok(&Issued { code: &code, secondary_link: None })
}
