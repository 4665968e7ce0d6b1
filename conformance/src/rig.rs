//! A pair of targets, and the mock behind them.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use mock_api::StartError;
use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::control::Control;
use crate::own::Own;
use crate::targets::{Answer, Call, CallError, Mcp, Peer, Rest, Revision, Sender, Target};

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
    /// For requests that are made by hand.
    pub(crate) sender: Sender,
    /// Whether a snapshot of the start is kept.
    kept: Cell<bool>,
    /// What it started itself.
    own: Option<Own>,
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
        let own = runtime.block_on(Own::start())?;
        Ok(Self {
            rest: Rest::new(own.mock.url()),
            mcp: own.over_http(),
            stdio: Some(own.over_stdio()),
            control: Control::Mock(Arc::clone(&own.mock)),
            sender: Sender::default(),
            kept: Cell::new(false),
            own: Some(own),
            runtime,
        })
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
            sender: Sender::default(),
            kept: Cell::new(false),
            own: None,
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
        self.block_on(self.calling(target, call))
    }

    /// As [`Rig::call`], while something else is under way.
    pub(crate) async fn calling(&self, target: Target, call: &Call<'_>) -> Result<Answer, CallError> {
        match target {
            Target::Rest => self.rest.call(call).await,
            Target::Mcp => self.mcp.call(call).await,
        }
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

    /// Calls a tool in a revision, over a transport. The server must be reached over that one.
    pub(crate) fn call_over(
        &self,
        transport: Transport,
        revision: Revision,
        call: &Call<'_>,
    ) -> Result<Answer, CallError> {
        self.runtime.block_on(self.over(transport)?.speaking(revision).call(call))
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
        self.control("POST", path, body)
    }

    /// Steers the mock by any method.
    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value, CallError> {
        self.block_on(self.steering(method, path, body))
    }

    /// As [`Rig::control`], while something else is under way.
    pub(crate) async fn steering(&self, method: &str, path: &str, body: &Value) -> Result<Value, CallError> {
        let body = Some(body.clone()).filter(|body| !body.is_null());
        self.control.send(&self.rest, method, path, body).await
    }

    /// Waits for something that the targets take part in.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// The URL of the server's endpoint. It must be reached over HTTP.
    pub(crate) fn endpoint(&self) -> Result<&str, CallError> {
        Ok(self.over(Transport::Http)?.endpoint().unwrap_or_default())
    }

    /// The URL of an endpoint that takes access tokens, if any does: of a server beside the rig's own, else of the one that is checked.
    pub(crate) fn resource(&self) -> Result<&str, CallError> {
        match &self.own {
            Some(own) => self.block_on(own.with_tokens()),
            None => self.endpoint(),
        }
    }

    /// Calls a tool on a server that tries again what may be tried again: one beside the rig's own, which does not, else the one that is checked.
    pub(crate) fn call_retrying(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        self.block_on(async {
            match &self.own {
                Some(own) => own.retrying().await?.call(call).await,
                None => self.mcp.call(call).await,
            }
        })
    }

    /// A server over stdio that nobody has spoken with. It must be reached over stdio.
    pub(crate) fn fresh(&self, key: &str) -> Result<Peer, CallError> {
        let mcp = self.over(Transport::Stdio)?;
        // Where it serves in this process, it needs the runtime.
        self.block_on(async { mcp.fresh(key) })
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

/// One thread drives mock, server and client of a rig: a call never waits for another thread to wake up.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
