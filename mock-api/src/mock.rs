//! A running mock: what its handlers share, and the handle on it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use fixtures::World;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::control::{Access, Faults, Journal, Snapshots};
use crate::driver::{self, Driver};
use crate::messaging::Running;
use crate::net::{Connection, Listener};
use crate::oauth::{Documents, Issuer};
use crate::state::State;
use crate::time::{Clock, Time};

/// How long requests in flight have to be answered when it is stopped.
const GRACE: Duration = Duration::from_secs(5);

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Mock {
    pub(crate) clock: Clock,
    pub(crate) strict: bool,
    pub(crate) state: Mutex<State>,
    pub(crate) driver: Driver,
    /// What a reset goes back to.
    pub(crate) world: Mutex<Arc<World>>,
    pub(crate) seed: u64,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) running: Running,
    pub(crate) snapshots: Snapshots,
    pub(crate) access: Access,
    pub(crate) issuer: Issuer,
    pub(crate) documents: Documents,
}

impl Mock {
    /// The state with all that is due, and the time it is. The clock is read under the lock, so that nobody enters an earlier time after a later one.
    pub(crate) fn settled(&self) -> (MutexGuard<'_, State>, Time) {
        let mut state = crate::lock(&self.state);
        let now = self.clock.now();
        state.settle(now);
        (state, now)
    }

    /// Puts another state in the place of the one there is, and the clock at its time when it has one.
    pub(crate) fn replace(&self, state: State, time: Option<Time>) {
        let mut current = crate::lock(&self.state);
        *current = state;
        if let Some(time) = time {
            self.clock.set(time);
        }
        self.driver.new_epoch();
    }
}

/// A running mock. It stops when it is dropped.
#[derive(Debug)]
pub struct MockApi {
    address: SocketAddr,
    pub(crate) mock: Arc<Mock>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    driving: JoinHandle<()>,
}

impl MockApi {
    /// A mock of the `demo` world on a free loopback port.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Serves a mock on a listener, and lets its time pass.
    pub(crate) fn run(mock: Arc<Mock>, router: Router, listener: TcpListener, address: SocketAddr) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<Connection>();
        let (keep, open) = watch::channel(());
        let task = tokio::spawn(async move {
            // Connections are open as long as this task runs.
            let _keep = keep;
            let served = axum::serve(Listener { tcp: listener, open }, service)
                .with_graceful_shutdown(async { drop(stopped.await) });
            if let Err(error) = served.await {
                tracing::error!(%error, "the listener failed");
            }
        });
        let driving = tokio::spawn(driver::run(Arc::clone(&mock)));
        Self { address, mock, stop: Some(stop), task: Some(task), driving }
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

    /// Moves its clock on. Returns when all that falls due on the way has happened, in order, webhooks delivered or failed; earlier when the state is
    /// replaced meanwhile. A negative duration moves nothing, with a warning in the log; [`advance_to`](Self::advance_to) answers an error for it.
    pub async fn advance(&self, by: SignedDuration) {
        if by.is_negative() {
            tracing::warn!(%by, "the clock does not go back");
        }
        let target = |now: Time| Ok::<_, Infallible>(now.plus(by.max(SignedDuration::ZERO)));
        let Ok(Ok(()) | Err(driver::Replaced)) =
            driver::advance(&self.mock, target, driver::Waiting::ForAll).await;
    }

    /// A digest of everything it holds: two equal ones mean that nothing changed in between.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.mock.digest()
    }

    /// Stops it: requests in flight are answered first, if that takes no longer than 5 seconds.
    pub async fn stop(self) {
        self.stop_within(GRACE).await;
    }

    /// Stops it: requests in flight are answered first, as far as the grace goes. Then connections end, half a request or a slow answer on them or not.
    pub async fn stop_within(mut self, grace: Duration) {
        drop(self.stop.take());
        let Some(mut task) = self.task.take() else { return };
        if tokio::time::timeout(grace, &mut task).await.is_err() {
            tracing::warn!("stopped before every request was answered");
            task.abort();
            drop(task.await);
        }
    }
}

impl Drop for MockApi {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.driving.abort();
        self.mock.driver.stop();
    }
}
