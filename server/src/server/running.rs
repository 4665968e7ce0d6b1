//! A server on HTTP: how it starts to listen, and how it stops.

use std::net::SocketAddr;
use std::time::Duration;
use std::{fmt, io};

use futures_util::future::OptionFuture;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Server, StartError};
use crate::http::guard::Guard;
use crate::operation::{Drain, Readiness};
use crate::tls::Certificate;
use crate::{ConfigError, http};

/// A server on HTTP. It stops, gracefully, when this is dropped.
pub struct Running {
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    certificate: Option<Certificate>,
    drain: Drain,
    /// Cancelled when the task has ended, however it ended.
    ended: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Checks the settings that only HTTP needs, as [`Server::start`] does, but does not listen. What works but may not be meant is told in the log.
    ///
    /// # Errors
    /// [`StartError::Config`]: a certificate that cannot be served, or an origin or a host that is none.
    pub fn check_http(&self) -> Result<(), StartError> {
        self.prepare().map(drop)
    }

    fn prepare(&self) -> Result<Option<Certificate>, StartError> {
        if let Some(oauth) = &self.config.oauth {
            oauth.warn_of_path();
        }
        Guard::new(&self.config, self.config.listen)?;
        Ok(Certificate::load(&self.config.tls).map_err(ConfigError::from)?)
    }

    /// Serves over HTTP from now on.
    ///
    /// # Errors
    /// [`StartError::Listen`], or as [`Server::check_http`].
    pub async fn start(self) -> Result<Running, StartError> {
        let certificate = self.prepare()?;
        let (listener, address) = listen(self.config.listen).await?;
        let guard = Guard::new(&self.config, address)?;
        let (drain, stop) = (Drain::default(), CancellationToken::new());
        let readiness = Readiness::new(self.calls.clone(), drain.clone());
        let (metrics, serve_metrics) = self.metrics(readiness.clone(), stop.clone()).await?.unzip();
        let (authenticator, stopped) = (self.authenticator.clone(), stop.clone());
        let look = async move { stopped.run_until_cancelled(authenticator.look_for_issuer()).await };
        let routes =
            http::routes(self.calls, self.authenticator, &self.config, guard, drain.clone(), readiness);
        let watch = certificate.clone().map(|certificate| certificate.watch(stop.clone()));
        let serve =
            http::serve::serve(listener, routes, certificate.clone(), self.config.limits, stop.clone());
        let end = end(drain.clone(), self.config.drain, stop);
        let ended = CancellationToken::new();
        let over = ended.clone().drop_guard();
        // One task, so that none of its parts can fail unnoticed or outlive the others.
        let task = tokio::spawn(async move {
            let _over = over;
            tokio::join!(serve, OptionFuture::from(serve_metrics), OptionFuture::from(watch), look, end);
        });
        Ok(Running { address, metrics, certificate, drain, ended, task: Some(task) })
    }

    /// Where the metrics are served, if that is wanted, and what serves them until `stop` is cancelled; with the probes, which must not wait there for callers
    /// to leave a connection.
    async fn metrics(
        &self,
        readiness: Readiness,
        stop: CancellationToken,
    ) -> Result<Option<(SocketAddr, impl Future<Output = ()> + use<>)>, StartError> {
        let Some(wanted) = self.config.metrics.listen else { return Ok(None) };
        let (listener, address) = listen(wanted).await?;
        let router = self.calls.metrics.clone().router().merge(http::probes(readiness));
        Ok(Some((address, http::serve::serve(listener, router, None, self.config.limits.clone(), stop))))
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}

/// Waits for `drain` to begin, and then at most `limit` for the calls in flight; ends the connections by `stop`.
async fn end(drain: Drain, limit: Duration, stop: CancellationToken) {
    drain.begun().await;
    if tokio::time::timeout(limit, drain.finished()).await.is_err() {
        tracing::warn!(calls = drain.in_flight(), "stopping although calls are in flight");
    }
    stop.cancel();
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Running {
    /// Base URL of the server, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// URL of the metrics, where they are served.
    #[must_use]
    pub fn metrics_url(&self) -> Option<String> {
        self.metrics.map(|address| format!("http://{address}/metrics"))
    }

    /// Looks for a new certificate now, and not only from time to time. A bad one is told in the log and not used.
    pub fn reload_certificate(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.reload();
        }
    }

    /// URL of the MCP endpoint.
    #[must_use]
    pub fn mcp_url(&self) -> String {
        format!("{}{}", self.url(), http::MCP_PATH)
    }

    /// The address that is listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Done when nothing is served any more, which happens without [`Running::stop`] only if serving fails.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Stops: refuses new requests, lets those in flight finish, waits for that, at most [`Config::drain`](crate::Config::drain), and a moment for their
    /// answers to be taken. What is under way then is called off: when this is done, nothing is asked of the API any more.
    ///
    /// # Errors
    /// When serving had failed before.
    pub async fn stop(mut self) -> io::Result<()> {
        self.drain.begin();
        match self.task.take() {
            Some(task) => task.await.map_err(io::Error::other),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.drain.begin();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longest that the test waits for what should come at once.
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn the_end_of_serving_is_noticed() {
        let server = Server::builder().upstream("http://127.0.0.1:9").start().await.unwrap();
        server.task.as_ref().unwrap().abort();
        tokio::time::timeout(LONG, server.ended()).await.unwrap();
        assert!(server.stop().await.is_err());
    }
}
