//! The mock's authorization server, under `/oauth`: OAuth 2.1 for clients that come through the MCP server, and tokens that the API takes beside keys.
//!
//! The reference knows that there is a login, a consent to the whole tenant or to chosen numbers, and what a grant for numbers is refused (U-25). All else
//! here (paths, lifetimes, scope, claims) is inferred and follows the RFCs.
//!
//! Reading order: `issuer` (who it says it is), `store` with `client` and `grant` (what it keeps), `authorize`, `consent` and `page` (the way of a user),
//! `token` with `refresh` and `exchange` (the way of a client), `keys` (signing), `introspect` and `revoke`, `bearer` (what the API makes of a token).

mod authorize;
mod bearer;
mod client;
mod consent;
mod credentials;
mod csrf;
mod document;
mod error;
mod exchange;
mod fingerprint;
mod form;
mod grant;
mod introspect;
mod issuer;
mod keys;
mod page;
mod redirect;
mod refresh;
mod register;
mod revoke;
mod scope;
mod store;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::routing::{get, post};

pub(crate) use bearer::{Holder, bearer};
pub(crate) use document::Documents;
pub(crate) use issuer::Issuer;
pub(crate) use store::Oauth;

use crate::mock::Mock;
use crate::time::Time;
use error::OauthError;

/// How long a code can be redeemed, in seconds.
const CODE_LIFETIME: i64 = 60;
/// How long an access token is good, in seconds.
const ACCESS_LIFETIME: i64 = 10 * 60;
/// How long a refresh token is good, in seconds; each one that replaces another begins anew.
const REFRESH_LIFETIME: i64 = 30 * 24 * 60 * 60;
/// How long a key is published after another one took its place, in seconds; no token that it signed lives longer.
const RETIRED_KEY_LIFETIME: i64 = 60 * 60;
/// The largest body that is read.
const MAX_BODY: usize = 64 * 1024;

/// The router, from `/oauth` on, with the metadata at both of its well-known addresses.
pub(crate) fn router(mock: &Arc<Mock>) -> Router {
    let server = Router::new()
        .route("/.well-known/oauth-authorization-server", get(issuer::metadata))
        .route("/jwks", get(keys::publish))
        .route("/register", post(register::register))
        .route("/authorize", get(consent::show).post(consent::decide))
        .route("/style.css", get(page::style))
        .route("/token", post(token::token))
        .route("/introspect", post(introspect::introspect))
        .route("/revoke", post(revoke::revoke))
        .fallback(|| async { OauthError::new(404, "not_found", "There is no such endpoint") })
        .method_not_allowed_fallback(|| async {
            OauthError::new(405, "method_not_allowed", "The endpoint takes another method")
        });
    Router::new()
        .route("/.well-known/oauth-authorization-server/oauth", get(issuer::metadata))
        .nest("/oauth", server)
        .with_state(Arc::clone(mock))
}

type Shared = State<Arc<Mock>>;

/// Seconds since the epoch, as tokens count them.
fn seconds(time: Time) -> i64 {
    time.timestamp().as_second()
}

/// A request with its body.
async fn read(request: Request) -> Result<(Parts, Bytes), OauthError> {
    let (parts, body) = request.into_parts();
    let too_large = |_| OauthError::new(413, "invalid_request", "The body is larger than 64 KiB");
    Ok((parts, axum::body::to_bytes(body, MAX_BODY).await.map_err(too_large)?))
}
