//! The routes of `/v1`.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, any, on};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::call::Route;
use crate::error::{ApiError, Code};
use crate::mock::Mock;
use crate::serve::{refuse, serve};
use crate::{account, calls, channels, groups, media, messaging, numbers, templates, webhooks};

type Params = Result<RawPathParams, RawPathParamsRejection>;

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

/// The router of the API, under `/v1` and, alike, under `/api/v1` (U-01), and what is answered everywhere else.
pub(crate) fn router(mock: &Arc<Mock>) -> Router {
    let mut api = Router::new();
    for prefix in ["/v1", "/api/v1"] {
        for route in routes() {
            let filter = MethodFilter::try_from(route.method()).unwrap_or(MethodFilter::TRACE);
            api = api.route(&format!("{prefix}{}", route.path), on(filter, serving(mock, route)));
        }
        for family in NOT_MODELLED {
            let refuse = refusing(mock, not_modelled);
            api = api.route(&format!("{prefix}{family}"), any(refuse.clone()));
            api = api.route(&format!("{prefix}{family}/{{*rest}}"), any(refuse));
        }
    }
    let (unknown, other) = (refusing(mock, not_found), refusing(mock, method_not_allowed));
    api.fallback(unknown).method_not_allowed_fallback(other)
}

/// A handler of an operation.
fn serving(
    mock: &Arc<Mock>,
    route: &'static Route,
) -> impl Fn(Params, Request) -> BoxFuture<'static, Response> + Clone + Send + Sync + 'static {
    let mock = Arc::clone(mock);
    move |params, request| {
        let mock = Arc::clone(&mock);
        async move {
            match params {
                Ok(params) => serve(&mock, route, &params, request).await,
                // Not UTF-8 once decoded, so no id that there is.
                Err(_) => refuse(&mock, request, not_found()).await,
            }
        }
        .boxed()
    }
}

/// A handler that refuses every request alike.
fn refusing(
    mock: &Arc<Mock>,
    error: fn() -> ApiError,
) -> impl Fn(Request) -> BoxFuture<'static, Response> + Clone + Send + Sync + 'static {
    let mock = Arc::clone(mock);
    move |request| {
        let mock = Arc::clone(&mock);
        async move { refuse(&mock, request, error()).await }.boxed()
    }
}

fn not_modelled() -> ApiError {
    ApiError::new(
        Code::NotImplemented,
        "The mock does not model this operation; see the limits in its README",
    )
    .with("limits", "README.md#limits")
}

/// Unknown routes.
fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "Not found")
}

/// Known routes with another method; axum adds `Allow`.
fn method_not_allowed() -> ApiError {
    ApiError::new(Code::MethodNotAllowed, "Method not allowed")
}
