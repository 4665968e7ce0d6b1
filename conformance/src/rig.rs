//! A pair of targets, and the mock behind them.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use mock_api::{Clock, MockApi, StartError};
use serde_json::Value;
use server::{Key, Limits, Running, Server};
use thiserror::Error;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::targets::{Answer, Call, CallError, Mcp, Peer, Rest, Revision, Target};

/// When the clock of the mock stands still: the start of the demo world, so that recorded answers stay as they are.
const FROZEN_AT: &str = "2026-06-20T10:00:00.000Z";
/// The seed of the mock's ids. Not that of the generated arguments: recorded answers hold ids.
const MOCK_SEED: u64 = 0;

/// The snapshot of state and clock as a run finds them, in the control API.
const START: &str = "/snapshots/conformance-start";

/// How much of what is said over stdio in this process waits to be read.
const PIPE_BYTES: usize = 64 * 1024;

/// Why a rig did not start.
#[derive(Debug, Error)]
pub enum RigError {
    /// No runtime, so no network.
    #[error("failed to start a runtime: {0}")]
    Runtime(#[from] std::io::Error),
    /// The mock did not start.
    #[error("failed to start the mock: {0}")]
    Mock(#[from] StartError),
    /// The server did not start.
    #[error("failed to start the server: {0}")]
    Server(#[from] server::StartError),
}

/// The ways to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Stdio,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Stdio => "stdio",
        })
    }
}

/// A pair of targets that share a state.
#[derive(Debug)]
pub struct Rig {
    rest: Rest,
    mcp: Mcp,
    /// The server over stdio, where it is reached over HTTP too.
    stdio: Option<Mcp>,
    control: Control,
    /// Whether a snapshot of the start is kept.
    kept: Cell<bool>,
    _server: Option<Running>,
    // The last to go: the mock and the server stop on it.
    runtime: Runtime,
}

impl Rig {
    /// Starts a mock of the demo world, with a clock that stands still, and a server in front of it, both on free loopback ports.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn start() -> Result<Self, RigError> {
        let runtime = runtime()?;
        let (mock, server, running) = runtime.block_on(async {
            let mock = start_mock().await?;
            let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
            let server = server.build()?;
            let running = server.clone().start().await?;
            Ok::<_, RigError>((mock, server, running))
        })?;
        let (rest, mcp) = (Rest::new(mock.url()), Mcp::new(running.mcp_url()));
        let rig = Self {
            rest,
            mcp,
            stdio: None,
            control: Control::Mock(Arc::new(mock)),
            kept: Cell::new(false),
            _server: Some(running),
            runtime,
        };
        Ok(rig.and_over(over_stdio(server)))
    }

    /// Targets that run already: the API's URL without `/v1`, and the URL of the MCP endpoint.
    ///
    /// # Errors
    /// When there is no runtime.
    pub fn attach(api: &str, mcp: &str, control: Control) -> Result<Self, RigError> {
        Self::attach_to(api, Mcp::new(mcp), control)
    }

    /// As [`Rig::attach`], for a server that need not be one over HTTP.
    ///
    /// # Errors
    /// When there is no runtime.
    pub fn attach_to(api: &str, mcp: Mcp, control: Control) -> Result<Self, RigError> {
        Ok(Self {
            rest: Rest::new(api),
            mcp,
            stdio: None,
            control,
            kept: Cell::new(false),
            _server: None,
            runtime: runtime()?,
        })
    }

    /// The same, whose server is reached over stdio too.
    #[must_use]
    pub fn and_over(self, stdio: Mcp) -> Self {
        Self { stdio: Some(stdio), ..self }
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// As [`Rest::call`] and [`Mcp::call`].
    pub fn call(&self, target: Target, call: &Call<'_>) -> Result<Answer, CallError> {
        self.runtime.block_on(async {
            match target {
                Target::Rest => self.rest.call(call).await,
                Target::Mcp => self.mcp.call(call).await,
            }
        })
    }

    /// The tools as the server lists them.
    ///
    /// # Errors
    /// As [`Mcp::list`].
    pub fn list_tools(&self, key: &str) -> Result<Vec<Value>, CallError> {
        self.runtime.block_on(self.mcp.list(key))
    }

    /// The tools as the server lists them in a revision, over a transport. It must be reached over that one.
    pub(crate) fn list_over(
        &self,
        transport: Transport,
        revision: Revision,
        key: &str,
    ) -> Result<Vec<Value>, CallError> {
        self.runtime.block_on(self.over(transport)?.speaking(revision).list(key))
    }

    /// The server over a transport.
    pub(crate) fn over(&self, transport: Transport) -> Result<&Mcp, CallError> {
        let found = match transport {
            Transport::Http => Some(&self.mcp).filter(|mcp| mcp.endpoint().is_some()),
            Transport::Stdio => {
                self.stdio.as_ref().or(Some(&self.mcp).filter(|mcp| mcp.endpoint().is_none()))
            }
        };
        found.ok_or_else(|| CallError::Unsupported(format!("the server is not reached over {transport}")))
    }

    /// The contract as the mock serves it.
    ///
    /// # Errors
    /// As [`Rest::get`].
    pub fn openapi(&self) -> Result<Value, CallError> {
        Ok(self.runtime.block_on(self.rest.get("/openapi.json"))?.body)
    }

    /// Takes the state back to its world.
    ///
    /// # Errors
    /// When there is no mock, or it does not answer.
    pub fn reset(&self) -> Result<(), CallError> {
        self.runtime.block_on(self.control.reset(&self.rest))
    }

    /// Takes state and clock back to where they were when this was first asked for.
    ///
    /// # Errors
    /// As [`Rig::reset`].
    pub(crate) fn rewind(&self) -> Result<(), CallError> {
        if self.kept.get() {
            self.steer(&format!("{START}/restore"), &Value::Null)?;
            return self.reset();
        }
        self.reset()?;
        self.runtime.block_on(self.control.send(&self.rest, "PUT", START, None))?;
        self.kept.set(true);
        Ok(())
    }

    /// A digest of the state.
    ///
    /// # Errors
    /// As [`Rig::reset`].
    pub fn digest(&self) -> Result<String, CallError> {
        self.runtime.block_on(self.control.digest(&self.rest))
    }

    /// Steers the mock: a `POST` to `/_mock` and `path`.
    ///
    /// # Errors
    /// As [`Rig::reset`], and when the mock refuses.
    pub fn steer(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.runtime.block_on(self.control.send(
            &self.rest,
            "POST",
            path,
            Some(body.clone()).filter(|body| !body.is_null()),
        ))
    }

    /// What the mock's control API says at `/_mock` and `path`.
    ///
    /// # Errors
    /// As [`Rig::steer`].
    pub fn look(&self, path: &str) -> Result<Value, CallError> {
        self.runtime.block_on(self.control.send(&self.rest, "GET", path, None))
    }

    /// The API's URL without `/v1`.
    #[must_use]
    pub fn api_url(&self) -> &str {
        self.rest.base()
    }
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

/// One thread drives mock, server and client of a rig: a call never waits for another thread to wake up.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// A client of `server` over stdio, in this process.
#[must_use]
pub fn over_stdio(server: Server) -> Mcp {
    Mcp::over(Arc::new(move |key| {
        let key = Key::parse(key).map_err(|error| CallError::unusable(Target::Mcp, error))?;
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let (input, output) = tokio::io::split(theirs);
        let server = server.clone();
        tokio::spawn(async move { server.serve_stdio(key, input, output, CancellationToken::new()).await });
        let (output, input) = tokio::io::split(ours);
        Ok(Peer::new(input, output))
    }))
}
