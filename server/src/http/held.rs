//! An answer, and what is held until its client has taken it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Longest piece that a connection takes at once, in bytes. It takes the next when it has written most of those before.
const PIECE: usize = 64 * 1024;

/// The response, whose body holds `held` until all but its last pieces are written.
pub(super) fn until_taken<T: Send + Unpin + 'static>(response: Response, held: T) -> Response {
    response.map(|body| Body::new(Holding { body, data: Bytes::new(), _held: held }))
}

struct Holding<T> {
    body: Body,
    /// What the body has given and the connection has not taken.
    data: Bytes,
    _held: T,
}

impl<T: Unpin> HttpBody for Holding<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        while self.data.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.data = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let piece = self.data.len().min(PIECE);
        let piece = self.data.split_to(piece);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, data) = (self.body.size_hint(), self.data.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + data);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + data);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn comes_in_pieces_and_lets_go_at_the_end() {
        let (held, whole) = (Arc::new(()), vec![7; 3 * PIECE + 1]);
        let response = until_taken(Response::new(Body::from(whole.clone())), Arc::clone(&held));
        assert_eq!(response.body().size_hint().exact(), Some(whole.len() as u64));
        let mut pieces = response.into_body().into_data_stream();
        let mut taken = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.unwrap();
            assert!(piece.len() <= PIECE && Arc::strong_count(&held) == 2);
            taken.extend(piece);
        }
        drop(pieces);
        assert_eq!((taken, Arc::strong_count(&held)), (whole, 1));
    }
}
