//! The pages that users see: plain HTML that needs no script. Askama escapes whatever is put into a template.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use fixtures::world::ConnectionState;
use http::{HeaderValue, StatusCode, header};
use url::Url;

use super::authorize::Asked;
use super::error::OauthError;
use crate::numbers::Number;

/// A number that can be chosen.
#[derive(Debug)]
pub(super) struct NumberRow {
    id: String,
    name: String,
    phone: String,
    kind: &'static str,
    is_open: bool,
}

impl NumberRow {
    pub(super) fn new(number: &Number) -> Self {
        Self {
            id: number.id.clone(),
            name: number.name.clone(),
            phone: format!("+{}", number.digits),
            kind: if number.is_meta() { "Meta" } else { "web" },
            is_open: number.state == ConnectionState::Open,
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    client: &'a str,
    /// Each with the query that picks it.
    tenants: Vec<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    client: &'a str,
    client_id: &'a str,
    /// Whom the answer goes to.
    destination: &'a str,
    audience: &'a str,
    tenant: &'a str,
    numbers: Vec<NumberRow>,
    query: &'a str,
    without_tenant: String,
    csrf: &'a str,
    /// Whether it was posted with no number chosen.
    again: bool,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    code: &'a str,
    description: &'a str,
}

/// The page on which a tenant is picked.
pub(super) fn sign_in<'a>(asked: &Asked, query: &str, tenants: impl Iterator<Item = &'a str>) -> Response {
    let pick = |tenant: &'a str| (tenant, with_hint(query, Some(tenant)));
    let page = SignIn { client: &asked.client.name, tenants: tenants.map(pick).collect() };
    render(StatusCode::OK, &page, "'none'")
}

/// The query with another tenant, or with none.
fn with_hint(query: &str, tenant: Option<&str>) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "login_hint");
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .extend_pairs(tenant.map(|tenant| ("login_hint", tenant)))
        .finish()
}

/// The page on which a user allows something.
pub(super) fn consent(
    asked: &Asked,
    tenant: &str,
    query: &str,
    numbers: Vec<NumberRow>,
    csrf: &str,
    again: bool,
) -> Response {
    let redirect = Url::parse(&asked.back.redirect_uri).ok();
    let page = Consent {
        client: &asked.client.name,
        client_id: &asked.client_id,
        destination: redirect.as_ref().and_then(Url::host_str).unwrap_or(&asked.back.redirect_uri),
        audience: &asked.audience,
        tenant,
        numbers,
        query,
        without_tenant: with_hint(query, None),
        csrf,
        again,
    };
    let status = if again { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    render(status, &page, &form_action(redirect.as_ref()))
}

/// Browsers hold the redirect after a form against this too, so the client's address stands here.
fn form_action(redirect: Option<&Url>) -> String {
    // An IPv6 address cannot be written here.
    let is_writable = |url: &Url| url.host_str().is_some_and(|host| !host.contains(':'));
    match redirect {
        Some(url) if matches!(url.scheme(), "http" | "https") && is_writable(url) => {
            format!("'self' {}", url.origin().ascii_serialization())
        }
        Some(url) => format!("'self' {}:", url.scheme()),
        None => "'self'".to_owned(),
    }
}

/// A page that says what is wrong, for when there is no client to say it to.
pub(super) fn problem(error: &OauthError) -> Response {
    let page = Problem { code: error.code, description: &error.description };
    render(error.status(), &page, "'none'")
}

fn render(status: StatusCode, page: &impl Template, form_action: &str) -> Response {
    // Only a formatter that fails could fail here, and a string does not.
    let text = page.render().unwrap_or_default();
    let mut response = (status, Html(text)).into_response();
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action {form_action}; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let strict = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).unwrap_or(strict));
    response
}

/// `GET /oauth/style.css`.
pub(super) async fn style() -> Response {
    let kind =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (kind, include_str!("../../templates/style.css")).into_response()
}
