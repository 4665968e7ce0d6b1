//! A pair of targets, and the mock behind them.

use std::cell::Cell;
use std::sync::Arc;

use mock_api::{Clock, MockApi, StartError};
use serde_json::Value;
use server::{Limits, Running, Server};
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::control::Control;
use crate::targets::{Answer, Call, CallError, Mcp, Rest, Target};

/// When the clock of the mock stands still: the start of the demo world, so that recorded answers stay as they are.
const FROZEN_AT: &str = "2026-06-20T10:00:00.000Z";
/// The seed of the mock's ids. Not that of the generated arguments: recorded answers hold ids.
const MOCK_SEED: u64 = 0;

/// The snapshot of state and clock as a run finds them, in the control API.
const START: &str = "/snapshots/conformance-start";

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

/// A pair of targets that share a state.
#[derive(Debug)]
pub struct Rig {
    rest: Rest,
    mcp: Mcp,
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
        let (mock, server) = runtime.block_on(async {
            let mock = start_mock().await?;
            let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
            let server = server.start().await?;
            Ok::<_, RigError>((mock, server))
        })?;
        let (rest, mcp) = (Rest::new(mock.url()), Mcp::new(server.mcp_url()));
        Ok(Self {
            rest,
            mcp,
            control: Control::Mock(Arc::new(mock)),
            kept: Cell::new(false),
            _server: Some(server),
            runtime,
        })
    }

    /// Targets that run already: the API's URL without `/v1`, and the URL of the MCP endpoint.
    ///
    /// # Errors
    /// When there is no runtime.
    pub fn attach(api: &str, mcp: &str, control: Control) -> Result<Self, RigError> {
        Ok(Self {
            rest: Rest::new(api),
            mcp: Mcp::new(mcp),
            control,
            kept: Cell::new(false),
            _server: None,
            runtime: runtime()?,
        })
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

    /// Runs something beside the clients, such as a server that the target calls; what it spawns goes on while the rig is asked for something.
    pub(crate) fn run<F: Future>(&self, what: F) -> F::Output {
        self.runtime.block_on(what)
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
