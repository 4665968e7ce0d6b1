//! What a rig starts by itself: a mock, and servers in front of it.

use std::sync::Arc;
use std::time::Duration;

use mock_api::{Clock, MockApi, StartError};
use server::{Key, Limits, Running, Server};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::granted::start_server_with_sign_in;
use crate::rig::RigError;
use crate::targets::{CallError, Mcp, Target};

/// When the clock of the mock stands still: the start of the demo world, so that recorded answers stay as they are.
const FROZEN_AT: &str = "2026-06-20T10:00:00.000Z";
/// The seed of the mock's ids. Not that of the generated arguments: recorded answers hold ids.
const MOCK_SEED: u64 = 0;
/// How much of what is said over stdio in this process waits to be read.
const PIPE_BYTES: usize = 64 * 1024;

/// The mock, and the servers in front of it.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) mock: Arc<MockApi>,
    server: Server,
    running: Running,
    retrying: OnceCell<Beside>,
    with_tokens: OnceCell<Beside>,
}

/// A server that few checks need, which is started for the first of them.
#[derive(Debug)]
struct Beside {
    mcp: Mcp,
    _running: Running,
}

impl Own {
    pub(crate) async fn start() -> Result<Self, RigError> {
        let mock = Arc::new(start_mock().await?);
        let server =
            Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain()).build()?;
        let running = server.clone().start().await?;
        let (retrying, with_tokens) = (OnceCell::new(), OnceCell::new());
        Ok(Self { mock, server, running, retrying, with_tokens })
    }

    /// The server over HTTP.
    pub(crate) fn over_http(&self) -> Mcp {
        Mcp::new(self.running.mcp_url())
    }

    /// The server's base URL.
    pub(crate) fn server_url(&self) -> String {
        self.running.url()
    }

    /// The same over stdio.
    pub(crate) fn over_stdio(&self) -> Mcp {
        over_stdio(self.server.clone())
    }

    /// A server that tries again what may be tried again, with pauses that nobody notices.
    pub(crate) async fn retrying(&self) -> Result<&Mcp, CallError> {
        let start = || async {
            let pause = Duration::from_millis(1);
            let limits = Limits { retry_pause: pause, retries: Limits::default().retries, ..Limits::plain() };
            let server = Server::builder().upstream(self.mock.url()).output_schemas(true).limits(limits);
            server.start().await.map(Beside::from)
        };
        Ok(&self.retrying.get_or_try_init(start).await.map_err(unusable)?.mcp)
    }

    /// The endpoint of a server that takes the access tokens of the mock's authorization server.
    pub(crate) async fn with_tokens(&self) -> Result<&str, CallError> {
        let start = || async { start_server_with_sign_in(&self.mock).await.map(Beside::from) };
        let beside = self.with_tokens.get_or_try_init(start).await.map_err(unusable)?;
        Ok(beside.mcp.endpoint().unwrap_or_default())
    }
}

impl From<Running> for Beside {
    fn from(running: Running) -> Self {
        Self { mcp: Mcp::new(running.mcp_url()), _running: running }
    }
}

fn unusable(error: impl std::fmt::Display) -> CallError {
    CallError::unusable(Target::Mcp, error)
}

/// A mock that refuses unknown fields.
///
/// # Errors
/// When it does not start.
pub(crate) async fn start_strict_mock() -> Result<MockApi, StartError> {
    MockApi::builder().strict(true).start().await
}

/// A mock as recorded answers need it: the demo world, a clock that stands still, ids from a fixed seed.
///
/// # Errors
/// When it does not start.
pub async fn start_mock() -> Result<MockApi, StartError> {
    // A constant, held by a test.
    let clock = FROZEN_AT.parse().map_or(Clock::real(), Clock::frozen);
    MockApi::builder().clock(clock).seed(MOCK_SEED).start().await
}

/// A client of `server` over stdio, in this process.
#[must_use]
pub fn over_stdio(server: Server) -> Mcp {
    Mcp::over_streams(move |key| {
        let key = Key::parse(key).map_err(unusable)?;
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let (input, output) = tokio::io::split(theirs);
        let server = server.clone();
        tokio::spawn(async move { server.serve_stdio(key, input, output, CancellationToken::new()).await });
        let (output, input) = tokio::io::split(ours);
        Ok((input, output))
    })
}
