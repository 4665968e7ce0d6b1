//! Putting a server together, starting and stopping it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

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
use crate::selection::Selection;
use crate::stdio::StdioError;
use crate::{
    Calls, Clock, Config, ConfigError, Credential, Limits, OAuth, Table, TableError, Upstream, auth, http,
    stdio,
};

/// How long connections may take, after the last call could have ended, to take their answers.
const GRACE: Duration = Duration::from_secs(2);

/// A server that is ready to serve callers.
#[derive(Debug, Clone)]
pub struct Server {
    calls: Arc<Calls>,
    authenticator: Arc<Authenticator>,
    config: Config,
}

/// A server on HTTP. It stops, gracefully, when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    task: Option<JoinHandle<io::Result<()>>>,
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
        let calls = Calls {
            served: config.selection.filter(&table).map_err(ConfigError::from)?,
            meta_tools: config.selection.meta_tools.then(MetaTools::new).transpose()?,
            diagnostic_tools: config.selection.diagnostic_tools,
            credentials,
            upstream: Upstream::new(&config)?,
            admission: Admission::new(&config.limits),
            limits: config.limits.clone(),
            timeout: config.upstream_timeout,
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
        let failed = |source| StartError::Listen { address: self.config.listen, source };
        let listener = TcpListener::bind(self.config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let guard = Guard::new(&self.config, address)?;
        let router = http::router(self.calls, self.authenticator, &self.config, guard);
        let stop = CancellationToken::new();
        let signalled = stop.clone();
        let limits = self.config.limits.clone();
        let serve = async move { http::serve::serve(listener, router, &limits, signalled).await };
        let longest = self.config.limits.longest_timeout(self.config.upstream_timeout);
        let limit = expired(stop.clone(), longest + GRACE);
        let task = tokio::spawn(async move {
            tokio::select! {
                () = serve => Ok(()),
                () = limit => Ok(()),
            }
        });
        Ok(Running { address, stop, task: Some(task) })
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

/// Done when `stop` was cancelled and `limit` has passed since.
async fn expired(stop: CancellationToken, limit: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(limit).await;
}

impl Running {
    /// Base URL of the server, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

    /// Stops: takes no new requests, lets those in flight finish, waits for that.
    ///
    /// # Errors
    /// When serving had failed before.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.cancel();
        match self.task.take() {
            Some(task) => task.await.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
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
