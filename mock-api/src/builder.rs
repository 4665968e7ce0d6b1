//! Starting a mock.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use fixtures::World;
use fixtures::world::WorldError;
use thiserror::Error;
use tokio::net::TcpListener;
use url::Url;

use crate::api;
use crate::control::{self, Access, CAPACITY, Faults, Journal, Snapshots};
use crate::driver::Driver;
use crate::hosts::{HostError, Hosts};
use crate::messaging::Running;
use crate::mock::{Mock, MockApi};
use crate::oauth::{self, Documents, Issuer};
use crate::openapi;
use crate::state::State;
use crate::time::Clock;
use crate::webhooks::Deliverer;

/// Why a mock did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The world could not be loaded.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A host that may be called is none.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The address could not be listened on.
    #[error("failed to listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// What a mock starts with.
#[derive(Debug)]
pub struct Builder {
    listen: SocketAddr,
    world: Option<World>,
    clock: Clock,
    seed: u64,
    strict: bool,
    webhook_hosts: Vec<String>,
    webhook_timeout: Duration,
    client_hosts: Vec<String>,
    public_url: Option<Url>,
    control_token: Option<String>,
    journal: usize,
}

impl Builder {
    pub(crate) fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            world: None,
            clock: Clock::real(),
            seed: 0,
            strict: false,
            webhook_hosts: Vec::new(),
            webhook_timeout: Duration::from_secs(10),
            client_hosts: Vec::new(),
            public_url: None,
            control_token: None,
            journal: CAPACITY,
        }
    }

    /// Where it listens; a free loopback port unless told otherwise.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The world it starts from and goes back to; `demo` unless told otherwise.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = Some(world);
        self
    }

    /// Its clock; the machine's unless told otherwise.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The seed of its ids and keys; 0 unless told otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Refuses unknown body fields with `UNKNOWN_FIELDS` (U-17).
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Hosts that webhooks may be delivered to besides loopback, on any port, without scheme, port or path; none unless told otherwise.
    #[must_use]
    pub fn allow_webhook_hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.webhook_hosts.extend(hosts);
        self
    }

    /// How long a webhook's receiver may take, of real time; 10 seconds unless told otherwise (U-14).
    #[must_use]
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.webhook_timeout = timeout;
        self
    }

    /// Hosts that OAuth client metadata documents may be fetched from besides loopback; none unless told otherwise.
    #[must_use]
    pub fn allow_client_hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.client_hosts.extend(hosts);
        self
    }

    /// Its base URL as others see it, which tokens and their issuer go by; where it listens unless told otherwise.
    #[must_use]
    pub fn public_url(mut self, url: Url) -> Self {
        self.public_url = Some(url);
        self
    }

    /// A token that the control API asks for; without one it is open on loopback, and closed elsewhere.
    #[must_use]
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.control_token = Some(token.into());
        self
    }

    /// How many requests its journal keeps; 1,000 unless told otherwise, and none with 0.
    #[must_use]
    pub fn journal(mut self, capacity: usize) -> Self {
        self.journal = capacity;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When the address is taken, the world does not fit, or a webhook host is none.
    pub async fn start(self) -> Result<MockApi, StartError> {
        let world = self.world.map_or_else(World::demo, Ok)?;
        let state = State::load(&world, self.seed, self.clock.now());
        let deliverer = Deliverer::new(Hosts::new(&self.webhook_hosts)?, self.webhook_timeout);
        let documents = Documents::new(Hosts::new(&self.client_hosts)?);
        let failed = |source| StartError::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mock = Arc::new(Mock {
            clock: self.clock,
            driver: Driver::new(deliverer),
            strict: self.strict,
            state: Mutex::new(state),
            world: Mutex::new(Arc::new(world)),
            seed: self.seed,
            journal: Journal::new(self.journal),
            faults: Faults::new(self.seed),
            running: Running::default(),
            snapshots: Snapshots::default(),
            access: Access::new(self.control_token.as_deref(), address.ip()),
            issuer: Issuer::new(self.public_url.as_ref(), address),
            documents,
        });
        let router = router(&mock);
        Ok(MockApi::run(mock, router, listener, address))
    }
}

fn router(mock: &Arc<Mock>) -> Router {
    api::router(mock)
        .route("/openapi.json", get(openapi::get))
        .merge(oauth::router(mock))
        .merge(control::router(mock))
}
