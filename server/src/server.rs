//! A server: what it is made of, and the one caller that it serves over a pair of streams. [`running`] has it on HTTP.

mod builder;
mod running;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use fixtures::Contract;
use fixtures::contract::ContractError;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::auth::{self, Authenticator, Fingerprints};
use crate::handler::{self, WholeLists};
use crate::meta::MetaTools;
use crate::operation::{Metrics, RequestIds};
use crate::stdio::{self, StdioError};
use crate::{CallTimes, Calls, Clock, Config, ConfigError, Credential, OAuth, Table, TableError, Upstream};
pub use builder::Builder;
pub use running::Running;

/// A server that is ready to serve callers.
#[derive(Debug, Clone)]
pub struct Server {
    calls: Arc<Calls>,
    authenticator: Arc<Authenticator>,
    config: Config,
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
    /// The client of the API, or that of the authorization server, cannot be set up.
    #[error("failed to set up a client: {0}")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
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
    pub fn with(mut config: Config, clock: &Clock, fingerprints: Fingerprints) -> Result<Self, StartError> {
        config.oauth = OAuth::in_force(config.oauth)?;
        let metrics = Metrics::default();
        let (authenticator, credentials) = auth::new(config.oauth.as_ref(), clock, fingerprints, &metrics)?;
        let table = Table::new(&Contract::load()?, config.output_schemas)?;
        let tools: Vec<&str> = table.definitions().map(|tool| tool.name.as_ref()).collect();
        config.check(&tools)?;
        let calls = Calls {
            served: config.selection.filter(&table).map_err(ConfigError::from)?,
            meta_tools: config.selection.meta_tools.then(|| MetaTools::new(&table)).transpose()?,
            diagnostic_tools: config.selection.diagnostic_tools,
            credentials,
            upstream: Upstream::new(&config, metrics.clone())
                .map_err(|error| StartError::Client(error.into()))?,
            admission: Admission::new(&config.limits, metrics.clone()),
            metrics,
            request_ids: RequestIds::of_this_process(),
            server_info: handler::server_info(),
            whole_lists: WholeLists::default(),
            times: CallTimes::new(&config),
            max_result_bytes: config.limits.max_result_bytes,
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
