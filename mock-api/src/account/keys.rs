//! API keys: one a number, and one for the whole account.

use serde::Serialize;

use super::model::{Key, KeyScope};
use crate::auth;
use crate::call::{Call, Credential, Reply};
use crate::error::{ApiError, Code};
use crate::state::State;
use crate::time::Time;

/// A number's key, shown whole: the mock stores every key so that it can.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Revealed<'a> {
    number_id: &'a str,
    number: &'a str,
    display_name: &'a str,
    key_id: &'a str,
    key_last4: &'a str,
    key: &'a str,
    revealable: bool,
}

/// `GET /v1/api-keys`: one row a number.
pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let numbers = state.numbers.of_tenant(&call.caller.tenant);
    let rows = numbers.filter_map(|number| {
        let key = state.account.key_of_number(&number.id)?;
        Some(Revealed {
            number_id: &number.id,
            number: &number.digits,
            display_name: &number.name,
            key_id: &key.id,
            key_last4: key.last4(),
            key: &key.raw,
            revealable: true,
        })
    });
    Reply::ok(&rows.collect::<Vec<_>>())
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Regenerated<'a> {
    number_id: &'a str,
    key_id: &'a str,
    key_prefix: &'a str,
    key_last4: &'a str,
    key: &'a str,
    created_at: Time,
}

/// `POST /v1/api-keys`: another key for a number.
pub(super) fn regenerate_number(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = call.read(|fields| fields.required("whatsappNumberId").map(str::to_owned))?;
    state.numbers.active(&call.caller.tenant, &number).ok_or_else(ApiError::number_not_found)?;
    match state.account.key_of_number(&number).map(|key| key.id.clone()) {
        Some(old) => drop(state.account.rotate(&old, &mut state.ids, call.now)),
        None => {
            state.account.insert(Key::of_number(&mut state.ids, &call.caller.tenant, &number, call.now));
        }
    }
    let key = state.account.key_of_number(&number).ok_or_else(ApiError::number_not_found)?;
    Reply::created(&Regenerated {
        number_id: &number,
        key_id: &key.id,
        key_prefix: key.prefix(),
        key_last4: key.last4(),
        key: &key.raw,
        created_at: key.created_at,
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rotated<'a> {
    id: &'a str,
    name: &'a str,
    key: &'a str,
    key_prefix: &'a str,
    key_last4: &'a str,
    scope: &'static str,
    whatsapp_number_id: Option<&'a str>,
    created_at: Time,
}

/// `POST /v1/api-keys/regenerate`: another key in the place of the one that calls; for a token, of the account-wide one (inferred).
pub(super) fn regenerate_calling(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let gone = || ApiError::new(Code::Unauthorized, "Invalid API key");
    let calling = match call.caller.credential {
        Credential::Key => call.caller.key.clone(),
        // Documented as 403; its code is inferred.
        Credential::Numbers(_) => return Err(auth::needs_whole_account()),
        Credential::WholeTenant => {
            state.account.key_of_tenant(&call.caller.tenant).map(|key| key.id.clone()).ok_or_else(gone)?
        }
    };
    let key = state.account.rotate(&calling, &mut state.ids, call.now).ok_or_else(gone)?;
    Reply::created(&Rotated {
        id: &key.id,
        name: &key.name,
        key: &key.raw,
        key_prefix: key.prefix(),
        key_last4: key.last4(),
        scope: match key.scope {
            KeyScope::Number => "number",
            KeyScope::Tenant => "tenant",
        },
        whatsapp_number_id: key.number.as_deref(),
        created_at: key.created_at,
    })
}
