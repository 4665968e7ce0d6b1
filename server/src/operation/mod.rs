//! What an operator needs of a running server: whether it is ready, what it does, how it ends.

mod drain;
mod metrics;
mod observe;
mod ready;
mod request_id;
pub(crate) mod trace;

pub(crate) use drain::Drain;
pub use metrics::MetricsSettings;
pub(crate) use metrics::{Bound, Metrics};
pub(crate) use observe::Watched;
pub(crate) use ready::Readiness;
pub(crate) use request_id::{RequestId, RequestIds};
pub use trace::Telemetry;
