//! The control API, `/_mock`: whatever steers the mock and looks behind it. One file per concern; what it does is on [`Mock`] and, typed, on
//! [`MockApi`](crate::MockApi), so that tests in Rust need no HTTP for it.

mod access;
mod clock;
mod counts;
mod document;
mod error;
mod faults;
mod handle;
mod input;
pub(crate) mod journal;
mod names;
mod oauth;
mod ops;
mod requests;
mod simulate;
mod snapshots;
mod webhooks;
mod worlds;

use std::sync::Arc;

use axum::extract::Request;
use axum::routing::any;
use axum::{Router, middleware};

pub(crate) use access::Access;
pub use clock::{ClockMode, ClockReading};
pub use counts::RequestCounts;
pub use error::ControlError;
pub use faults::{ArmedFault, Delay, Dribble, Fault, RateLimit, ResetAt, Truncate};
pub(crate) use faults::{Effects, Faults, Instead};
pub(crate) use journal::{CAPACITY, Journal};
pub use journal::{
    Count, Difference, NearMiss, RecordedRequest, Refusal, RequestFilter, Rule, Since, Verification,
};
pub use snapshots::SnapshotInfo;
pub(crate) use snapshots::Snapshots;

use crate::mock::Mock;

/// The router of the control API, from `/_mock` on.
pub(crate) fn router(mock: &Arc<Mock>) -> Router {
    let mut control = Router::new();
    for operation in ops::operations() {
        control = control.route(operation.path, operation.router);
    }
    let guard = middleware::from_fn_with_state(Arc::clone(mock), access::guard);
    let control = control
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(guard.clone())
        .with_state(Arc::clone(mock));
    // The one path below it that a nest does not take.
    let bare = Router::new().route("/_mock/", any(not_found)).layer(guard);
    bare.nest("/_mock", control)
}

async fn not_found(request: Request) -> ControlError {
    let asked = format!("{} /_mock{}", request.method(), request.uri().path());
    let near = journal::nearest(&asked, operation_names());
    let text = format!(
        "No such control operation. The nearest are {}; GET /_mock/openapi.json has them all",
        near.join(", ")
    );
    ControlError::new(404, "NOT_FOUND", text).with("nearest", near)
}

/// axum adds `Allow`.
async fn method_not_allowed(request: Request) -> ControlError {
    let asked = format!("{} /_mock{}", request.method(), request.uri().path());
    let near = journal::nearest(&asked, operation_names());
    let text = format!("Method not allowed. The nearest operations are {}", near.join(", "));
    ControlError::new(405, "METHOD_NOT_ALLOWED", text).with("nearest", near)
}

fn operation_names() -> impl Iterator<Item = String> {
    ops::operations().into_iter().map(|operation| format!("{} /_mock{}", operation.method, operation.path))
}
