//! Starting, resetting and stopping a mock.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State as Shared;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use fixtures::contract::ContractError;
use fixtures::world::WorldError;
use fixtures::{Contract, World};
use jiff::SignedDuration;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api;
use crate::state::State;
use crate::time::Clock;

/// Why a mock did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The world could not be loaded.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The contract could not be loaded.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The address could not be listened on.
    #[error("failed to listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Mock {
    pub(crate) clock: Clock,
    pub(crate) strict: bool,
    pub(crate) state: Mutex<State>,
    world: World,
    seed: u64,
}

impl Mock {
    fn reset(&self) {
        let state = State::load(&self.world, self.seed, self.clock.now());
        *crate::lock(&self.state) = state;
    }
}

/// What a mock starts with.
#[derive(Debug)]
pub struct Builder {
    listen: SocketAddr,
    world: Option<World>,
    clock: Clock,
    seed: u64,
    strict: bool,
}

impl Builder {
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

    /// Starts it.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(self) -> Result<MockApi, StartError> {
        let world = self.world.map_or_else(World::demo, Ok)?;
        let document = Contract::load()?.document().clone();
        let state = State::load(&world, self.seed, self.clock.now());
        let mock = Arc::new(Mock {
            clock: self.clock,
            strict: self.strict,
            state: Mutex::new(state),
            world,
            seed: self.seed,
        });
        let failed = |source| StartError::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router(&mock, document);
        let task = tokio::spawn(async move {
            // Without it small answers wait for the client's delayed acknowledgement.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            let served = axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
            if let Err(error) = served.await {
                tracing::error!(%error, "the listener failed");
            }
        });
        Ok(MockApi { address, mock, stop: Some(stop), task: Some(task) })
    }
}

/// A running mock. It stops when it is dropped.
#[derive(Debug)]
pub struct MockApi {
    address: SocketAddr,
    mock: Arc<Mock>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl MockApi {
    /// A mock of the `demo` world on a free loopback port.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            world: None,
            clock: Clock::Real,
            seed: 0,
            strict: false,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, without `/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Goes back to its world, ids and keys included.
    pub fn reset(&self) {
        self.mock.reset();
    }

    /// Moves its clock on, if it is a frozen one. What falls due happens with the next request.
    pub fn advance(&self, by: SignedDuration) {
        self.mock.clock.advance(by);
    }

    /// A digest of everything it holds: two equal ones mean that nothing changed in between.
    #[must_use]
    pub fn digest(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        format!("{:?}", crate::lock(&self.mock.state)).hash(&mut hasher);
        hasher.finish()
    }

    /// Stops it: requests in flight are answered first.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            drop(task.await);
        }
    }
}

impl Drop for MockApi {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

fn router(mock: &Arc<Mock>, document: Value) -> Router {
    let document = axum::Json(document);
    Router::new()
        .route("/_mock/health", get(api::health))
        .route("/_mock/reset", post(reset).with_state(Arc::clone(mock)))
        .route("/openapi.json", get(move || async move { document }))
        .merge(api::router(mock))
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::method_not_allowed)
}

async fn reset(Shared(mock): Shared<Arc<Mock>>) -> axum::Json<Value> {
    mock.reset();
    axum::Json(json!({ "ok": true }))
}
