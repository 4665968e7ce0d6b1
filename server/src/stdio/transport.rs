//! The transport that `rmcp` reads requests from and writes answers to.

use std::collections::HashSet;
use std::io;

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorCode, GetMeta, ProtocolVersion, RequestId,
    ServerJsonRpcMessage,
};
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::input::{Input, Line};
use crate::handler::REVISIONS;
use crate::jsonrpc::{self, Frame, Rejection};

/// Most requests that are not answered, with the answers that are not written, at once. A peer that asks and does not read is not read from either.
const MAX_UNDER_WAY: usize = 256;

/// One line to write, whom to tell that it is written, and its place in the book.
type Output = (Vec<u8>, Option<oneshot::Sender<io::Result<()>>>, Unwritten);

/// What is under way.
#[derive(Debug, Default)]
struct Book {
    /// Requests that are read and not answered.
    requests: HashSet<RequestId>,
    /// Lines that are not written.
    lines: usize,
}

impl Book {
    fn len(&self) -> usize {
        self.requests.len() + self.lines
    }
}

/// Counts a line as not written while it lives.
#[derive(Debug)]
struct Unwritten(watch::Sender<Book>);

impl Unwritten {
    /// Counts a line, which may be the answer to a request.
    fn count(book: &watch::Sender<Book>, answered: Option<&RequestId>) -> Self {
        book.send_modify(|book| {
            book.lines += 1;
            answered.into_iter().for_each(|id| _ = book.requests.remove(id));
        });
        Self(book.clone())
    }
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        self.0.send_modify(|book| book.lines -= 1);
    }
}

/// Messages as lines.
pub(super) struct Lines<R> {
    input: Input<R>,
    output: Option<mpsc::Sender<Output>>,
    writer: Option<JoinHandle<()>>,
    book: watch::Sender<Book>,
    /// Whether the peer has chosen between handshake and metadata per request.
    opened: bool,
    ended: bool,
    stop: CancellationToken,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new<W>(input: R, output: W, stop: CancellationToken) -> Self
    where
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, receiver) = mpsc::channel(MAX_UNDER_WAY);
        Self {
            input: Input::new(input),
            output: Some(sender),
            writer: Some(tokio::spawn(write_all(output, receiver))),
            book: watch::Sender::default(),
            opened: false,
            ended: false,
            stop,
        }
    }

    fn read(&mut self, line: Line) -> Result<Option<ClientJsonRpcMessage>, Rejection> {
        let bytes = match line {
            Line::Text(bytes) => bytes,
            Line::TooLong => {
                return Err(Rejection::new(ErrorCode::INVALID_REQUEST, "the message is too long", None));
            }
            Line::End => {
                self.ended = true;
                return Ok(None);
            }
        };
        let (id, message) = match jsonrpc::read(&bytes)? {
            Frame::Request { id, message } => (Some(id), message),
            Frame::Notification(message) => (None, message),
            Frame::Response => return Ok(None),
        };
        self.admit(parse(message, id)?)
    }

    /// Keeps book of a message, and holds back a notification that nothing can be made of yet.
    fn admit(&mut self, message: ClientJsonRpcMessage) -> Result<Option<ClientJsonRpcMessage>, Rejection> {
        match &message {
            ClientJsonRpcMessage::Request(request) => {
                // Two at once could neither be counted nor cancelled one by one.
                let id = &request.id;
                if !self.book.send_if_modified(|book| book.requests.insert(id.clone())) {
                    let reason = "a request with this id is under way";
                    return Err(Rejection::new(ErrorCode::INVALID_REQUEST, reason, Some(id.clone())));
                }
                self.opened |= opens(&request.request);
            }
            // A cancelled request is not answered any more.
            ClientJsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.book.send_modify(|book| _ = book.requests.remove(id));
                }
                if !self.opened {
                    return Ok(None);
                }
            }
            _ => {}
        }
        Ok(Some(message))
    }

    /// The next line, once there is room for what may come of it.
    async fn line(&mut self) -> Line {
        let mut book = self.book.subscribe();
        let next = async {
            // The sender is our own.
            _ = book.wait_for(|book| book.len() < MAX_UNDER_WAY).await;
            self.input.next().await
        };
        tokio::select! {
            line = next => line,
            () = self.stop.cancelled() => Line::End,
        }
    }

    fn refuse(&self, rejection: &Rejection) {
        if let Some(output) = &self.output {
            let line = rejection.to_json().to_string().into_bytes();
            // There was room when the line was read. The writer is gone only when the peer is, which reading will notice.
            _ = output.try_send((line, None, Unwritten::count(&self.book, None)));
        }
    }
}

fn parse(message: Value, id: Option<RequestId>) -> Result<ClientJsonRpcMessage, Rejection> {
    serde_json::from_value(message)
        .map_err(|_| Rejection::new(ErrorCode::INVALID_REQUEST, "not a message of the protocol", id))
}

/// Whether a request ends the time in which a peer may only probe.
fn opens(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::DiscoverRequest(_) | ClientRequest::PingRequest(_) => false,
        request => {
            let meta = request.get_meta();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
                && meta.protocol_version().is_some_and(|version| REVISIONS.contains(&version))
        }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Transport<RoleServer> for Lines<R> {
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (written, wait) = oneshot::channel();
        let answered = match &message {
            ServerJsonRpcMessage::Response(response) => Some(response.id.clone()),
            ServerJsonRpcMessage::Error(error) => error.id.clone(),
            _ => None,
        };
        let (output, unwritten) = (self.output.clone(), Unwritten::count(&self.book, answered.as_ref()));
        async move {
            let line = serde_json::to_vec(&message)?;
            let output = output.ok_or_else(closed)?;
            output.send((line, Some(written), unwritten)).await.map_err(|_| closed())?;
            wait.await.unwrap_or_else(|_| Err(closed()))
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        while !self.ended {
            let line = self.line().await;
            match self.read(line) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(rejection) => self.refuse(&rejection),
            }
        }
        // `rmcp` gives the calls in flight little time once the input has ended: let it end when they have.
        _ = self.book.subscribe().wait_for(|book| book.len() == 0).await;
        None
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output = None;
        match self.writer.take() {
            Some(writer) => writer.await.map_err(io::Error::other),
            None => Ok(()),
        }
    }
}

async fn write_all<W: AsyncWrite + Unpin>(mut output: W, mut lines: mpsc::Receiver<Output>) {
    while let Some((mut line, written, _unwritten)) = lines.recv().await {
        line.push(b'\n');
        let result = match output.write_all(&line).await {
            Ok(()) => output.flush().await,
            Err(error) => Err(error),
        };
        let failed = result.is_err();
        if let Some(written) = written {
            _ = written.send(result);
        }
        if failed {
            return;
        }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the output is closed")
}
