//! The log on standard error: over stdio, standard output belongs to the protocol.

use std::io;

use server::{Log, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Begins to log.
pub(crate) fn start(settings: &Log) -> Result<(), ParseError> {
    let filter: EnvFilter = settings.level.parse()?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match settings.format {
        LogFormat::Text => lines.with_ansi(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
