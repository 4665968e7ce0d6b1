//! What the bounds do: how much they refuse, and how the API is spared.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Metrics;

/// A bound that refuses requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Calls of one caller in a time.
    Rate,
    /// Calls of one caller at once.
    CallerConcurrency,
    /// Calls of all callers at once.
    Concurrency,
    /// Callers that are kept book of.
    Callers,
    /// Calls with keys that the API has not accepted yet.
    Unverified,
    /// Room for the bodies of requests.
    Bodies,
    /// Room for the answers of the API.
    Answers,
    /// Questions about access tokens that are not known.
    Introspections,
}

impl Bound {
    const ALL: [Self; 8] = [
        Self::Rate,
        Self::CallerConcurrency,
        Self::Concurrency,
        Self::Callers,
        Self::Unverified,
        Self::Bodies,
        Self::Answers,
        Self::Introspections,
    ];

    fn labels(self) -> ReasonLabels {
        let reason = match self {
            Self::Rate => "rate",
            Self::CallerConcurrency => "caller_concurrency",
            Self::Concurrency => "concurrency",
            Self::Callers => "callers",
            Self::Unverified => "unverified",
            Self::Bodies => "bodies",
            Self::Answers => "answers",
            Self::Introspections => "introspections",
        };
        ReasonLabels { reason }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// The metrics of the bounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    refusals: Family<ReasonLabels, Counter>,
    callers: Gauge,
    breaker: Gauge,
    not_sent: Counter,
    retries: Counter,
}

impl Bounds {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let it = Self::default();
        // A rate can only be told of a series that began at 0.
        for bound in Bound::ALL {
            drop(it.refusals.get_or_create(&bound.labels()));
        }
        registry.register("refusals", "Requests refused at a bound", it.refusals.clone());
        registry.register("callers", "Callers that are kept book of", it.callers.clone());
        registry.register(
            "breaker_state",
            "Whether the API is asked: 0 yes (closed), 1 by one request to try it (half-open), 2 no (open)",
            it.breaker.clone(),
        );
        registry.register(
            "upstream_not_sent",
            "Requests not sent to the API because it failed again and again",
            it.not_sent.clone(),
        );
        registry.register(
            "upstream_retries",
            "Requests sent to the API again after a failure",
            it.retries.clone(),
        );
        it
    }
}

impl Metrics {
    pub(crate) fn refused(&self, bound: Bound) {
        self.bounds.refusals.get_or_create(&bound.labels()).inc();
    }

    pub(crate) fn callers_kept(&self, count: usize) {
        self.bounds.callers.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Told each change of the breaker; `state` is one of the numbers in the help of the metric.
    pub(crate) fn breaker_turned(&self, state: i64) {
        self.bounds.breaker.set(state);
    }

    pub(crate) fn not_sent(&self) {
        self.bounds.not_sent.inc();
    }

    pub(crate) fn retried(&self) {
        self.bounds.retries.inc();
    }
}
