//! A server on a pair of streams: messages as lines.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

use super::unusable;
use crate::targets::{CallError, MAX_ANSWER, PATIENCE};

/// A server on a pair of streams. Its process, where it has one, ends with this.
pub(crate) struct Peer {
    input: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    output: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    child: Option<Child>,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("child", &self.child).finish_non_exhaustive()
    }
}

impl Peer {
    pub(crate) fn new(
        input: impl AsyncWrite + Send + Unpin + 'static,
        output: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        let output: Box<dyn AsyncRead + Send + Unpin> = Box::new(output);
        Self { input: Some(Box::new(input)), output: BufReader::new(output), child: None }
    }

    /// The same, which is the process `child`.
    pub(crate) fn with(self, child: Child) -> Self {
        Self { child: Some(child), ..self }
    }

    /// Sends a message and waits for the one with its id. What comes before it, such as notifications, is passed over.
    pub(crate) async fn ask(&mut self, message: &Value) -> Result<Value, CallError> {
        self.write(&message.to_string()).await?;
        loop {
            let answer = self.read().await?.ok_or_else(|| unusable("its output ended before it answered"))?;
            if answer.get("method").is_none() && answer.get("id") == message.get("id") {
                return Ok(answer);
            }
        }
    }

    /// Sends a line.
    pub(crate) async fn write(&mut self, line: &str) -> Result<(), CallError> {
        let input = self.input.as_mut().ok_or_else(|| unusable("its input was closed"))?;
        let write = async {
            input.write_all(format!("{line}\n").as_bytes()).await?;
            input.flush().await
        };
        within(PATIENCE, write).await?.map_err(unusable)
    }

    /// The next message; `None` at the end of the output.
    pub(crate) async fn read(&mut self) -> Result<Option<Value>, CallError> {
        let mut line = Vec::new();
        let mut output = (&mut self.output).take(MAX_ANSWER as u64);
        within(PATIENCE, output.read_until(b'\n', &mut line)).await?.map_err(unusable)?;
        if line.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let message = serde_json::from_str(text.trim());
        message.map(Some).map_err(|error| unusable(format!("its output is no JSON ({error}): {text:?}")))
    }

    /// Ends the input.
    pub(crate) async fn close(&mut self) {
        if let Some(mut input) = self.input.take() {
            // The other side may have gone before.
            drop(input.shutdown().await);
        }
    }
}

async fn within<T>(limit: Duration, wait: impl Future<Output = T>) -> Result<T, CallError> {
    timeout(limit, wait).await.map_err(|_| unusable("it did not answer in time"))
}
