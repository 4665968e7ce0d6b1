//! Counts and times for Prometheus. Labels are the tool, the status, the outcome, the reason: nothing that grows with the number of callers.

mod bounds;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::UpstreamError;
pub(crate) use bounds::Bound;
use bounds::Bounds;

/// Upper bounds of the buckets of times, in seconds.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How a scrape is answered.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where metrics are served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address of a listener of its own, for `/metrics`, and for `/health` and `/ready` beside the callers' connections; not served when there is none. Whoever
    /// reaches it may read, so it should be loopback or a network of the operator's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    tool: String,
    status: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ToolLabels {
    tool: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// The metrics of a server.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    calls: Family<CallLabels, Counter>,
    calls_in_flight: Gauge,
    call_times: Times<ToolLabels>,
    upstream_times: Times<OutcomeLabels>,
    bounds: Bounds,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("pilot_status_mcp");
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let calls = Family::default();
        let calls_in_flight = Gauge::default();
        let call_times = Times::new_with_constructor(histogram);
        let upstream_times = Times::new_with_constructor(histogram);
        registry.register("calls", "Calls of tools that have ended", calls.clone());
        registry.register("calls_in_flight", "Calls of tools under way", calls_in_flight.clone());
        registry.register_with_unit(
            "call_duration",
            "Time of calls of tools, to the result",
            Unit::Seconds,
            call_times.clone(),
        );
        registry.register_with_unit(
            "upstream_duration",
            "Time the API took, to the end of its answer",
            Unit::Seconds,
            upstream_times.clone(),
        );
        let bounds = Bounds::register(&mut registry);
        Self { registry: Arc::new(registry), calls, calls_in_flight, call_times, upstream_times, bounds }
    }
}

impl Metrics {
    pub(super) fn call_began(&self) {
        self.calls_in_flight.inc();
    }

    pub(super) fn call_ended(&self, tool: &str, status: Option<u16>, outcome: &'static str, took: Duration) {
        self.calls_in_flight.dec();
        let labels = CallLabels { tool: tool.to_owned(), status: class(status), outcome };
        self.calls.get_or_create(&labels).inc();
        self.call_times.get_or_create(&ToolLabels { tool: tool.to_owned() }).observe(took.as_secs_f64());
    }

    /// Takes the time of a request to the API.
    pub(crate) async fn upstream<T>(
        &self,
        request: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let began = Instant::now();
        let result = request.await;
        let outcome = match &result {
            Ok(_) | Err(UpstreamError::NoRoom | UpstreamError::Dropped) => "answered",
            Err(UpstreamError::Unreachable) => "unreachable",
            Err(UpstreamError::Timeout) => "timeout",
            Err(_) => "invalid",
        };
        let labels = OutcomeLabels { outcome };
        self.upstream_times.get_or_create(&labels).observe(began.elapsed().as_secs_f64());
        result
    }

    /// All of it, as OpenMetrics text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = String::new();
        if let Err(error) = text::encode(&mut page, &self.registry) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        page
    }

    /// The page that is scraped.
    pub(crate) fn router(self) -> Router {
        let page = async |State(metrics): State<Self>| {
            ([(CONTENT_TYPE, OPEN_METRICS)], metrics.to_text()).into_response()
        };
        Router::new().route("/metrics", get(page)).with_state(self)
    }
}

/// A status, as far as it is worth a time series of its own.
fn class(status: Option<u16>) -> &'static str {
    match status {
        None => "none",
        Some(200..=299) => "2xx",
        Some(400) => "400",
        Some(401) => "401",
        Some(402) => "402",
        Some(403) => "403",
        Some(404) => "404",
        Some(409) => "409",
        Some(422) => "422",
        Some(429) => "429",
        Some(400..=499) => "4xx",
        Some(500) => "500",
        Some(502) => "502",
        Some(503) => "503",
        Some(504) => "504",
        Some(500..=599) => "5xx",
        Some(_) => "other",
    }
}
