//! The routes of `/v1`, and the way of a request through them: key, scope, number, provider, body, handler.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{HeaderMap, header, request::Parts};
use serde_json::json;

use crate::auth::authorize;
use crate::call::{Call, RawBody, Route};
use crate::error::{ApiError, Code};
use crate::mock::Mock;
use crate::{account, calls, channels, groups, media, messaging, numbers, templates, webhooks};

/// The largest body that is read.
pub(crate) const MAX_BODY: usize = 8 * 1024 * 1024;

/// The families that are not modelled yet: 501 and a pointer to the limits list.
const NOT_MODELLED: [&str; 9] = [
    "/embed/sessions",
    "/flows",
    "/leads",
    "/lead-pages",
    "/referrals",
    "/ads",
    "/phone-lines",
    "/projects",
    "/meta-embedded",
];

/// Every operation of the nine areas.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    [
        messaging::ROUTES,
        webhooks::ROUTES,
        groups::ROUTES,
        channels::ROUTES,
        numbers::ROUTES,
        templates::ROUTES,
        calls::ROUTES,
        account::ROUTES,
        media::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// The router of the API, under `/v1` and, alike, under `/api/v1` (U-01).
pub(crate) fn router(mock: &Arc<Mock>) -> Router {
    let mut api = Router::new();
    for route in routes() {
        let mock = Arc::clone(mock);
        let serve = move |params: Result<RawPathParams, RawPathParamsRejection>, request: Request| async move {
            match params {
                Ok(params) => serve(&mock, route, &params, request).await,
                // Not UTF-8 once decoded, so no id that there is.
                Err(_) => not_found().await.into_response(),
            }
        };
        let filter = MethodFilter::try_from(route.method()).unwrap_or(MethodFilter::TRACE);
        api = api.route(route.path, on(filter, serve));
    }
    for family in NOT_MODELLED {
        api = api.route(family, axum::routing::any(not_modelled));
        api = api.route(&format!("{family}/{{*rest}}"), axum::routing::any(not_modelled));
    }
    Router::new().nest("/v1", api.clone()).nest("/api/v1", api)
}

async fn not_modelled() -> ApiError {
    ApiError::new(
        Code::NotImplemented,
        "The mock does not model this operation; see the limits in its README",
    )
    .with("limits", "README.md#limits")
}

/// Unknown routes.
pub(crate) async fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "Not found")
}

/// Known routes with another method; axum adds `Allow`.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::new(Code::MethodNotAllowed, "Method not allowed")
}

async fn serve(mock: &Mock, route: &Route, params: &RawPathParams, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = read_body(&parts.headers, body).await;
    let path: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    answer(mock, route, &parts, &path, &body).unwrap_or_else(IntoResponse::into_response)
}

/// Everything that happens under the lock.
fn answer(
    mock: &Mock,
    route: &Route,
    parts: &Parts,
    path: &[(String, String)],
    body: &RawBody,
) -> Result<Response, ApiError> {
    let query = parse_query(parts.uri.query().unwrap_or_default());
    let now = mock.clock.now();
    let mut state = crate::lock(&mock.state);
    state.settle(now);
    let caller = authorize(&state, route, &parts.headers)?;
    let call = Call { caller, now, strict: mock.strict, headers: &parts.headers, path, query: &query, body };
    (route.handler)(&mut state, &call).map(IntoResponse::into_response)
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

async fn read_body(headers: &HeaderMap, body: Body) -> RawBody {
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BODY).await else { return RawBody::TooLarge };
    if bytes.is_empty() { RawBody::Empty } else { parse_body(headers, &bytes) }
}

fn parse_body(headers: &HeaderMap, bytes: &Bytes) -> RawBody {
    if let Some(value) = headers.get(header::CONTENT_TYPE)
        && !is_json(value.to_str().unwrap_or_default())
    {
        return RawBody::Malformed("send the body as JSON, with content-type: application/json".to_owned());
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => RawBody::Json(value),
        Err(error) => RawBody::Malformed(format!("the body is not JSON: {error}")),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// `GET /_mock/health`.
pub(crate) async fn health() -> axum::Json<serde_json::Value> {
    axum::Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}
