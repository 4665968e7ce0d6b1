//! A pair of targets, and the mock behind them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mock_api::{Clock, MockApi, StartError};
use serde_json::Value;
use server::{Limits, Running, Server};
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::control::Control;
use crate::demo::{self, Roles};
use crate::pace::Pace;
use crate::permit::Permit;
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
    permit: Permit,
    roles: Roles,
    pace: Pace,
    /// The only side that there is, where one is missing.
    only: Option<Target>,
    /// Ends the run when it is true.
    stop: Arc<AtomicBool>,
    /// Things that a target without control has listed itself.
    listed: RefCell<BTreeSet<String>>,
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
        let rig = Self::new(rest, mcp, Control::Mock(Arc::new(mock)), runtime);
        Ok(Self { _server: Some(server), ..rig })
    }

    /// Targets that run already: the API's URL without `/v1`, and the URL of the MCP endpoint. Everything may be done to them, unless told otherwise.
    ///
    /// # Errors
    /// When there is no runtime.
    pub fn attach(api: &str, mcp: &str, control: Control) -> Result<Self, RigError> {
        Ok(Self::new(Rest::new(api), Mcp::new(mcp), control, runtime()?))
    }

    fn new(rest: Rest, mcp: Mcp, control: Control, runtime: Runtime) -> Self {
        Self {
            rest,
            mcp,
            control,
            permit: Permit::Everything,
            roles: Roles::default(),
            pace: Pace::default(),
            only: None,
            stop: Arc::default(),
            listed: RefCell::default(),
            kept: Cell::new(false),
            _server: None,
            runtime,
        }
    }

    /// The same, to which only what `permit` says may be done. What must not be written to is not steered either.
    #[must_use]
    pub fn permitting(self, permit: Permit) -> Self {
        let control = if permit.steers() { self.control } else { Control::None };
        Self { control, permit, ..self }
    }

    /// The same, steered by the control API of a mock where there is one and it may be used; a mock reaches nobody, so that then everything is permitted.
    #[must_use]
    pub fn steered_if_mock(self, token: Option<String>) -> Self {
        let may = self.permit.steers() && self.there(Target::Rest).is_ok();
        let health = || self.runtime.block_on(self.rest.get("/_mock/health"));
        if !may || !health().is_ok_and(|answer| answer.ok && answer.body.get("status").is_some()) {
            return self;
        }
        Self { control: Control::Remote { token }, permit: Permit::Everything, ..self }
    }

    /// The same, where `roles` stand for the keys and numbers of the demo world.
    #[must_use]
    pub fn with_roles(self, roles: Roles) -> Self {
        Self { roles, ..self }
    }

    /// The same, asked so many times a second at most, and again when it asks to wait.
    #[must_use]
    pub fn paced(self, calls_a_second: Option<f64>) -> Self {
        Self { pace: Pace::new(calls_a_second), ..self }
    }

    /// The same without the other side: what needs it is not verified.
    #[must_use]
    pub fn only(self, target: Target) -> Self {
        Self { only: Some(target), ..self }
    }

    /// The same, which makes no more calls once `stop` is true.
    pub(crate) fn until(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Whether a control API steers it: then it has the demo world, and can be taken back to it.
    #[must_use]
    pub fn is_steered(&self) -> bool {
        !matches!(self.control, Control::None)
    }

    /// Notes something that the target has listed itself.
    pub(crate) fn learn(&self, id: Option<&Value>) {
        self.listed.borrow_mut().extend(id.and_then(Value::as_str).map(str::to_owned));
    }

    /// Whether the target has something of the demo world.
    fn has(&self, thing: &str) -> bool {
        self.is_steered() || self.listed.borrow().contains(thing)
    }

    pub(crate) fn permit(&self) -> &Permit {
        &self.permit
    }

    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The side over which the state is looked at and prepared.
    pub(crate) fn first(&self) -> Target {
        self.only.unwrap_or(Target::Rest)
    }

    /// Calls a tool: the one way to do so, past which nothing gets that is not permitted. Keys and numbers of the demo world are those of the target.
    ///
    /// # Errors
    /// As [`Rest::call`] and [`Mcp::call`]; [`CallError::Unsupported`] for what is not permitted, or not there.
    pub fn call(&self, target: Target, call: &Call<'_>) -> Result<Answer, CallError> {
        self.there(target)?;
        let key = call.key.map(|key| self.roles.key(key)).transpose()?;
        let arguments = self.roles.arguments(call.arguments)?;
        let mut names = arguments.values().filter_map(Value::as_str);
        if let Some(name) = names.find(|name| demo::is_thing(name) && !self.has(name)) {
            return Err(CallError::Unsupported(format!(
                "{name} is of the demo world, which the target may not have"
            )));
        }
        self.permit.allows(call.operation, &arguments)?;
        let call = Call { operation: call.operation, key, arguments: &arguments };
        self.runtime.block_on(self.pace.ask(|| async {
            match target {
                Target::Rest => self.rest.call(&call).await,
                Target::Mcp => self.mcp.call(&call).await,
            }
        }))
    }

    /// Whether a side can be asked, and the run goes on.
    fn there(&self, target: Target) -> Result<(), CallError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(CallError::Unsupported("the run was ended before".to_owned()));
        }
        match self.only {
            Some(only) if only != target => {
                Err(CallError::Unsupported(format!("there is no {target} target: give --api and --mcp")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the targets answer at all, whatever they say.
    ///
    /// # Errors
    /// [`CallError::Unreachable`].
    pub fn reach(&self) -> Result<(), CallError> {
        self.runtime.block_on(async {
            if self.there(Target::Rest).is_ok() {
                self.rest.reach().await?;
            }
            if self.there(Target::Mcp).is_ok() {
                self.mcp.reach().await?;
            }
            Ok(())
        })
    }

    /// The tools as the server lists them.
    ///
    /// # Errors
    /// As [`Mcp::list`].
    pub fn list_tools(&self, key: &str) -> Result<Vec<Value>, CallError> {
        self.there(Target::Mcp)?;
        self.runtime.block_on(self.mcp.list(self.roles.key_or_any(key)))
    }

    /// The contract as the mock serves it.
    ///
    /// # Errors
    /// As [`Rest::get`].
    pub fn openapi(&self) -> Result<Value, CallError> {
        self.there(Target::Rest)?;
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
