//! What the hosted connect page looks like for a tenant's customers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tenant;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::state::State;

const COMPANY_NAME_MAX: usize = 60;
const SUBTITLE_MAX: usize = 120;

/// Branding as it is saved and shown; what was never set is null (U-39).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Branding {
    company_name: Option<String>,
    primary_color: Option<String>,
    hide_pilot_status_branding: bool,
    logo_url: Option<String>,
    background_color: Option<String>,
    subtitle: Option<String>,
    support_url: Option<String>,
    default_redirect_url: Option<String>,
}

impl Branding {
    /// From a world; one that does not fit is as good as none.
    pub(super) fn load(saved: &Map<String, Value>) -> Self {
        serde_json::from_value(Value::Object(saved.clone())).unwrap_or_default()
    }
}

/// A change: fields left out stay, null clears.
#[derive(Debug)]
pub(crate) struct BrandingPatch {
    company_name: Option<Option<String>>,
    primary_color: Option<Option<String>>,
    hide_pilot_status_branding: Option<bool>,
    logo_url: Option<Option<String>>,
    background_color: Option<Option<String>>,
    subtitle: Option<Option<String>>,
    support_url: Option<Option<String>>,
    default_redirect_url: Option<Option<String>>,
}

impl BrandingPatch {
    pub(crate) fn read(fields: &Fields<'_>) -> Self {
        let text = |key, max| fields.nullable(key, |fields| fields.at_most(key, max).map(str::to_owned));
        let checked = |key, expected, fits: fn(&str) -> bool| {
            fields.nullable(key, |_| fitting(fields, key, expected, fits))
        };
        let url = |key| checked(key, "must be an https URL", crate::link::is_https);
        let color = |key| checked(key, "must be a color as #RRGGBB", is_color);
        Self {
            company_name: text("companyName", COMPANY_NAME_MAX),
            primary_color: color("primaryColor"),
            hide_pilot_status_branding: fields.boolean("hidePilotStatusBranding"),
            logo_url: url("logoUrl"),
            background_color: color("backgroundColor"),
            subtitle: text("subtitle", SUBTITLE_MAX),
            support_url: url("supportUrl"),
            default_redirect_url: url("defaultRedirectUrl"),
        }
    }

    pub(crate) fn apply(self, branding: &mut Branding) {
        let set = |place: &mut Option<String>, value: Option<Option<String>>| {
            if let Some(value) = value {
                *place = value;
            }
        };
        set(&mut branding.company_name, self.company_name);
        set(&mut branding.primary_color, self.primary_color);
        set(&mut branding.logo_url, self.logo_url);
        set(&mut branding.background_color, self.background_color);
        set(&mut branding.subtitle, self.subtitle);
        set(&mut branding.support_url, self.support_url);
        set(&mut branding.default_redirect_url, self.default_redirect_url);
        branding.hide_pilot_status_branding =
            self.hide_pilot_status_branding.unwrap_or(branding.hide_pilot_status_branding);
    }
}

fn fitting(fields: &Fields<'_>, key: &'static str, expected: &str, fits: fn(&str) -> bool) -> Option<String> {
    let text = fields.text(key)?;
    if !fits(text) {
        fields.issue(key, expected);
        return None;
    }
    Some(text.to_owned())
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    branding: &'a Branding,
}

/// `GET /v1/branding`.
pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    Reply::ok(&Answer { branding: &tenant(state, call)?.branding })
}

/// `PUT /v1/branding`.
pub(super) fn upsert(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let patch = call.read(|fields| Some(BrandingPatch::read(fields)))?;
    let tenant = tenant(state, call)?;
    patch.apply(&mut tenant.branding);
    Reply::ok(&Answer { branding: &tenant.branding })
}
