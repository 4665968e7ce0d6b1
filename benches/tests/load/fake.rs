//! A target that does what a test wants, and what it takes to drive it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use benches::engine::{Answers, Arrivals, Driver, Plan, Timer, drive};
use benches::result::Phase;
use benches::scenario::Scenario;
use benches::target::{Answer, Call, Target};
use fixtures::Contract;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

/// What a scenario needs around its mix.
pub(crate) const HEAD: &str = "version: 1\ncredentials: { meta: { env: NO_SUCH_KEY, demo: ps_demo_meta } }\n";
/// One call.
pub(crate) const ONE_CALL: &str = "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: m } }] }]";

pub(crate) fn scenario(rest: &str) -> Scenario {
    Scenario::parse("test.yaml", &format!("{HEAD}{rest}"), &Contract::load().unwrap()).unwrap()
}

pub(crate) fn plan(rest: &str, known: Answers) -> Arc<Plan> {
    Arc::new(Plan::new(&scenario(rest), &Contract::load().unwrap(), known))
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    pub(crate) at: Instant,
    pub(crate) tool: String,
    pub(crate) arguments: Map<String, Value>,
}

type Behave = dyn Fn(usize) -> (Duration, Result<(), &'static str>) + Send + Sync;

/// A target that takes, for its n-th call, a time of its own and answers what it is told to.
pub(crate) struct Fake {
    behave: Box<Behave>,
    /// Only one call is served at a time.
    queue: Option<tokio::sync::Mutex<()>>,
    made: Mutex<Vec<Made>>,
}

impl Fake {
    /// One that serves everybody at once.
    pub(crate) fn new(
        behave: impl Fn(usize) -> (Duration, Result<(), &'static str>) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { behave: Box::new(behave), queue: None, made: Mutex::default() })
    }

    /// One that serves one call after the other.
    pub(crate) fn one_by_one(
        behave: impl Fn(usize) -> (Duration, Result<(), &'static str>) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            behave: Box::new(behave),
            queue: Some(tokio::sync::Mutex::new(())),
            made: Mutex::default(),
        })
    }

    /// What it was asked, in that order.
    pub(crate) fn made(&self) -> Vec<Made> {
        self.made.lock().unwrap().clone()
    }
}

impl Target for Fake {
    async fn call(&self, call: Call<'_>) -> Answer {
        let tool = call.tool().to_owned();
        let number = {
            let mut made = self.made.lock().unwrap();
            made.push(Made { at: Instant::now(), tool, arguments: call.arguments });
            made.len() - 1
        };
        let (time, answer) = (self.behave)(number);
        let _turn = match &self.queue {
            Some(queue) => Some(queue.lock().await),
            None => None,
        };
        sleep(time).await;
        answer.map(|()| json!({ "id": format!("msg_{number}") })).map_err(str::to_owned)
    }
}

/// Ten seconds at constant rate, on the clock of the runtime.
pub(crate) fn driver() -> Driver {
    Driver {
        arrivals: Arrivals::Constant,
        warm_up: Duration::ZERO,
        duration: Duration::from_secs(10),
        slice: Duration::from_secs(1),
        max_in_flight: 10_000,
        timeout: Duration::from_secs(30),
        seed: 7,
        timer: Timer::Coarse,
        origin: Instant::now(),
        numbers: Arc::default(),
        stop: tokio_util::sync::CancellationToken::new(),
    }
}

pub(crate) async fn run(driver: &Driver, target: &Arc<Fake>, rest: &str, rate: f64) -> Phase {
    drive(driver, (target, &plan(rest, Answers::new())), rate, &mut |_| {}).await
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
