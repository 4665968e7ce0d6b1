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

/// One line to write, and whom to tell that it is written.
type Output = (Vec<u8>, Option<oneshot::Sender<io::Result<()>>>);

/// Messages as lines.
pub(super) struct Lines<R> {
    input: Input<R>,
    output: Option<mpsc::UnboundedSender<Output>>,
    writer: Option<JoinHandle<()>>,
    /// Requests that are read and not answered.
    in_flight: watch::Sender<HashSet<RequestId>>,
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
        let (sender, receiver) = mpsc::unbounded_channel();
        Self {
            input: Input::new(input),
            output: Some(sender),
            writer: Some(tokio::spawn(write_all(output, receiver))),
            in_flight: watch::Sender::default(),
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
        Ok(self.admit(parse(message, id)?))
    }

    /// Keeps book of a message, and holds back a notification that nothing can be made of yet.
    fn admit(&mut self, message: ClientJsonRpcMessage) -> Option<ClientJsonRpcMessage> {
        match &message {
            ClientJsonRpcMessage::Request(request) => {
                self.opened |= opens(&request.request);
                self.in_flight.send_modify(|ids| _ = ids.insert(request.id.clone()));
            }
            // A cancelled request is not answered any more.
            ClientJsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.in_flight.send_modify(|ids| _ = ids.remove(id));
                }
                if !self.opened {
                    return None;
                }
            }
            _ => {}
        }
        Some(message)
    }

    fn refuse(&self, rejection: &Rejection) {
        if let Some(output) = &self.output {
            // The writer is gone only when the peer is, which reading will notice.
            _ = output.send((rejection.to_json().to_string().into_bytes(), None));
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
        let (output, in_flight) = (self.output.clone(), self.in_flight.clone());
        async move {
            let line = serde_json::to_vec(&message)?;
            let sent = output.is_some_and(|output| output.send((line, Some(written))).is_ok());
            let result = if sent { wait.await.unwrap_or_else(|_| Err(closed())) } else { Err(closed()) };
            in_flight.send_modify(|ids| answered.iter().for_each(|id| _ = ids.remove(id)));
            result
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        while !self.ended {
            let line = tokio::select! {
                line = self.input.next() => line,
                () = self.stop.cancelled() => Line::End,
            };
            match self.read(line) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(rejection) => self.refuse(&rejection),
            }
        }
        // `rmcp` gives the calls in flight little time once the input has ended: let it end when they have.
        _ = self.in_flight.subscribe().wait_for(HashSet::is_empty).await;
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

async fn write_all<W: AsyncWrite + Unpin>(mut output: W, mut lines: mpsc::UnboundedReceiver<Output>) {
    while let Some((mut line, written)) = lines.recv().await {
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
