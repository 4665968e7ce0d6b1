//! Changing what a number keeps and how it behaves.

use fixtures::world::PiiMode;
use serde_json::{Map, Value};

use super::settings::{self, SettingsSync};
use super::views::Detail;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::state::State;

const MODES: [(&str, PiiMode); 3] = [
    ("RELAY_ONLY", PiiMode::RelayOnly),
    ("STORE_X_DAYS", PiiMode::StoreXDays),
    ("STORE_INDEFINITE", PiiMode::StoreIndefinite),
];
const MAX_RETENTION_DAYS: u16 = 3650;

#[derive(Debug)]
struct Patch {
    mode: Option<PiiMode>,
    days: Option<u16>,
    settings: Option<Map<String, Value>>,
}

/// `PATCH /v1/numbers/{id}`.
pub(super) fn update(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let patch = call.read(read)?;
    if patch.mode.is_none() && patch.days.is_none() && patch.settings.is_none() {
        return Err(ApiError::new(Code::EmptyPatch, "The body changes nothing"));
    }
    let number = state.numbers.active_mut(&call.caller.tenant, call.param("id"))?;
    number.pii_mode = patch.mode.unwrap_or(number.pii_mode);
    let days = patch.days.or(number.pii_retention_days);
    // Days belong to one mode; they are dropped in the others.
    number.pii_retention_days = days.filter(|_| number.pii_mode == PiiMode::StoreXDays);
    let sync = patch.settings.and_then(|settings| {
        let sync = SettingsSync::of(number, &settings);
        settings::apply(number, settings);
        sync
    });
    number.updated_at = call.now;
    Reply::ok(&Detail::new(number, sync))
}

fn read(fields: &Fields<'_>) -> Option<Patch> {
    let name = fields.one_of("piiMode", &MODES.map(|(name, _)| name));
    let mode = MODES.iter().find(|(mode, _)| Some(*mode) == name).map(|(_, mode)| *mode);
    let days = fields.integer("piiRetentionDays").and_then(|days| {
        let days = u16::try_from(days).ok().filter(|days| (1..=MAX_RETENTION_DAYS).contains(days));
        if days.is_none() {
            fields.issue("piiRetentionDays", format!("must be between 1 and {MAX_RETENTION_DAYS}"));
        }
        days
    });
    if mode == Some(PiiMode::StoreXDays) {
        fields.require("piiRetentionDays");
    }
    let settings = fields.object("settings").map(|fields| settings::read(&fields));
    Some(Patch { mode, days, settings })
}
