//! Putting a server together, starting and stopping it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use fixtures::Contract;
use fixtures::contract::ContractError;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::auth::{Authenticator, Fingerprints};
use crate::http::guard::Guard;
use crate::meta::MetaTools;
use crate::operation::{Drain, Metrics, RequestIds};
use crate::selection::Selection;
use crate::stdio::StdioError;
use crate::tls::Certificate;
use crate::{
    Calls, Clock, Config, ConfigError, Credential, Limits, MetricsSettings, OAuth, Table, TableError, Tls,
    Upstream, auth, handler, http, stdio,
};

/// How long connections may take, after the last call has ended, to take their answers.
const GRACE: Duration = Duration::from_secs(2);

/// A server that is ready to serve callers.
#[derive(Debug, Clone)]
pub struct Server {
    calls: Arc<Calls>,
    authenticator: Arc<Authenticator>,
    config: Config,
}

/// A server on HTTP. It stops, gracefully, when this is dropped.
pub struct Running {
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    certificate: Option<Certificate>,
    drain: Drain,
    task: Option<JoinHandle<()>>,
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The contract cannot be used; the tests exclude it.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A tool cannot be made of the contract; the tests exclude it.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The client of the API cannot be set up.
    #[error("failed to set up the client of the upstream")]
    Upstream(#[from] reqwest::Error),
    /// The system has no random numbers.
    #[error("failed to get random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The address cannot be listened on.
    #[error("failed to listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl Server {
    /// Starts to describe a server; [`Builder::upstream`] is the one thing that must be said.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A server with these settings.
    ///
    /// # Errors
    /// [`StartError`], but for [`StartError::Listen`].
    pub fn new(config: Config) -> Result<Self, StartError> {
        Self::with(config, &Clock::system(), Fingerprints::random()?)
    }

    /// As [`Server::new`], with another clock than the system's, and with fingerprints that are made with a key of the caller's choice.
    ///
    /// # Errors
    /// As [`Server::new`].
    pub fn with(config: Config, clock: &Clock, fingerprints: Fingerprints) -> Result<Self, StartError> {
        let (authenticator, credentials) = auth::new(config.oauth.as_ref(), clock, fingerprints)?;
        let table = Table::new(&Contract::load()?, config.output_schemas)?;
        let tools: Vec<&str> = table.definitions().map(|tool| tool.name.as_ref()).collect();
        config.limits.check(&tools)?;
        let metrics = Metrics::default();
        let calls = Calls {
            served: config.selection.filter(&table).map_err(ConfigError::from)?,
            meta_tools: config.selection.meta_tools.then(MetaTools::new).transpose()?,
            diagnostic_tools: config.selection.diagnostic_tools,
            credentials,
            upstream: Upstream::new(&config, metrics.clone())?,
            metrics,
            request_ids: RequestIds::of_this_process(),
            admission: Admission::new(&config.limits),
            limits: config.limits.clone(),
            timeout: config.upstream_timeout,
            server_info: handler::server_info(),
            structured_errors: !config.output_schemas,
            table,
        };
        Ok(Self { calls: Arc::new(calls), authenticator: Arc::new(authenticator), config })
    }

    /// The tools.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.calls.table
    }

    /// Serves over HTTP from now on.
    ///
    /// # Errors
    /// [`StartError::Listen`], or an origin in the settings that is none.
    pub async fn start(self) -> Result<Running, StartError> {
        let certificate = Certificate::load(&self.config.tls).map_err(ConfigError::from)?;
        let (listener, address) = listen(self.config.listen).await?;
        let guard = Guard::new(&self.config, address)?;
        let (drain, stop) = (Drain::default(), CancellationToken::new());
        let metrics = self.metrics(stop.clone()).await?;
        let router = http::router(self.calls, self.authenticator, &self.config, guard, drain.clone());
        if let Some(certificate) = certificate.clone() {
            tokio::spawn(certificate.watch(stop.clone()));
        }
        let (limits, served, signalled) = (self.config.limits, certificate.clone(), stop.clone());
        let serve = async move { http::serve::serve(listener, router, served, &limits, signalled).await };
        let end = end(drain.clone(), self.config.drain, stop);
        let task = tokio::spawn(async move {
            tokio::select! {
                () = serve => {}
                () = end => {}
            }
        });
        Ok(Running { address, metrics, certificate, drain, task: Some(task) })
    }

    /// Serves the metrics until `stop` is cancelled, where that is wanted.
    async fn metrics(&self, stop: CancellationToken) -> Result<Option<SocketAddr>, StartError> {
        let Some(wanted) = self.config.metrics.listen else { return Ok(None) };
        let (listener, address) = listen(wanted).await?;
        let router = self.calls.metrics.clone().router();
        let limits = self.config.limits.clone();
        tokio::spawn(async move { http::serve::serve(listener, router, None, &limits, stop).await });
        Ok(Some(address))
    }

    /// Serves one caller over a pair of streams until `input` ends or `stop` is cancelled. Calls in flight finish first.
    ///
    /// # Errors
    /// [`StdioError`], when it ends otherwise, or when the credential is refused.
    pub async fn serve_stdio<R, W>(
        &self,
        credential: impl Into<Credential>,
        input: R,
        output: W,
        stop: CancellationToken,
    ) -> Result<(), StdioError>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let caller = self.authenticator.authenticate(credential.into()).await?;
        stdio::serve(self.calls.clone(), caller, input, output, stop).await
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}

/// Waits for `drain` to begin, and then at most `limit` for the calls in flight; closes the connections by `stop`; done when they had time for that.
async fn end(drain: Drain, limit: Duration, stop: CancellationToken) {
    drain.begun().await;
    if tokio::time::timeout(limit, drain.finished()).await.is_err() {
        tracing::warn!(calls = drain.in_flight(), "stopping although calls are in flight");
    }
    stop.cancel();
    tokio::time::sleep(GRACE).await;
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
        format!("{}/mcp", self.url())
    }

    /// The address that is listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: refuses new requests, lets those in flight finish, waits for that, at most [`Config::drain`].
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

/// The settings of a server to come. Unlike the command line it listens on a free port unless told otherwise.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    upstream: Option<String>,
    listen: Option<SocketAddr>,
    upstream_timeout: Option<Duration>,
    output_schemas: bool,
    allow_origins: Vec<String>,
    allow_hosts: Vec<String>,
    drain: Option<Duration>,
    tls: Tls,
    metrics: MetricsSettings,
    selection: Selection,
    limits: Limits,
    oauth: Option<OAuth>,
    clock: Option<Clock>,
}

impl Builder {
    /// Base URL of the API.
    #[must_use]
    pub fn upstream(mut self, url: impl Into<String>) -> Self {
        self.upstream = Some(url.into());
        self
    }

    /// Address to listen on.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Longest wait for an answer of the API; see [`Config::upstream_timeout`].
    #[must_use]
    pub fn upstream_timeout(mut self, timeout: Duration) -> Self {
        self.upstream_timeout = Some(timeout);
        self
    }

    /// Whether tool definitions carry an `outputSchema`; they do not by default.
    #[must_use]
    pub fn output_schemas(mut self, yes: bool) -> Self {
        self.output_schemas = yes;
        self
    }

    /// Allows a browser origin; see [`Config::allow_origins`].
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allow_origins.push(origin.into());
        self
    }

    /// Allows a host; see [`Config::allow_hosts`].
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allow_hosts.push(host.into());
        self
    }

    /// Longest time for calls in flight once the server is told to stop; see [`Config::drain`].
    #[must_use]
    pub fn drain(mut self, limit: Duration) -> Self {
        self.drain = Some(limit);
        self
    }

    /// TLS.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Where metrics are served.
    #[must_use]
    pub fn metrics(mut self, metrics: MetricsSettings) -> Self {
        self.metrics = metrics;
        self
    }

    /// Which tools are served; all by default.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Bounds other than the defaults.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes access tokens too; see [`Config::oauth`].
    #[must_use]
    pub fn oauth(mut self, settings: OAuth) -> Self {
        self.oauth = Some(settings);
        self
    }

    /// The clock by which tokens expire; the system's by default.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The settings as they are now.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn config(self) -> Result<Config, ConfigError> {
        let mut config = Config::new(&self.upstream.ok_or(ConfigError::NoUpstream)?)?;
        config.listen = self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        config.upstream_timeout = self.upstream_timeout.unwrap_or(config.upstream_timeout);
        config.output_schemas = self.output_schemas;
        config.allow_origins = self.allow_origins;
        config.allow_hosts = self.allow_hosts;
        config.drain = self.drain.unwrap_or(config.drain);
        config.tls = self.tls;
        config.metrics = self.metrics;
        config.selection = self.selection;
        config.limits = self.limits;
        config.oauth = self.oauth;
        Ok(config)
    }

    /// The server, not listening yet.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn build(self) -> Result<Server, StartError> {
        let clock = self.clock.clone().unwrap_or_default();
        Server::with(self.config()?, &clock, Fingerprints::random()?)
    }

    /// The server, listening.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(self) -> Result<Running, StartError> {
        self.build()?.start().await
    }
}
