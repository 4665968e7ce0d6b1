//! Connections: accepted up to a bound, with TLS where it is on, given a bounded time for every head and for taking answers, closed gracefully.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::Limits;
use crate::tls::Certificate;

/// Longest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long to wait when the system has no more connections to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How long connections may take, once there is nothing more to come, to take their answers.
const GRACE: Duration = Duration::from_secs(2);

/// A connection that waits only so long for its client to read.
type Stream = Pin<Box<TimeoutWriter<TcpStream>>>;

/// What every connection is served with.
#[derive(Clone)]
struct Connections<S> {
    protocol: http1::Builder,
    service: TowerToHyperService<S>,
    /// Longest wait for a handshake.
    patience: Duration,
    /// Longest wait until a client takes more of its answer.
    write_timeout: Duration,
}

/// Serves until `stop` is cancelled; connections then have [`GRACE`] to take their answers, and what is left of them is ended, with what they wait for.
pub(crate) async fn serve<S>(
    listener: TcpListener,
    service: S,
    certificate: Option<Certificate>,
    limits: Limits,
    stop: CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
{
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout).max_buf_size(MAX_HEAD_BYTES);
    let served = Connections {
        protocol,
        service: TowerToHyperService::new(service),
        patience: limits.head_timeout,
        write_timeout: limits.write_timeout,
    };
    let slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        // The slot first: a connection that must wait waits with the system and costs nothing here.
        let next = async { (slots.clone().acquire_owned().await, accept(&listener).await) };
        let (slot, stream) = tokio::select! {
            next = next => next,
            Some(_) = connections.join_next() => continue,
            () = stop.cancelled() => break,
        };
        let (served, watcher, certificate) = (served.clone(), graceful.watcher(), certificate.clone());
        connections.spawn(async move {
            let stream = served.impatient(stream);
            match certificate {
                None => served.connection(stream, watcher).await,
                Some(certificate) => served.secured(stream, watcher, &certificate).await,
            }
            drop(slot);
        });
    }
    drop(listener);
    _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    connections.shutdown().await;
}

impl<S> Connections<S>
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
{
    /// Fails when nothing can be written for too long: a client that does not read must not keep its answer in memory for ever. Below TLS, which has
    /// buffers of its own.
    fn impatient(&self, stream: TcpStream) -> Stream {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.write_timeout));
        Box::pin(stream)
    }

    async fn secured(self, stream: Stream, watcher: Watcher, certificate: &Certificate) {
        match tokio::time::timeout(self.patience, certificate.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.connection(stream, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    async fn connection(self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static, watcher: Watcher) {
        let connection = self.protocol.serve_connection(TokioIo::new(stream), self.service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                send_at_once(&stream);
                return stream;
            }
            // The connection, not the listener, has failed.
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Sets `TCP_NODELAY`: without it an answer in two writes waits for the client's delayed acknowledgement, some 40 ms.
fn send_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY is not set");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_do_not_wait_for_acknowledgements() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        assert!(!stream.nodelay().unwrap());
        send_at_once(&stream);
        assert!(stream.nodelay().unwrap());
    }
}
