//! Bodies that break off or come slowly.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::{self, Stream};
use http::{HeaderValue, header};

use super::fault::{Dribble, MAX_SECONDS, Truncate};

/// How often a piece of a slow body is sent.
const PIECES_PER_SECOND: u32 = 10;

/// How long what was sent has to get out before the connection ends: the end throws away what still waits.
const FLUSH: Duration = Duration::from_millis(50);

/// What is left to be sent.
struct Rest {
    body: Bytes,
    /// Whether the connection ends in the middle.
    breaks_off: bool,
    bytes_per_second: Option<u32>,
    /// How long it may still be slow.
    patience: Duration,
}

/// The answer with a body that breaks off or comes slowly. `Content-Length` stays that of the whole.
pub(super) async fn shape(
    response: Response,
    truncate: Option<Truncate>,
    dribble: Option<Dribble>,
) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let sent = truncate.map_or(body.len(), |truncate| truncate.bytes.min(body.len()));
    let rest = Rest {
        breaks_off: sent < body.len(),
        body: body.slice(..sent),
        bytes_per_second: dribble.map(|dribble| dribble.bytes_per_second),
        patience: Duration::from_secs(MAX_SECONDS.into()),
    };
    Response::from_parts(parts, Body::from_stream(pieces(rest)))
}

fn pieces(rest: Rest) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(rest, |mut rest| async move {
        if !rest.body.is_empty() {
            let piece = rest.next().await;
            return Some((Ok(piece), rest));
        }
        if !std::mem::take(&mut rest.breaks_off) {
            return None;
        }
        tokio::time::sleep(FLUSH).await;
        // The error makes the server hang up; a mere end would be waited for.
        Some((Err(io::ErrorKind::ConnectionAborted.into()), rest))
    })
}

impl Rest {
    async fn next(&mut self) -> Bytes {
        let Some(rate) = self.bytes_per_second.filter(|_| !self.patience.is_zero()) else {
            return std::mem::take(&mut self.body);
        };
        // Below ten bytes a second a piece is one byte, and takes longer.
        let size = (rate / PIECES_PER_SECOND).max(1);
        let pause = Duration::from_secs_f64(f64::from(size) / f64::from(rate)).min(self.patience);
        self.patience -= pause;
        tokio::time::sleep(pause).await;
        self.body.split_to(self.body.len().min(usize::try_from(size).unwrap_or(usize::MAX)))
    }
}
