//! Lets time pass: what falls due happens, and webhooks are delivered, in the background or as the clock is moved on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::SignedDuration;
use tokio::sync::{Mutex, Notify, watch};

use crate::mock::Mock;
use crate::time::Time;
use crate::webhooks::{Deliverer, Job, Outcome, finish, take_jobs};

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
    /// The attempts that are under way.
    attempts: std::sync::Mutex<BTreeSet<Attempt>>,
    /// Attempts that were to end by then have nobody waiting for them any more.
    given_up: watch::Sender<Option<Time>>,
    /// One moves the clock at a time.
    moving: Mutex<()>,
    /// How many attempts there were.
    attempted: AtomicU64,
    /// The mock is gone: nothing more happens by itself.
    stopped: AtomicBool,
}

/// An attempt to deliver that is under way: when it ends for want of an answer, by the mock's clock, and a number of its own.
type Attempt = (Time, u64);

/// Whether a move of the clock waits for attempts that are under way, or leaves them behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Until they have ended.
    ForAll,
    /// Only for those whose time is over.
    ForNone,
}

/// The state was replaced while the clock moved, and with it what the move was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replaced;

impl Driver {
    pub(crate) fn new(deliverer: Deliverer) -> Self {
        Self {
            deliverer,
            epoch: AtomicU64::new(0),
            stirred: Notify::new(),
            delivered: Notify::new(),
            attempts: std::sync::Mutex::default(),
            given_up: watch::Sender::new(None),
            moving: Mutex::new(()),
            attempted: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// The state was replaced.
    pub(crate) fn new_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
        // The clock may have gone back.
        self.given_up.send_replace(None);
        self.delivered.notify_waiters();
        self.stir();
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Starts nothing from here on, and lets nobody wait any longer.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.delivered.notify_waiters();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Says that there may be something to do.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// An attempt begins.
    fn begin(&self, now: Time) -> Attempt {
        let end = now.plus(self.deliverer.timeout());
        let attempt = (end, self.attempted.fetch_add(1, Ordering::Relaxed));
        crate::lock(&self.attempts).insert(attempt);
        attempt
    }

    /// When the next attempt ends for want of an answer.
    fn next_end(&self) -> Option<Time> {
        crate::lock(&self.attempts).first().map(|(end, _)| *end)
    }
}

/// Runs until the mock is gone.
pub(crate) async fn run(mock: Arc<Mock>) {
    loop {
        let next = turn(&mock).next;
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

/// What is left after a turn.
struct Left {
    /// When the next thing is due.
    next: Option<Time>,
    /// Whether nothing is under way.
    idle: bool,
}

/// Lets happen what is due, and starts what is to be delivered.
fn turn(mock: &Arc<Mock>) -> Left {
    if mock.driver.is_stopped() {
        return Left { next: None, idle: true };
    }
    let (jobs, now, epoch, left) = {
        let (mut state, now) = mock.settled();
        let begin = |job| (job, mock.driver.begin(now));
        let jobs: Vec<_> = take_jobs(&mut state).into_iter().map(begin).collect();
        let left = Left { next: state.schedule.next_time(), idle: state.webhooks.outbox.is_idle() };
        (jobs, now, mock.driver.epoch(), left)
    };
    for (job, this) in jobs {
        tokio::spawn(attempt(Arc::clone(mock), job, epoch, now, this));
    }
    left
}

async fn attempt(mock: Arc<Mock>, job: Job, epoch: u64, start: Time, this: Attempt) {
    let mut given_up = mock.driver.given_up.subscribe();
    let mut outcome = tokio::select! {
        biased;
        outcome = mock.driver.deliverer.deliver(&job) => outcome,
        _ = given_up.wait_for(|by| by.is_some_and(|by| by >= this.0)) => Outcome::unanswered(),
    };
    let now = mock.clock.now();
    outcome.duration_ms = u64::try_from(now.since(start).as_millis()).unwrap_or_default();
    {
        let mut state = crate::lock(&mock.state);
        if epoch == mock.driver.epoch() {
            finish(&mut state, &job, outcome, now);
        }
    }
    crate::lock(&mock.driver.attempts).remove(&this);
    turn(&mock);
    mock.driver.delivered.notify_waiters();
    mock.driver.stir();
}

/// Moves the clock to where `target` says from the time it shows, stopping wherever something falls due. Returns when all of it has happened, webhooks
/// delivered or failed; or, where it waits for none, only sent. Moves wait for each other, and each begins where the one before it ended.
pub(crate) async fn advance<E>(
    mock: &Arc<Mock>,
    target: impl FnOnce(Time) -> Result<Time, E>,
    waiting: Waiting,
) -> Result<Result<(), Replaced>, E> {
    let _moving = mock.driver.moving.lock().await;
    let (epoch, target) = {
        let _state = crate::lock(&mock.state);
        (mock.driver.epoch(), target(mock.clock.now())?)
    };
    while !mock.driver.is_stopped() {
        match waiting {
            Waiting::ForAll => idle(mock).await,
            Waiting::ForNone => give_up(mock).await,
        }
        // The clock is set under the state's lock, as it is where the state is replaced: it never shows the time of another one.
        let state = crate::lock(&mock.state);
        if epoch != mock.driver.epoch() {
            return Ok(Err(Replaced));
        }
        let end = mock.driver.next_end().filter(|_| waiting == Waiting::ForNone);
        match state.schedule.next_time().into_iter().chain(end).min() {
            Some(at) if at <= target => mock.clock.set(at.max(mock.clock.now())),
            _ if mock.clock.now() < target => mock.clock.set(target),
            _ => break,
        }
    }
    // What comes next is nearer now.
    mock.driver.stir();
    Ok(Ok(()))
}

/// Waits until nothing is under way. What is stirred meanwhile is started here: were it left to others, nobody would say when it came to nothing.
async fn idle(mock: &Arc<Mock>) {
    loop {
        let delivered = mock.driver.delivered.notified();
        tokio::pin!(delivered);
        delivered.as_mut().enable();
        // From here on an attempt is under way, which says when it has ended.
        if turn(mock).idle {
            return;
        }
        delivered.await;
    }
}

/// Starts what is due, and ends the attempts whose time is over.
async fn give_up(mock: &Arc<Mock>) {
    turn(mock);
    let now = mock.clock.now();
    mock.driver.given_up.send_replace(Some(now));
    loop {
        let delivered = mock.driver.delivered.notified();
        tokio::pin!(delivered);
        delivered.as_mut().enable();
        if mock.driver.is_stopped() || mock.driver.next_end().is_none_or(|end| end > now) {
            return;
        }
        delivered.await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use fixtures::World;
    use serde_json::json;

    use super::*;
    use crate::control::ControlError;
    use crate::{Clock, MockApi};

    async fn frozen() -> MockApi {
        let clock = Clock::frozen("2026-06-20T10:00:00Z".parse().unwrap());
        MockApi::builder().clock(clock).start().await.unwrap()
    }

    fn by(duration: SignedDuration) -> impl FnOnce(Time) -> Result<Time, ControlError> {
        move |now| Ok(now.plus(duration))
    }

    /// One poll, and nothing else runs meanwhile.
    fn is_ready(future: std::pin::Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn what_is_stirred_for_nothing_keeps_nobody_waiting() {
        let api = frozen().await;
        let mock = &api.mock;
        let stir = || crate::lock(&mock.state).webhooks.outbox.stir("nobody");
        stir();
        let mut waiting = pin!(idle(mock));
        let mut ready = is_ready(waiting.as_mut());
        // The driver's own turn comes between: it finds nothing to deliver.
        turn(mock);
        ready = ready || is_ready(waiting.as_mut());
        assert!(ready, "somebody waits for what will never end");
    }

    #[tokio::test]
    async fn moves_add_up() {
        let api = frozen().await;
        let hour = || advance(&api.mock, by(SignedDuration::from_hours(1)), Waiting::ForAll);
        let (a, b, c) = tokio::join!(hour(), hour(), hour());
        assert!([a, b, c].into_iter().all(|moved| moved.unwrap().is_ok()));
        assert_eq!(api.mock.clock.now().to_string(), "2026-06-20T13:00:00.000Z");
    }

    /// A listener that takes no connection from its queue: who calls it waits.
    async fn with_a_delivery_that_does_not_end() -> (MockApi, tokio::net::TcpListener) {
        let api = frozen().await;
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let mut world = World::demo().unwrap();
        world.webhooks[0].url = url;
        world.webhooks[0].active = true;
        api.load_world(world);
        api.simulate("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" }))
            .unwrap();
        (api, silent)
    }

    #[tokio::test]
    async fn a_move_ends_when_the_state_is_replaced() {
        let (api, _silent) = with_a_delivery_that_does_not_end().await;
        api.save_snapshot("before").unwrap();
        let mut moving = pin!(advance(&api.mock, by(SignedDuration::from_hours(1)), Waiting::ForAll));
        assert!(!is_ready(moving.as_mut()), "it waits for the delivery");
        api.load_world(World::demo().unwrap());
        assert_eq!(moving.await.unwrap(), Err(Replaced));
        assert_eq!(api.mock.clock.now().to_string(), "2026-06-20T10:00:00.000Z");
    }

    #[tokio::test]
    async fn nothing_starts_once_the_mock_is_gone() {
        let (api, _silent) = with_a_delivery_that_does_not_end().await;
        let mock = Arc::clone(&api.mock);
        drop(api);
        turn(&mock);
        assert!(take_jobs(&mut crate::lock(&mock.state)).len() == 1, "the delivery still waits");
        assert!(is_ready(pin!(idle(&mock))), "nobody waits for it");
    }
}
