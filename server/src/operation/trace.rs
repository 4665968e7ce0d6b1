//! Traces: a span for each call, in the trace that the client is in, told on to the API.
//!
//! Nothing here knows whether spans are exported. Without a layer for that in the subscriber there is no context, and the API is told nothing.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::Status;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rmcp::model::MetaObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::RequestId;
use crate::BaseUrl;

/// Longest `traceparent` or `tracestate` that is taken from a client; W3C asks for no more.
const MAX_LENGTH: usize = 512;

/// Where spans go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// Base URL of a collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`; spans go to `/v1/traces`. None are made without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<BaseUrl>,
}

/// The span of a call of `tool`, whose parent is named in the metadata of the request.
pub(crate) fn span(tool: &str, id: &RequestId, meta: &MetaObject) -> Span {
    let (name, kind) = (field::Empty, field::Empty);
    let span = tracing::info_span!("request", id = id.as_str(), otel.name = name, otel.kind = kind);
    // An error says that nobody exports the span; the log then has no use for these names.
    if span.set_parent(TraceContextPropagator::new().extract(&Meta(meta))).is_ok() {
        span.record("otel.name", format!("tools/call {tool}")).record("otel.kind", "server");
        span.set_attribute("mcp.method.name", "tools/call");
        span.set_attribute("gen_ai.tool.name", tool.to_owned());
    }
    span
}

/// Marks the span that is current as one of a call that failed.
pub(super) fn failed(code: &str) {
    Span::current().set_status(Status::error(code.to_owned()));
}

/// Names the span that is current to whom `headers` go.
pub(crate) fn tell(headers: &mut HeaderMap) {
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut Headers(headers));
}

struct Meta<'a>(&'a MetaObject);

impl Extractor for Meta<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.0.get(key).and_then(Value::as_str).filter(|value| value.len() <= MAX_LENGTH)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.0.keys().map(String::as_str).collect()
    }
}

struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value))
            && !value.is_empty()
        {
            self.0.insert(name, value);
        }
    }
}
