//! Messages as lines, for one caller: standard input and output, or any other pair of streams.
//!
//! The framing is our own and not that of `rmcp`, which drops what it cannot read without a word and gives calls five seconds once the input has ended.

mod input;
mod transport;

use std::sync::Arc;

use rmcp::service::{QuitReason, ServerInitializeError, serve_server};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::auth::Refusal;
use crate::{Caller, Calls, Handler};
use transport::Lines;

/// Longest message that is read, in bytes.
pub const MAX_LINE_BYTES: usize = crate::http::MAX_BODY_BYTES;

/// Serving ended otherwise than by the end of input.
#[derive(Debug, Error)]
pub enum StdioError {
    /// The credential is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The other side could not be served.
    #[error(transparent)]
    Initialize(#[from] Box<ServerInitializeError>),
    /// The task that serves failed.
    #[error("serving ended unexpectedly")]
    Aborted,
}

/// Serves one caller until its input ends or `stop` is cancelled. Calls in flight then finish first.
///
/// # Errors
/// [`StdioError`]; a peer that only probes and leaves is none.
pub(crate) async fn serve<R, W>(
    calls: Arc<Calls>,
    caller: Caller,
    input: R,
    output: W,
    stop: CancellationToken,
) -> Result<(), StdioError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let handler = Handler::for_caller(calls, caller);
    let running = match serve_server(handler, Lines::new(input, output, stop)).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(Box::new(error).into()),
    };
    match running.waiting().await {
        Ok(QuitReason::Closed | QuitReason::Cancelled) => Ok(()),
        _ => Err(StdioError::Aborted),
    }
}
