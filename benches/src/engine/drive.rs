//! One phase: arrivals at one rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use super::plan::Plan;
use super::recorder::{Recorder, Shared, Tick};
use super::schedule::{Arrivals, Schedule};
use super::session::Session;
use super::timer::Timer;
use crate::result::Phase;
use crate::targets::Target;

/// How long calls may go on that are under way when the run is ended early.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How often it is told how a phase is getting on.
const TICK: Duration = Duration::from_secs(1);

/// What the phases of a run have in common.
#[derive(Debug, Clone)]
pub struct Driver {
    /// How arrivals are spread over time.
    pub arrivals: Arrivals,
    /// Time at the beginning of each phase that is not measured.
    pub warm_up: Duration,
    /// Time that is measured.
    pub duration: Duration,
    /// The length of the pieces in which it is told over time.
    pub slice: Duration,
    /// Most arrivals under way at once; those beyond it are dropped.
    pub max_in_flight: usize,
    /// Longest wait for an answer.
    pub timeout: Duration,
    /// The seed of everything that is random.
    pub seed: u64,
    /// How to wait for due times.
    pub timer: Timer,
    /// When the run began.
    pub origin: Instant,
    /// The number of the next arrival: no two of a run have the same.
    pub numbers: Arc<AtomicU64>,
    /// Ends the run early.
    pub stop: CancellationToken,
}

/// Lets arrivals begin at `rate` a second, and waits until all have ended. `tell` hears every second how it is getting on.
pub async fn drive<T: Target>(
    driver: &Driver,
    (target, plan): (&Arc<T>, &Arc<Plan>),
    rate: f64,
    tell: &mut (impl FnMut(&Tick) + ?Sized),
) -> Phase {
    let end = driver.warm_up + driver.duration;
    let recorder = Shared::new(Recorder::new(plan.tools.len(), driver.warm_up, end, driver.slice));
    let room = Arc::new(Semaphore::new(driver.max_in_flight));
    let start = Instant::now();
    let dispatch = Dispatch {
        driver: driver.clone(),
        target: Arc::clone(target),
        plan: Arc::clone(plan),
        recorder: recorder.clone(),
        room: Arc::clone(&room),
        start,
    };
    let in_flight = || driver.max_in_flight.saturating_sub(room.available_permits());
    let all = ended(dispatch.start(rate), &room, driver);
    told(all, start, |elapsed| tell(&recorder.lock().tick(elapsed, in_flight()))).await;
    let start_seconds = driver.start_seconds(start);
    recorder.lock().phase(rate, &plan.tools, start_seconds)
}

impl Driver {
    /// Seconds from the beginning of the run to where a phase that began at `start` is measured.
    pub(super) fn start_seconds(&self, start: Instant) -> f64 {
        (start + self.warm_up - self.origin).as_secs_f64()
    }
}

/// Waits for `all`, and tells every second how long it has been since `start`.
pub(super) async fn told(all: impl Future<Output = ()>, start: Instant, mut tell: impl FnMut(Duration)) {
    tokio::pin!(all);
    let mut ticks = interval_at(start + TICK, TICK);
    loop {
        tokio::select! {
            biased;
            () = &mut all => break,
            _ = ticks.tick() => tell(start.elapsed()),
        }
    }
}

/// Done when all arrivals have begun and ended, or, where the run is ended early, have had time to.
async fn ended(arrivals: JoinHandle<()>, room: &Semaphore, driver: &Driver) {
    // It ends by itself, and has nothing to say.
    drop(arrivals.await);
    let everybody = u32::try_from(driver.max_in_flight).unwrap_or(u32::MAX);
    tokio::select! {
        _ = room.acquire_many(everybody) => {}
        () = async { driver.stop.cancelled().await; sleep(GRACE).await } => {}
    }
}

/// What lets arrivals begin.
struct Dispatch<T> {
    driver: Driver,
    target: Arc<T>,
    plan: Arc<Plan>,
    recorder: Shared,
    room: Arc<Semaphore>,
    start: Instant,
}

impl<T: Target> Dispatch<T> {
    fn start(self, rate: f64) -> JoinHandle<()> {
        match self.driver.timer {
            Timer::Coarse => tokio::spawn(self.run(rate)),
            Timer::Fine => spawn_blocking(move || Handle::current().block_on(self.run(rate))),
        }
    }

    async fn run(self, rate: f64) {
        let driver = &self.driver;
        // Each phase of a run has randomness of its own.
        let first = driver.numbers.load(Ordering::Relaxed);
        let mut seeds = fastrand::Rng::with_seed(driver.seed ^ first.rotate_left(32));
        let schedule = Schedule::new(driver.arrivals, rate, seeds.u64(..));
        let end = driver.warm_up + driver.duration;
        for after in schedule.take_while(|after| *after < end) {
            let number = driver.numbers.fetch_add(1, Ordering::Relaxed);
            let random = seeds.fork();
            let due = self.start + after;
            if !driver.timer.until(due, &driver.stop).await {
                self.recorder.lock().end(self.start.elapsed());
                return;
            }
            self.recorder.lock().arrived(after, Instant::now() - due);
            match Arc::clone(&self.room).try_acquire_owned() {
                Err(_) => self.recorder.lock().dropped(after),
                Ok(permit) => {
                    let session = self.session(number, random);
                    tokio::spawn(async move {
                        session.run(due).await;
                        drop(permit);
                    });
                }
            }
        }
    }

    fn session(&self, number: u64, random: fastrand::Rng) -> Session<T> {
        Session {
            target: Arc::clone(&self.target),
            plan: Arc::clone(&self.plan),
            recorder: self.recorder.clone(),
            start: self.start,
            patience: self.driver.timeout,
            number,
            random,
        }
    }
}
