//! The closed loop: so many connections, each of which makes its next call when the last is answered. What a target can do at most; what waits for it is in no latency here.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::drive::{Driver, GRACE, told};
use super::plan::Plan;
use super::recorder::{Recorder, Shared, Tick};
use super::session::Session;
use crate::result::Phase;
use crate::targets::Target;

/// Lets `connections` make calls one after the other, and waits until all have ended. `tell` hears every second how it is getting on.
pub async fn closed<T: Target>(
    driver: &Driver,
    (target, plan): (&Arc<T>, &Arc<Plan>),
    connections: usize,
    tell: &mut (impl FnMut(&Tick) + ?Sized),
) -> Phase {
    let end = driver.warm_up + driver.duration;
    let recorder = Shared::new(Recorder::new(plan.tools.len(), driver.warm_up, end, driver.slice));
    let start = Instant::now();
    let first = driver.numbers.load(Ordering::Relaxed);
    let mut seeds = fastrand::Rng::with_seed(driver.seed ^ first.rotate_left(32));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let connection = Connection {
            driver: driver.clone(),
            target: Arc::clone(target),
            plan: Arc::clone(plan),
            recorder: recorder.clone(),
            start,
        };
        tasks.spawn(connection.run(seeds.fork(), end));
    }
    let ended = async {
        tokio::select! {
            () = async { while tasks.join_next().await.is_some() {} } => {}
            () = async { driver.stop.cancelled().await; sleep(GRACE).await } => {}
        }
    };
    told(ended, start, |elapsed| tell(&recorder.lock().tick(elapsed, connections))).await;
    tasks.shutdown().await;
    let mut phase = recorder.lock().phase(0.0, &plan.tools, driver.start_seconds(start));
    // Nothing was offered but what was taken.
    phase.rate = if phase.seconds > 0.0 { phase.arrivals.due as f64 / phase.seconds } else { 0.0 };
    phase.connections = Some(connections);
    phase
}

struct Connection<T> {
    driver: Driver,
    target: Arc<T>,
    plan: Arc<Plan>,
    recorder: Shared,
    start: Instant,
}

impl<T: Target> Connection<T> {
    async fn run(self, mut random: fastrand::Rng, end: Duration) {
        loop {
            let now = Instant::now();
            let after = now - self.start;
            if self.driver.stop.is_cancelled() {
                self.recorder.lock().end(after);
                return;
            }
            if after >= end {
                return;
            }
            self.recorder.lock().arrived(after, Duration::ZERO);
            self.session(random.fork()).run(now).await;
        }
    }

    fn session(&self, random: fastrand::Rng) -> Session<T> {
        Session {
            target: Arc::clone(&self.target),
            plan: Arc::clone(&self.plan),
            recorder: self.recorder.clone(),
            start: self.start,
            patience: self.driver.timeout,
            number: self.driver.numbers.fetch_add(1, Ordering::Relaxed),
            random,
        }
    }
}
