//! Streamable HTTP, without sessions.
//!
//! `rmcp` speaks the protocol. What stands in front of it, in this order: [`guard`] (Host and Origin), the method, [`credential`] (who calls), [`intake`] (media
//! types, size, JSON-RPC framing). What comes back without being JSON is made JSON by [`polish`].

pub mod credential;
pub mod guard;
pub mod intake;
pub mod polish;
mod problem;
mod room;
pub(crate) mod serve;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get};
use http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use rmcp::model::ErrorCode;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::auth::{self, Authenticator, Challenge};
use crate::jsonrpc::Rejection;
use crate::operation::{self, Drain, Readiness};
use crate::{Calls, Config, Handler, NAME, VERSION, selection};
use guard::Guard;
pub use problem::Problem;
pub use room::Room;

/// Longest request body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone)]
struct App {
    calls: Arc<Calls>,
    service: StreamableHttpService<Handler, NeverSessionManager>,
    authenticator: Arc<Authenticator>,
    challenge: Arc<Challenge>,
    body_timeout: Duration,
    room: Room,
}

/// The routes: `/mcp`, `/health`, `/ready`, and where to sign in if tokens are taken.
pub(crate) fn router(
    calls: Arc<Calls>,
    authenticator: Arc<Authenticator>,
    config: &Config,
    guard: Guard,
    drain: Drain,
) -> Router {
    let ids = calls.request_ids.clone();
    let readiness = Readiness::new(calls.clone(), drain.clone());
    let oauth = config.oauth.as_ref();
    let app = App {
        service: service(calls.clone()),
        room: Room::new(config.limits.body_bytes, calls.metrics.clone()),
        calls,
        authenticator,
        challenge: Arc::new(Challenge::new(oauth)),
        body_timeout: config.body_timeout,
    };
    let guard = Arc::new(guard);
    let mcp: MethodRouter<App> = any(mcp).layer(from_fn_with_state(drain, operation::admit));
    let mcp = mcp.layer(cors(guard.clone())).layer(from_fn_with_state(guard, guard::check));
    Router::new()
        .route("/mcp", mcp)
        .route("/health", get(health))
        .route("/ready", get(async move || readiness.answer().await))
        .merge(auth::metadata_routes(oauth))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is /mcp, /health and /ready")
        })
        .method_not_allowed_fallback(async || method_not_allowed("GET"))
        .layer(from_fn_with_state(ids, operation::name_request))
        .with_state(app)
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

async fn mcp(State(app): State<App>, request: Request) -> Response {
    match admit(request, &app).await {
        Ok(intake::Taken { request, id, room: _room }) => {
            polish::response(app.service.handle(request).await.map(Body::new), id).await
        }
        Err(refusal) => refusal,
    }
}

/// Everything that is checked before `rmcp`; on the way the credential in the headers becomes the [`Caller`](crate::Caller) in the extensions, and the
/// selection a filter.
async fn admit(mut request: Request, app: &App) -> Result<intake::Taken, Response> {
    if request.method() != Method::POST {
        return Err(method_not_allowed("POST"));
    }
    let refuse = |refusal| app.challenge.respond(refusal);
    let credential = credential::take(request.headers_mut()).map_err(refuse)?;
    let credential = credential.ok_or_else(|| refuse(app.authenticator.nobody()))?;
    let caller = app.authenticator.authenticate(credential).await.map_err(refuse)?;
    request.extensions_mut().insert(caller);
    let mut taken = intake::read(request, app.body_timeout, &app.room).await?;
    let asked =
        selection::from_headers(taken.request.headers(), &app.calls.table).map_err(|(header, error)| {
            let reason = format!("{header}: {error}");
            intake::refuse(&Rejection::new(ErrorCode::INVALID_PARAMS, reason, taken.id.clone()))
        })?;
    if let Some(filter) = asked {
        taken.request.extensions_mut().insert(filter);
    }
    Ok(taken)
}

fn method_not_allowed(allow: &'static str) -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", format!("use {allow}"));
    ([(ALLOW, allow)], problem).into_response()
}

async fn health() -> impl IntoResponse {
    axum::Json(serde_json::json!({ "status": "ok", "name": NAME, "version": VERSION }))
}
