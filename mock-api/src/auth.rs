//! Key, scope, number, provider: the checks before a request's input is looked at, in this order (U-03).

use fixtures::world::Engine;
use http::HeaderMap;

use crate::call::{Caller, Only, Route, Scope};
use crate::error::{ApiError, Code};
use crate::state::State;

/// Lets the caller through to the route, or says why not.
pub(crate) fn authorize(state: &State, route: &Route, headers: &HeaderMap) -> Result<Caller, ApiError> {
    if route.scope == Scope::Public {
        return Ok(Caller { key: String::new(), tenant: String::new(), number: None, number_scoped: false });
    }
    let mut caller = authenticate(state, headers)?;
    scope(state, route, headers, &mut caller)?;
    provider(state, route, &caller)?;
    Ok(caller)
}

/// Whose key it is, and the number that it is used for, whether it may be or not.
pub(crate) fn identify(state: &State, headers: &HeaderMap) -> Option<Caller> {
    let mut caller = authenticate(state, headers).ok()?;
    if !caller.number_scoped {
        let named = headers.get("x-whatsapp-number-id").and_then(|value| value.to_str().ok());
        caller.number = named.map(str::to_owned);
    }
    Some(caller)
}

fn unauthorized(error: &str) -> ApiError {
    ApiError::new(Code::Unauthorized, error)
}

/// The key that the headers name (U-22).
fn authenticate(state: &State, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
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
    })
}

fn scope(state: &State, route: &Route, headers: &HeaderMap, caller: &mut Caller) -> Result<(), ApiError> {
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
    let named = headers.get("x-whatsapp-number-id").and_then(|value| value.to_str().ok());
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
