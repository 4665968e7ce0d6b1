//! The log on standard error (over stdio, standard output belongs to the protocol), and spans to a collector.

use std::io;

use server::{LogFormat, Settings};
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::failure::Failure;
use crate::telemetry::Exporter;

/// Begins to log, and to export spans while the exporter lives.
pub(crate) fn start(settings: &Settings) -> Result<Option<Exporter>, Failure> {
    let config = &settings.config;
    let filter = config.log.filter().map_err(|mistake| Failure::of_setting(mistake, settings))?;
    let exporter = config.telemetry.otlp_endpoint.as_ref().map(Exporter::new).transpose()?;
    let spans = exporter.as_ref().map(|exporter| {
        let layer = tracing_opentelemetry::layer().with_tracer(exporter.tracer());
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false);
        layer.with_filter(Targets::new().with_target("server", LevelFilter::INFO))
    });
    let lines = lines(config.log.format).with_filter(filter);
    tracing_subscriber::registry().with(lines).with(spans).init();
    Ok(exporter)
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    }
}
