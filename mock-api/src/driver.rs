//! Lets time pass: what falls due happens, and webhooks are delivered, in the background or as the clock is moved on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use tokio::sync::{Mutex, Notify};

use crate::mock::Mock;
use crate::state::State;
use crate::time::Time;
use crate::webhooks::{Deliverer, Job, finish, take_jobs};

/// What the driver waits for and makes others wait for.
#[derive(Debug)]
pub(crate) struct Driver {
    deliverer: Deliverer,
    /// Grows when the state is replaced, so that what was under way for the old one is not taken for the new. Read and written under the state's lock.
    epoch: AtomicU64,
    /// There may be something to do.
    stirred: Notify,
    /// An attempt to deliver has ended.
    delivered: Notify,
    /// One moves the clock at a time.
    moving: Mutex<()>,
}

impl Driver {
    pub(crate) fn new(deliverer: Deliverer) -> Self {
        Self {
            deliverer,
            epoch: AtomicU64::new(0),
            stirred: Notify::new(),
            delivered: Notify::new(),
            moving: Mutex::new(()),
        }
    }

    /// The state was replaced.
    pub(crate) fn new_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
        self.delivered.notify_waiters();
        self.stir();
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Says that there may be something to do.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
    }
}

/// Runs until the mock is gone.
pub(crate) async fn run(mock: Arc<Mock>) {
    loop {
        let next = turn(&mock);
        let stirred = mock.driver.stirred.notified();
        match next.filter(|_| !mock.clock.is_frozen()).map(|at| at.since(mock.clock.now())) {
            Some(wait) => {
                let wait = wait.max(SignedDuration::from_millis(1)).unsigned_abs();
                drop(tokio::time::timeout(wait, stirred).await);
            }
            None => stirred.await,
        }
    }
}

/// Lets happen what is due, and starts what is to be delivered. Returns when the next thing is due.
fn turn(mock: &Arc<Mock>) -> Option<Time> {
    let (jobs, epoch, next) = {
        let (mut state, _) = mock.settled();
        (take_jobs(&mut state), mock.driver.epoch(), state.schedule.next_time())
    };
    for job in jobs {
        tokio::spawn(attempt(Arc::clone(mock), job, epoch));
    }
    next
}

async fn attempt(mock: Arc<Mock>, job: Job, epoch: u64) {
    let start = mock.clock.now();
    let mut outcome = mock.driver.deliverer.deliver(&job).await;
    let now = mock.clock.now();
    outcome.duration_ms = u64::try_from(now.since(start).as_millis()).unwrap_or_default();
    {
        let mut state = crate::lock(&mock.state);
        if epoch == mock.driver.epoch() {
            finish(&mut state, &job, outcome, now);
        }
    }
    turn(&mock);
    mock.driver.delivered.notify_waiters();
    mock.driver.stir();
}

/// Moves the clock to `target`, stopping wherever something falls due. Returns when all of it has happened, webhooks delivered or failed.
pub(crate) async fn advance(mock: &Arc<Mock>, target: Time) {
    let _moving = mock.driver.moving.lock().await;
    loop {
        turn(mock);
        idle(mock).await;
        let next = crate::lock(&mock.state).schedule.next_time();
        match next {
            Some(at) if at <= target => mock.clock.set(at.max(mock.clock.now())),
            _ if mock.clock.now() < target => mock.clock.set(target),
            _ => break,
        }
    }
    // What comes next is nearer now.
    mock.driver.stir();
}

/// Waits until nothing is under way.
pub(crate) async fn idle(mock: &Arc<Mock>) {
    loop {
        let delivered = mock.driver.delivered.notified();
        tokio::pin!(delivered);
        delivered.as_mut().enable();
        if is_idle(&crate::lock(&mock.state)) {
            return;
        }
        delivered.await;
    }
}

fn is_idle(state: &State) -> bool {
    state.webhooks.outbox.is_idle()
}
