//! `GET` and `PUT /v1/calls/settings`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::hours;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;

/// Messages a day that a number's tier must allow before Meta lets it have calls (138015).
const LEAST_DAILY_LIMIT: u32 = 2_000;

const SWITCH: [&str; 2] = ["ENABLED", "DISABLED"];

/// The most entries of either list in `call_hours`; far above what a week and its holidays need.
const MAX_HOURS: usize = 100;

/// Meta's settings object, in Meta's own spelling.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CallSettings {
    status: String,
    call_icon_visibility: String,
    callback_permission_status: String,
    call_hours: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voicemail: Option<Map<String, Value>>,
}

impl CallSettings {
    /// What a number comes with.
    pub(super) fn of(number: &Number) -> Self {
        let enabled = number.meta.as_ref().is_some_and(|meta| meta.calling);
        Self {
            status: if enabled { "ENABLED" } else { "DISABLED" }.to_owned(),
            call_icon_visibility: "DEFAULT".to_owned(),
            callback_permission_status: "ENABLED".to_owned(),
            call_hours: Map::from_iter([("status".to_owned(), json!("DISABLED"))]),
            voicemail: None,
        }
    }

    /// Whether the number makes and takes calls.
    pub(super) fn is_enabled(&self) -> bool {
        self.status == "ENABLED"
    }

    /// Whether its hours let contacts call at `now`.
    pub(super) fn is_open(&self, now: Time) -> bool {
        hours::are_open(&self.call_hours, now)
    }

    fn apply(&mut self, patch: Patch) {
        let Patch { status, call_icon_visibility, callback_permission_status, call_hours, voicemail } = patch;
        let set = |place: &mut String, value: Option<&str>| {
            if let Some(value) = value {
                value.clone_into(place);
            }
        };
        set(&mut self.status, status);
        set(&mut self.call_icon_visibility, call_icon_visibility);
        set(&mut self.callback_permission_status, callback_permission_status);
        // Replaced whole, never merged.
        if let Some(call_hours) = call_hours {
            self.call_hours = call_hours;
        }
        self.voicemail = voicemail.or_else(|| self.voicemail.take());
    }
}

/// What to change.
#[derive(Debug)]
struct Patch {
    status: Option<&'static str>,
    call_icon_visibility: Option<&'static str>,
    callback_permission_status: Option<&'static str>,
    call_hours: Option<Map<String, Value>>,
    voicemail: Option<Map<String, Value>>,
}

impl Patch {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        if fields.has("sip") {
            fields.issue("sip", "cannot be set");
        }
        let call_hours = fields.map("call_hours");
        if let Some(hours) = call_hours {
            check_hours(&fields.stand_in("call_hours", hours));
        }
        Some(Self {
            status: fields.one_of("status", &SWITCH),
            call_icon_visibility: fields.one_of("call_icon_visibility", &["DEFAULT", "DISABLE_ALL"]),
            callback_permission_status: fields.one_of("callback_permission_status", &SWITCH),
            call_hours: call_hours.cloned(),
            voicemail: fields.map("voicemail").cloned(),
        })
    }
}

/// The parts of Meta's object that Meta describes; it may hold others.
fn check_hours(hours: &Fields<'_>) {
    hours.one_of("status", &SWITCH);
    hours.text("timezone_id");
    for day in hours.objects("weekly_operating_hours", 0, MAX_HOURS).unwrap_or_default() {
        for key in ["day_of_week", "open_time", "close_time"] {
            day.text(key);
        }
    }
    for holiday in hours.objects("holiday_schedule", 0, MAX_HOURS).unwrap_or_default() {
        for key in ["date", "start_time", "end_time"] {
            holiday.text(key);
        }
    }
}

#[derive(Debug, Serialize)]
struct Wrapped {
    calling: CallSettings,
}

#[derive(Debug, Serialize)]
struct Done {
    success: bool,
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    Reply::ok(&Wrapped { calling: state.calls.settings(number) })
}

pub(super) fn update(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let patch = call.read(Patch::read)?;
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let too_small = number.meta.as_ref().is_some_and(|meta| meta.daily_limit < LEAST_DAILY_LIMIT);
    if patch.status == Some("ENABLED") && too_small {
        let text = "Calls need a messaging tier of at least 2,000 messages a day";
        return Err(ApiError::new(Code::MetaCallingNotEligible, text));
    }
    let mut settings = state.calls.settings(number);
    settings.apply(patch);
    state.calls.set_settings(call.number(), settings);
    Reply::ok(&Done { success: true })
}
