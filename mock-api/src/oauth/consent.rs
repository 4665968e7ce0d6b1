//! The user's side: who they are, and what they allow. There are no passwords: whoever sees the page picks a tenant.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use http::{HeaderValue, header};

use super::authorize::{self, Asked};
use super::error::OauthError;
use super::fingerprint::Fingerprint;
use super::form::Params;
use super::grant::{Code, Grant};
use super::page::{self, NumberRow};
use super::{CODE_LIFETIME, Shared, csrf, seconds};
use crate::mock::Mock;
use crate::state;

/// `GET /oauth/authorize`: the page.
pub(super) async fn show(State(mock): Shared, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    match authorize::read(&mock, query).await {
        Ok(asked) => show_page(&mock, &parts, &asked, false),
        Err(response) => response,
    }
}

/// `POST /oauth/authorize`: what the user decided, about the request in the query.
pub(super) async fn decide(State(mock): Shared, request: Request) -> Response {
    let (parts, body) = match super::read(request).await {
        Ok(read) => read,
        Err(error) => return page::problem(&error),
    };
    let asked = match authorize::read(&mock, parts.uri.query().unwrap_or_default()).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    match decided(&mock, &parts, &body, &asked) {
        Ok(Decision::Allowed(code)) => asked.back.with_code(&code),
        Ok(Decision::Denied) => {
            asked.back.with_error(&OauthError::new(400, "access_denied", "The user denied the request"))
        }
        Ok(Decision::NoNumbers) => show_page(&mock, &parts, &asked, true),
        Err(error) => page::problem(&error),
    }
}

/// What came of a posted form.
enum Decision {
    /// With the code for the client.
    Allowed(String),
    Denied,
    /// Chosen numbers were to be allowed, and none was chosen.
    NoNumbers,
}

/// What the user allowed.
enum Choice {
    Tenant,
    Numbers(Vec<String>),
}

/// The page; `again` when it was posted with no number chosen.
fn show_page(mock: &Mock, parts: &Parts, asked: &Asked, again: bool) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let mut state = crate::lock(&mock.state);
    let Some(tenant) = tenant(&state, asked) else {
        return page::sign_in(asked, query, state.account.tenants());
    };
    let numbers: Vec<_> = state.numbers.of_tenant(&tenant).map(NumberRow::new).collect();
    let kept = csrf::cookie(&parts.headers).map(str::to_owned);
    let cookie = kept.unwrap_or_else(|| state.ids.hex(csrf::DIGITS));
    let token = csrf::token(mock.seed, &cookie, query);
    let mut response = page::consent(asked, &tenant, query, numbers, &token, again);
    let header = csrf::set_cookie(&cookie, mock.issuer.is_https());
    if let Ok(header) = HeaderValue::try_from(header) {
        response.headers_mut().insert(header::SET_COOKIE, header);
    }
    response
}

/// The tenant that the user signed in as: the one that was picked, or the only one.
fn tenant(state: &state::State, asked: &Asked) -> Option<String> {
    let mut tenants = state.account.tenants();
    if let Some(picked) = &asked.tenant {
        return tenants.find(|id| *id == picked).map(str::to_owned);
    }
    let only = tenants.next()?;
    tenants.next().is_none().then(|| only.to_owned())
}

fn decided(mock: &Mock, parts: &Parts, body: &Bytes, asked: &Asked) -> Result<Decision, OauthError> {
    let form = Params::of_form(parts, body)?;
    let query = parts.uri.query().unwrap_or_default();
    let token = form.get("csrf")?.unwrap_or_default();
    if !csrf::cookie(&parts.headers).is_some_and(|cookie| csrf::fits(token, mock.seed, cookie, query)) {
        let text = "This form was not opened in this browser. Go back to the application and begin anew";
        return Err(OauthError::new(403, "invalid_request", text));
    }
    match form.required("decision")? {
        "deny" => return Ok(Decision::Denied),
        "approve" => {}
        _ => return Err(OauthError::request("decision must be approve or deny")),
    }
    let mut state = crate::lock(&mock.state);
    let Some(tenant) = tenant(&state, asked) else {
        return Err(OauthError::request("Sign in first: login_hint names no tenant"));
    };
    Ok(match choice(&state, &tenant, &form)? {
        Choice::Numbers(numbers) if numbers.is_empty() => Decision::NoNumbers,
        Choice::Numbers(numbers) => Decision::Allowed(allow(mock, &mut state, asked, tenant, Some(numbers))),
        Choice::Tenant => Decision::Allowed(allow(mock, &mut state, asked, tenant, None)),
    })
}

fn choice(state: &state::State, tenant: &str, form: &Params) -> Result<Choice, OauthError> {
    match form.required("access")? {
        "tenant" => Ok(Choice::Tenant),
        "numbers" => {
            let chosen: Vec<&str> = form.all("number_id").collect();
            if chosen.iter().any(|id| state.numbers.active(tenant, id).is_none()) {
                return Err(OauthError::request("number_id names a number that the tenant does not have"));
            }
            // In the tenant's order, each once.
            let numbers = state.numbers.of_tenant(tenant).map(|number| number.id.clone());
            Ok(Choice::Numbers(numbers.filter(|id| chosen.contains(&id.as_str())).collect()))
        }
        _ => Err(OauthError::request("access must be tenant or numbers")),
    }
}

/// Keeps what the user allowed. Answers the code.
fn allow(
    mock: &Mock,
    state: &mut state::State,
    asked: &Asked,
    tenant: String,
    numbers: Option<Vec<String>>,
) -> String {
    let code = format!("psc_{}_{}", state.oauth.next_grant(), state.ids.hex(48));
    let expires = seconds(mock.clock.now()) + CODE_LIFETIME;
    state.oauth.add_grant(Grant {
        client: asked.client_id.clone(),
        tenant,
        numbers,
        redirect_uri: asked.back.redirect_uri.clone(),
        challenge: asked.challenge.clone(),
        audience: asked.audience.clone(),
        refreshes: asked.client.refreshes,
        code: Code { secret: Fingerprint::of(&code), expires, is_used: false },
        family: None,
        refresh: None,
        access: std::collections::VecDeque::new(),
    });
    code
}
