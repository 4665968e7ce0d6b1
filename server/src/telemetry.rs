//! Export of spans, as OTLP over HTTP.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use server::BaseUrl;
use tokio::runtime::Handle;

use crate::failure::Failure;

/// Longest time for one export.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Exports what is left when it is dropped, for at most [`TIMEOUT`].
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// To the collector at `endpoint`. The requests run on the runtime that this is called in.
    pub(crate) fn new(endpoint: &BaseUrl) -> Result<Self, Failure> {
        let client = server::outbound::client(endpoint.is_loopback()).timeout(TIMEOUT).build();
        let client = Client {
            client: client.map_err(|error| Failure::Telemetry(error.into()))?,
            runtime: Handle::current(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| Failure::Telemetry(error.into()))?;
        let resource = Resource::builder()
            .with_service_name(server::NAME)
            .with_attribute(KeyValue::new("service.version", server::VERSION))
            .build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.0.tracer(server::NAME)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(TIMEOUT) {
            tracing::warn!(%error, "the last spans are lost");
        }
    }
}

/// The exporter has a thread of its own; the requests need the runtime.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), request.try_into()?);
        let export = async move { Ok(client.execute(request).await?.error_for_status()?.status()) };
        let status = self.runtime.spawn(export).await?;
        let status = status.map_err(|error: reqwest::Error| error.without_url());
        if let Err(error) = &status {
            tracing::warn!(%error, "spans cannot be exported");
        }
        // What the collector adds to its status is of no use here.
        Ok(Response::builder().status(status?).body(Bytes::new())?)
    }
}
