//! New numbers, and the one key that each gets.

use fixtures::world::{ConnectionState, Engine, MetaNumber, PiiMode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::events::{Becomes, emit_becoming};
use super::qr::PairingCode;
use super::read::WhichLink;
use super::settings;
use super::upstream::Upstream;
use super::views::Instance;
use super::{Number, Numbers, connection};
use crate::account::Key;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::state::State;

/// Fewest digits of a web number (U-32).
pub(super) const MIN_DIGITS: usize = 10;
/// Fewest digits of a Meta number (U-32).
const MIN_META_DIGITS: usize = 8;
/// What Meta lets a new number send in a day.
const META_DAILY_LIMIT: u32 = 250;

/// What a number is made from.
#[derive(Debug)]
pub(super) struct NewNumber {
    pub(super) name: String,
    pub(super) digits: String,
    pub(super) engine: Engine,
    pub(super) state: ConnectionState,
    pub(super) settings: Map<String, Value>,
    pub(super) meta: Option<MetaNumber>,
}

/// Adds a number of the caller's tenant, with its key.
pub(super) fn add(state: &mut State, call: &Call<'_>, new: NewNumber) -> Result<String, ApiError> {
    let tenant = &call.caller.tenant;
    refuse_taken(&state.numbers, tenant, &new.digits)?;
    let id = state.ids.id("num", call.now);
    state.numbers.insert(Number {
        id: id.clone(),
        tenant: tenant.clone(),
        engine: new.engine,
        digits: new.digits,
        name: new.name,
        state: new.state,
        connected_at: None,
        dropped_at: None,
        secondary: None,
        secondary_connected_at: None,
        meta: new.meta,
        pii_mode: PiiMode::default(),
        pii_retention_days: None,
        settings: new.settings,
        extra_charge_unpaid_since: None,
        has_slot: false,
        upstream: Upstream::default(),
        pairing: None,
        created_at: call.now,
        updated_at: call.now,
        deleted_at: None,
    });
    state.account.insert(Key::of_number(&mut state.ids, tenant, &id, call.now));
    emit_becoming(state, &id, Becomes::Created, call.now);
    Ok(id)
}

/// One number per phone and tenant; a soft-deleted one still holds its phone. The code for an active one is inferred.
fn refuse_taken(numbers: &Numbers, tenant: &str, digits: &str) -> Result<(), ApiError> {
    match numbers.with_phone(tenant, digits) {
        None => Ok(()),
        Some(number) if number.deleted_at.is_some() => Err(ApiError::new(
            Code::NumberSoftDeleted,
            "This phone belongs to a deleted number: restore or purge that one first",
        )),
        Some(_) => Err(ApiError::new(Code::NumberAlreadyActive, "This phone already has a number")),
    }
}

/// The phone of a new number, with at least so many digits.
pub(super) fn read_digits(fields: &Fields<'_>, least: usize) -> Option<String> {
    fields.require("number");
    let digits = fields.phone("number")?;
    if digits.len() < least {
        fields.issue("number", format!("must have at least {least} digits"));
        return None;
    }
    Some(digits)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    instance: Instance<'a>,
    #[serde(flatten)]
    code: PairingCode,
    primary_link: PairingCode,
    secondary_link: Option<PairingCode>,
    // Always null under a tenant key, the only one that may create (U-31).
    linked_api_key_id: Option<&'static str>,
}

/// `POST /v1/numbers`: a web number, waiting for its code to be scanned.
pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let new = call.read(|fields| {
        let name = fields.required("name");
        let digits = read_digits(fields, MIN_DIGITS);
        fields.boolean("linkToApiKey");
        let settings = fields.object("settings").map(|fields| settings::read(&fields)).unwrap_or_default();
        let (name, digits) = (name?.to_owned(), digits?);
        Some(NewNumber {
            name,
            digits,
            engine: Engine::EvoGo,
            state: ConnectionState::Connecting,
            settings,
            meta: None,
        })
    })?;
    let id = add(state, call, new)?;
    let code = PairingCode::new(&mut state.ids);
    let number = state.numbers.get(&id).ok_or_else(ApiError::number_not_found)?;
    Reply::created(&Created {
        instance: Instance::new(number),
        code: code.clone(),
        primary_link: code,
        secondary_link: None,
        linked_api_key_id: None,
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatedMeta<'a> {
    instance: Instance<'a>,
    webhook_url: String,
    verify_token: String,
}

/// `POST /v1/numbers/meta`: a Cloud API number with the caller's own credentials, which are not kept. Only `name`, `number` and `metaPhoneId` are known
/// names; the others are inferred and optional.
pub(super) fn create_meta(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let new = call.read(|fields| {
        let name = fields.required("name");
        let digits = read_digits(fields, MIN_META_DIGITS);
        let phone_id = fields.required("metaPhoneId");
        let (waba, other) = (fields.filled("metaWabaId"), fields.filled("wabaId"));
        fields.text("accessToken");
        let (name, digits, phone_id) = (name?.to_owned(), digits?, phone_id?.to_owned());
        let waba_id = waba.or(other).map_or_else(|| format!("waba_{phone_id}"), str::to_owned);
        Some(NewNumber {
            name,
            digits,
            engine: Engine::Meta,
            state: ConnectionState::Close,
            settings: Map::new(),
            meta: Some(MetaNumber {
                phone_id,
                waba_id,
                official_business_account: false,
                calling: false,
                daily_limit: META_DAILY_LIMIT,
            }),
        })
    })?;
    let id = add(state, call, new)?;
    // Its credentials are all it needs. Calling would be switched on by itself, were a new number's tier not too small for it.
    connection::connected(state, &id, WhichLink::Primary, call.now);
    let verify_token = state.ids.hex(32);
    let number = state.numbers.get(&id).ok_or_else(ApiError::number_not_found)?;
    Reply::created(&CreatedMeta {
        instance: Instance::new(number),
        webhook_url: format!("https://pilotstatus.com.br/webhooks/meta/{id}"),
        verify_token,
    })
}
