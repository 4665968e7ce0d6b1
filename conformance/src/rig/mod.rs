//! A pair of targets, and the mock behind them.

mod by_hand;
mod call;
mod granted;
mod probe;
mod steer;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mock_api::StartError;
use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::control::Control;
use crate::demo::Roles;
use crate::granted::Granted;
use crate::own::Own;
use crate::pace::{Pace, Patience};
use crate::permit::Permit;
use crate::targets::{CallError, Mcp, Rest, Sender, Target};

/// Where a mock listens unless told otherwise.
const USUAL_API: &str = "http://127.0.0.1:4010";
/// Where a server does.
const USUAL_SERVER: &str = "http://127.0.0.1:8080";

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
    sender: Sender,
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
    /// Filled when somebody first asks for a token.
    granted: OnceCell<Result<Granted, CallError>>,
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
        let control = Control::Mock(Arc::clone(&own.mock));
        let rig = Self::new(Rest::new(own.mock.url()), own.over_http(), control, runtime);
        Ok(Self { stdio: Some(own.over_stdio()), own: Some(own), ..rig })
    }

    /// Targets that run already: the API's URL without `/v1`, and the URL of the MCP endpoint. Everything may be done to them, unless told otherwise.
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
        Ok(Self::new(Rest::new(api), mcp, control, runtime()?))
    }

    fn new(rest: Rest, mcp: Mcp, control: Control, runtime: Runtime) -> Self {
        Self {
            rest,
            mcp,
            stdio: None,
            control,
            sender: Sender::default(),
            permit: Permit::Everything,
            roles: Roles::default(),
            pace: Pace::default(),
            only: None,
            stop: Arc::default(),
            listed: RefCell::default(),
            kept: Cell::new(false),
            granted: OnceCell::new(),
            own: None,
            runtime,
        }
    }

    /// The same, whose server is reached over stdio too.
    #[must_use]
    pub fn and_over(self, stdio: Mcp) -> Self {
        Self { stdio: Some(stdio), ..self }
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

    /// The same, asked so many times a second at most, and again when it asks to wait. What a mock answers stands; the server before it may ask to wait.
    #[must_use]
    pub fn paced(self, calls_a_second: Option<f64>) -> Self {
        let patience = if self.is_steered() { Patience::Server } else { Patience::Everybody };
        Self { pace: Pace::new(calls_a_second, patience), ..self }
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

    /// Waits for something that the targets take part in.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Whether its targets were started for it, and end with it.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Puts the usual addresses of mock and server in place of those that are gone when somebody reads the text.
    pub(crate) fn make_lasting(&self, text: &mut String) {
        if let Some(own) = &self.own {
            *text = text.replace(&own.mock.url(), USUAL_API).replace(&own.server_url(), USUAL_SERVER);
        }
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
