//! What refuses a well-formed send at once: the number, the plan, the provider, the template.

use fixtures::world::{Plan, TemplateCategory};
use serde_json::{Map, Value, json};

use super::model::Peer;
use super::request::{Mode, SendRequest};
use crate::call::Call;
use crate::error::{ApiError, Code};
use crate::numbers::Number;
use crate::state::State;
use crate::templates::Template;

/// What the checks found out on their way.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Name of the template.
    pub(super) template: Option<String>,
    /// The text as the chat shows it.
    pub(super) text: Option<String>,
    /// Whether a flow goes with it.
    pub(super) has_flow: bool,
}

pub(super) fn prepare(state: &State, call: &Call<'_>, request: &SendRequest) -> Result<Prepared, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    provider(number, request)?;
    base64(state, number, request)?;
    if number.extra_charge_unpaid_since.is_some() {
        return Err(ApiError::new(
            Code::NumberBlocked,
            "The number is blocked until its extra charge is paid",
        )
        .with("reason", "extra_charge_unpaid"));
    }
    let template_media = match &request.mode {
        Mode::Template { id, .. } => state.templates.find(number, id).is_some_and(Template::has_media),
        _ => false,
    };
    media(state, call, request, template_media)?;
    match &request.mode {
        Mode::Template { id, variables } => template(state, number, request, id, variables),
        Mode::Text { text, flow, .. } => {
            if *flow {
                flow_window(state, call, number, request)?;
            }
            Ok(Prepared { text: Some(text.clone()), has_flow: *flow, ..Prepared::default() })
        }
        Mode::Media { caption } => Ok(Prepared { text: caption.clone(), ..Prepared::default() }),
    }
}

/// Destinations that the provider does not reach (U-09).
fn provider(number: &Number, request: &SendRequest) -> Result<(), ApiError> {
    match request.to {
        Peer::Channel(_) if number.is_meta() => Err(ApiError::new(
            Code::NotSupportedForMeta,
            "Channels are not supported on Meta Cloud API numbers",
        )),
        Peer::Group(_) if number.is_meta() && !number.has_meta_groups() => Err(ApiError::new(
            Code::MetaGroupsNotEligible,
            "Groups need an approved Official Business Account with groups enabled",
        )),
        _ => Ok(()),
    }
}

/// Web numbers take media by URL only (U-28).
fn base64(state: &State, number: &Number, request: &SendRequest) -> Result<(), ApiError> {
    let is_base64 = request.media.as_ref().is_some_and(super::attachment::Media::is_base64);
    if is_base64 && !number.is_meta() && !state.settings.base64_on_web {
        return Err(ApiError::invalid("/media", "this number takes media by URL only"));
    }
    Ok(())
}

/// Media needs a paid plan.
fn media(
    state: &State,
    call: &Call<'_>,
    request: &SendRequest,
    template_media: bool,
) -> Result<(), ApiError> {
    let has_media = template_media
        || request.media.is_some()
        || matches!(request.mode, Mode::Text { has_media: true, .. });
    let plan = state.account.tenant(&call.caller.tenant).map(|tenant| tenant.plan);
    if has_media && plan == Some(Plan::Free) {
        return Err(ApiError::new(
            Code::SubscriptionRequiredForMedia,
            "Sending media needs a paid subscription",
        ));
    }
    Ok(())
}

/// Flows are Meta's, and only inside the 24-hour window, because Meta would drop them silently (U-28).
fn flow_window(
    state: &State,
    call: &Call<'_>,
    number: &Number,
    request: &SendRequest,
) -> Result<(), ApiError> {
    if !number.is_meta() {
        return Err(ApiError::new(
            Code::FeatureNotSupported,
            "Flows are only supported on Meta Cloud API numbers",
        ));
    }
    if !state.messaging.of(&number.id).window_open(&request.to, call.now) {
        return Err(ApiError::new(Code::FlowWindowClosed, "The 24-hour window with this contact is closed"));
    }
    Ok(())
}

fn template(
    state: &State,
    number: &Number,
    request: &SendRequest,
    id: &str,
    variables: &Map<String, Value>,
) -> Result<Prepared, ApiError> {
    let template = state
        .templates
        .find(number, id)
        .ok_or_else(|| ApiError::new(Code::TemplateNotFound, format!("No template {id} on this number")))?;
    check_variables(template, variables)?;
    if matches!(request.to, Peer::UserId(_)) && template.category == TemplateCategory::Otp {
        return Err(ApiError::invalid("/destinationNumber", "one-time codes need a phone number"));
    }
    Ok(Prepared {
        template: Some(template.name.clone()),
        text: Some(template.preview(variables)),
        has_flow: template.has_flow_button(),
    })
}

fn check_variables(template: &Template, variables: &Map<String, Value>) -> Result<(), ApiError> {
    let placeholders = template.placeholders();
    let missing: Vec<_> = placeholders.iter().filter(|name| !variables.contains_key(name.as_str())).collect();
    if !missing.is_empty() {
        return Err(ApiError::new(Code::MissingTemplateVariables, "Template variables are missing")
            .with("details", json!({ "missingKeys": missing })));
    }
    let invalid: Vec<_> = placeholders
        .iter()
        .filter_map(|name| {
            let reason = refused(variables.get(name)?)?;
            Some(json!({ "key": name, "reason": reason }))
        })
        .collect();
    if invalid.is_empty() {
        return Ok(());
    }
    Err(ApiError::new(
        Code::InvalidTemplateVariableValue,
        "Template variables have values that cannot be used",
    )
    .with("details", json!({ "invalidKeys": invalid })))
}

fn refused(value: &Value) -> Option<&'static str> {
    match value.as_str() {
        None => Some("must be a string"),
        Some(text) if text.trim().is_empty() => Some("must not be blank"),
        Some(_) => None,
    }
}
