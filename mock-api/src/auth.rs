//! Key or token, scope, number, provider: the checks before a request's input is looked at, in this order (U-03).

use fixtures::world::Engine;
use http::HeaderMap;

use crate::call::{Caller, Credential, Only, Route, Scope};
use crate::error::{ApiError, Code};
use crate::oauth::{Holder, Issuer, bearer};
use crate::state::State;
use crate::time::Time;

/// What a request shows of its caller, with what it takes to judge it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) issuer: &'a Issuer,
    pub(crate) now: Time,
}

impl Shown<'_> {
    /// The number that the caller means.
    fn number(&self) -> Option<&str> {
        self.headers.get("x-whatsapp-number-id").and_then(|value| value.to_str().ok())
    }
}

/// Lets the caller through to the route, or says why not.
pub(crate) fn authorize(state: &State, route: &Route, shown: Shown<'_>) -> Result<Caller, ApiError> {
    if route.scope == Scope::Public {
        return Ok(Caller::nobody());
    }
    let mut caller = authenticate(state, shown)?;
    match &caller.credential {
        Credential::Numbers(granted) => {
            caller.number = granted_number(state, route, shown.number(), &caller.tenant, granted)?;
        }
        Credential::Key | Credential::WholeTenant => scope(state, route, shown.number(), &mut caller)?,
    }
    provider(state, route, &caller)?;
    Ok(caller)
}

/// Whose key it is, and the number that it is used for, whether it may be or not.
pub(crate) fn identify(state: &State, shown: Shown<'_>) -> Option<Caller> {
    let mut caller = authenticate(state, shown).ok()?;
    if !caller.number_scoped {
        caller.number = shown.number().map(str::to_owned);
    }
    Some(caller)
}

fn unauthorized(error: &str) -> ApiError {
    ApiError::new(Code::Unauthorized, error)
}

/// The key that the headers name (U-22), or the token that they carry.
fn authenticate(state: &State, shown: Shown<'_>) -> Result<Caller, ApiError> {
    let text = |name: &str| shown.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let has_key = text("x-api-key").or_else(|| text("x-api-key-id")).is_some();
    match bearer(shown.headers) {
        Some(_) if has_key => Err(unauthorized("Send an API key or a token, not both")),
        Some(token) => by_token(state, shown, token),
        None => by_key(state, text),
    }
}

fn by_token(state: &State, shown: Shown<'_>, token: &str) -> Result<Caller, ApiError> {
    let holder = Holder::of(state, shown.issuer, token, shown.now);
    // It may be expired, taken back, for another audience or made up: that is nobody's business but its owner's.
    let holder = holder.ok_or_else(|| unauthorized("Invalid token"))?;
    Ok(Caller {
        key: holder.client.to_owned(),
        tenant: holder.tenant.to_owned(),
        number: None,
        number_scoped: false,
        credential: holder.numbers.map_or(Credential::WholeTenant, |it| Credential::Numbers(it.to_vec())),
    })
}

fn by_key<'a>(state: &State, text: impl Fn(&str) -> Option<&'a str>) -> Result<Caller, ApiError> {
    let by_raw = text("x-api-key").map(|raw| state.account.key_by_raw(raw));
    let by_id = text("x-api-key-id").map(|id| state.account.key_by_id(id));
    let key = match (by_raw, by_id) {
        (None, None) => return Err(unauthorized("Missing API key: send it in the header x-api-key")),
        (Some(Some(a)), Some(Some(b))) if a.id != b.id => {
            return Err(unauthorized("x-api-key and x-api-key-id name different keys"));
        }
        (Some(None), _) | (_, Some(None)) => return Err(unauthorized("Invalid API key")),
        (Some(Some(key)), _) | (None, Some(Some(key))) => key,
    };
    Ok(Caller {
        key: key.id.clone(),
        tenant: key.tenant.clone(),
        number: key.number.clone(),
        number_scoped: key.scope_is_number(),
        credential: Credential::Key,
    })
}

/// The number that a token for chosen numbers acts on (U-25); none where the operation has to look for it in the body.
fn granted_number(
    state: &State,
    route: &Route,
    named: Option<&str>,
    tenant: &str,
    granted: &[String],
) -> Result<Option<String>, ApiError> {
    let id = match (route.scope, named, granted) {
        (Scope::Tenant, ..) => return Err(needs_whole_account()),
        (_, Some(named), _) => granted.iter().find(|id| *id == named).ok_or_else(not_in_grant)?,
        (_, None, [only]) => only,
        (Scope::Number, None, _) => return Err(number_required()),
        (Scope::Either | Scope::Public, None, _) => return Ok(None),
    };
    state.numbers.active(tenant, id).ok_or_else(ApiError::number_not_found)?;
    Ok(Some(id.clone()))
}

/// 403: the token is for some numbers only.
pub(crate) fn needs_whole_account() -> ApiError {
    ApiError::new(
        Code::NumberScopeNotAllowed,
        "This operation needs access to the whole account; this token is for chosen numbers",
    )
}

/// 403: the token is for other numbers.
pub(crate) fn not_in_grant() -> ApiError {
    ApiError::new(Code::NumberNotInGrant, "The token does not cover this number")
}

/// 400: the token is for several numbers.
pub(crate) fn number_required() -> ApiError {
    ApiError::new(Code::NumberRequired, "The token covers several numbers: name one in x-whatsapp-number-id")
}

fn scope(state: &State, route: &Route, named: Option<&str>, caller: &mut Caller) -> Result<(), ApiError> {
    if caller.number_scoped {
        return match (route.scope, &caller.number) {
            (Scope::Tenant, _) => Err(ApiError::new(
                Code::NumberScopeNotAllowed,
                "This operation needs the account-wide key; this key belongs to one number",
            )),
            (Scope::Number, None) => Err(unlinked(route)),
            _ => Ok(()),
        };
    }
    if route.scope == Scope::Tenant {
        return Ok(());
    }
    match named {
        Some(id) if state.numbers.active(&caller.tenant, id).is_some() => caller.number = Some(id.to_owned()),
        Some(_) => return Err(ApiError::number_not_found()),
        None if route.scope == Scope::Number => {
            return Err(ApiError::new(
                Code::TenantScopeNotAllowed,
                "This operation works on one number: use the number's key, or name the number in x-whatsapp-number-id",
            ));
        }
        None => {}
    }
    Ok(())
}

/// A key that is bound to no number (U-29); analytics has a code of its own (U-30).
fn unlinked(route: &Route) -> ApiError {
    if route.path.starts_with("/analytics") {
        return ApiError::new(Code::NumberNotLinked, "The key is not linked to a number");
    }
    ApiError::number_not_found().with_status(400)
}

fn provider(state: &State, route: &Route, caller: &Caller) -> Result<(), ApiError> {
    let Some(number) = caller.number.as_deref().and_then(|id| state.numbers.get(id)) else { return Ok(()) };
    let web_calling = state.settings.web_calling && number.engine == Engine::EvoGo;
    let is_meta = number.engine == Engine::Meta;
    let supported = match route.only {
        Only::Any => true,
        Only::Meta => is_meta,
        Only::MetaOrWebCalling => is_meta || web_calling,
        Only::WebCalling => web_calling,
        Only::Web if is_meta => {
            return Err(ApiError::new(Code::NotSupportedForMeta, "Not supported on Meta Cloud API numbers"));
        }
        Only::Web => true,
    };
    if supported {
        return Ok(());
    }
    Err(ApiError::new(Code::FeatureNotSupported, unsupported(route, is_meta, web_calling)))
}

/// The text for numbers that have no calls is documented; the others are ours.
fn unsupported(route: &Route, is_meta: bool, web_calling: bool) -> &'static str {
    match route.only {
        Only::WebCalling if is_meta => "Only supported on Pilot Status (web) numbers",
        _ if route.path.starts_with("/calls") && !web_calling => {
            "Calling is only supported for Meta Cloud API and Pilot Status (web) numbers."
        }
        _ => "Only supported on Meta Cloud API numbers",
    }
}
