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

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use tokio::time::Instant;

    use super::*;

    /// The pieces of a body of so many bytes, each with the time at which it came, in milliseconds.
    async fn arrivals(bytes: usize, truncate: Option<Truncate>, bytes_per_second: u32) -> Vec<(u128, usize)> {
        let start = Instant::now();
        let response = Response::new(Body::from("x".repeat(bytes)));
        let shaped = shape(response, truncate, Some(Dribble { bytes_per_second })).await;
        let pieces = shaped.into_body().into_data_stream().filter_map(|piece| async { piece.ok() });
        pieces.map(|piece| (start.elapsed().as_millis(), piece.len())).collect().await
    }

    #[tokio::test(start_paused = true)]
    async fn dribbles_at_the_rate_that_is_asked_for() {
        assert_eq!(arrivals(250, None, 1_000).await, [(100, 100), (200, 100), (300, 50)]);
        assert_eq!(arrivals(3, None, 2).await, [(500, 1), (1_000, 1), (1_500, 1)]);
        assert_eq!(arrivals(9, Some(Truncate { bytes: 2 }), 4).await, [(250, 1), (500, 1)]);
        assert_eq!(arrivals(0, None, 1).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn loses_patience_after_a_minute() {
        let arrivals = arrivals(100, None, 1).await;
        assert_eq!((arrivals.len(), arrivals[59]), (61, (60_000, 1)));
        assert_eq!(arrivals[60], (60_000, 40), "the rest at once");
    }
}
