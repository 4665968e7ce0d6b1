//! Streamable HTTP, without sessions.
//!
//! `mcp` is the endpoint: the checks that every request passes, then `rmcp`, which speaks the protocol, or the short way of `direct` around it. What comes
//! back from `rmcp` without being JSON is made JSON by [`polish`].

pub mod credential;
mod direct;
pub mod guard;
mod held;
pub mod intake;
mod mcp;
mod plain;
pub mod polish;
mod problem;
pub(crate) mod serve;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Incoming;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tower::{Service, ServiceExt, service_fn};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::auth::{self, Authenticator, Challenge};
use crate::operation::{Drain, Readiness, RequestIds};
pub use crate::room::Room;
use crate::{Calls, Config, Handler, NAME, VERSION};
use guard::Guard;
pub use problem::Problem;

/// Path of the endpoint.
pub const MCP_PATH: &str = "/mcp";
/// Longest request body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What the routes need.
struct App {
    calls: Arc<Calls>,
    service: StreamableHttpService<Handler, NeverSessionManager>,
    authenticator: Arc<Authenticator>,
    challenge: Challenge,
    guard: Arc<Guard>,
    cors: CorsLayer,
    drain: Drain,
    body_timeout: Duration,
    room: Room,
}

/// All that is answered: `/mcp`, `/health`, `/ready`, and where to sign in if tokens are taken.
pub(crate) fn routes(
    calls: Arc<Calls>,
    authenticator: Arc<Authenticator>,
    config: &Config,
    guard: Guard,
    drain: Drain,
    readiness: Readiness,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
    let ids = calls.request_ids.clone();
    let oauth = config.oauth.as_ref();
    let guard = Arc::new(guard);
    let app = App {
        service: service(calls.clone()),
        room: Room::for_bodies(config.limits.body_bytes, calls.metrics.clone()),
        calls,
        authenticator,
        challenge: Challenge::new(oauth),
        cors: cors(guard.clone()),
        guard,
        drain,
        body_timeout: config.body_timeout,
    };
    let others = probes(readiness)
        .merge(auth::metadata_routes(oauth))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is /mcp, /health and /ready")
        })
        .method_not_allowed_fallback(async || method_not_allowed("GET"));
    let routes = Arc::new(Routes { ids, app, others });
    service_fn(move |request: Request<Incoming>| {
        let routes = routes.clone();
        async move { Ok(routes.answer(request.map(Body::new)).await) }
    })
}

/// What tells that the server is up, and that calls can succeed.
pub(crate) fn probes(readiness: Readiness) -> Router {
    let ready = async move || readiness.answer().await;
    Router::new().route("/health", get(health)).route("/ready", get(ready))
}

/// The endpoint goes without the router, which would put every future on its way in a box.
struct Routes {
    ids: RequestIds,
    app: App,
    others: Router,
}

impl Routes {
    async fn answer(&self, mut request: Request<Body>) -> Response {
        let id = self.ids.name(&mut request);
        let mut response = if request.uri().path() == MCP_PATH {
            self.app.answer(request).await
        } else {
            self.others.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        };
        id.repeat(&mut response);
        response
    }
}

fn service(calls: Arc<Calls>) -> StreamableHttpService<Handler, NeverSessionManager> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_BODY_BYTES)
        // Hosts and origins are the business of the guard, which stands before the check of the key.
        .disable_allowed_hosts();
    let handler = move || Ok(Handler::per_request(calls.clone()));
    StreamableHttpService::new(handler, Arc::new(NeverSessionManager::default()), config)
}

/// Lets pages of the allowed origins read answers.
fn cors(guard: Arc<Guard>) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &http::request::Parts| guard.allows_origin(origin);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            WWW_AUTHENTICATE,
            RETRY_AFTER,
            HeaderName::from_static("mcp-protocol-version"),
            HeaderName::from_static("x-request-id"),
        ])
}

fn method_not_allowed(allow: &'static str) -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", format!("use {allow}"));
    ([(ALLOW, allow)], problem).into_response()
}

async fn health() -> impl IntoResponse {
    axum::Json(serde_json::json!({ "status": "ok", "name": NAME, "version": VERSION }))
}
