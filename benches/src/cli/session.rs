//! From the options to the result.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use benches::engine::{Answers, Driver, Load, Plan, Timer, set_up};
use benches::report::Terminal;
use benches::result::{self, Kind, Machine, Phase, Program, RunResult, ScenarioId};
use benches::scenario::{Scenario, Source};
use benches::targets::AnyTarget;
use benches::watch::{Watch, growth};
use fixtures::Contract;
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::measure::Measuring;
use super::options::Options;
use super::targets::Ready;
use super::{Refusal, interrupt, print, progress};

/// Most pieces in which one phase is told over time.
const MOST_SLICES: u32 = 240;

/// A run under way.
pub(crate) struct Session<'a> {
    options: &'a Options,
    source: Source,
    measuring: Measuring,
    ready: Ready,
    target: Arc<AnyTarget>,
    plan: Arc<Plan>,
    driver: Driver,
    watch: Watch,
    started: Timestamp,
}

impl<'a> Session<'a> {
    /// Starts the target and makes the calls of the set-up.
    pub(crate) async fn start(options: &'a Options, measuring: Measuring) -> Result<Self, Refusal> {
        let contract = Contract::load().map_err(|error| Refusal::Failed(error.to_string()))?;
        let source = Source::load(&options.scenario, &contract);
        let source = source.map_err(|error| Refusal::Usage(error.to_string()))?;
        // Not only when hours have passed.
        options.report.iter().try_for_each(|(_, path)| is_writable(path))?;
        let stop = CancellationToken::new();
        interrupt::heed(stop.clone());
        let prepared = tokio::select! {
            prepared = prepare(options, &source.scenario, &contract) => prepared,
            () = stop.cancelled() => Err(Refusal::Interrupted),
        };
        let (mut ready, known) = prepared?;
        let origin = Instant::now();
        let watch = Watch::start(std::mem::take(&mut ready.watched), origin, measuring.planned);
        Ok(Self {
            plan: Arc::new(Plan::new(&source.scenario, &contract, known)),
            target: Arc::clone(&ready.target),
            driver: driver(options, measuring, origin, stop),
            started: now(),
            options,
            source,
            measuring,
            ready,
            watch,
        })
    }

    /// One phase; nothing when the run was ended before.
    pub(crate) async fn drive(&self, load: Load) -> Option<Phase> {
        if self.is_interrupted() {
            return None;
        }
        let quiet = self.options.quiet;
        let mut tell = |tick: &_| {
            if !quiet {
                progress::show(load, tick)
            }
        };
        let phase = load.put(&self.driver, (&self.target, &self.plan), &mut tell).await;
        if !quiet {
            progress::end(&phase, self.measuring.kind);
        }
        Some(phase)
    }

    /// Whether the run was ended early.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.driver.stop.is_cancelled()
    }

    /// Ends what was started, prints and writes what came of it.
    pub(crate) async fn report(
        self,
        phases: Vec<Phase>,
        highest_held: Option<f64>,
    ) -> Result<RunResult, Refusal> {
        let mut processes = self.watch.seen();
        self.target.end().await;
        if self.measuring.kind == Kind::Soak {
            let after = self.measuring.warm_up.as_secs_f64();
            processes.iter_mut().for_each(|process| process.growth = growth(&process.samples, after));
        }
        let result = RunResult {
            version: result::VERSION,
            kind: self.measuring.kind,
            started: self.started,
            interrupted: self.is_interrupted(),
            program: program(),
            machine: Machine::this(),
            scenario: ScenarioId { name: self.source.name.clone(), digest: self.source.digest() },
            options: self.told(),
            targets: self.ready.infos.clone(),
            phases,
            highest_held,
            processes,
        };
        print(&Terminal(&result).to_string());
        for (format, path) in &self.options.report {
            format.write(&result, path).map_err(|error| Refusal::Failed(error.to_string()))?;
        }
        Ok(result)
    }

    fn told(&self) -> result::Options {
        result::Options {
            transport: self.ready.transport,
            revision: self.ready.revision,
            arrivals: self.options.arrivals,
            seed: self.options.seed,
            warm_up_seconds: self.measuring.warm_up.as_secs_f64(),
            duration_seconds: self.measuring.duration.as_secs_f64(),
            max_in_flight: self.options.max_in_flight,
            timeout_seconds: self.options.timeout.as_secs_f64(),
            stdio_processes: self.ready.stdio_processes,
        }
    }
}

/// A driver of what nobody looks at over time.
pub(super) fn driver_of(
    warm_up: Duration,
    duration: Duration,
    timeout: Duration,
    stop: &CancellationToken,
) -> Driver {
    Driver {
        arrivals: benches::engine::Arrivals::Constant,
        warm_up,
        duration,
        slice: duration,
        max_in_flight: 1,
        timeout,
        seed: 0,
        timer: Timer::Fine,
        origin: Instant::now(),
        numbers: Arc::default(),
        stop: stop.clone(),
    }
}

/// Starts the target and makes the calls of the set-up.
async fn prepare(
    options: &Options,
    scenario: &Scenario,
    contract: &Contract,
) -> Result<(Ready, Answers), Refusal> {
    let ready = options.targets.ready(scenario).await?;
    let known = set_up(&*ready.target, scenario, contract, options.seed, options.timeout).await;
    known.map(|known| (ready, known)).map_err(|error| Refusal::Unreachable(error.to_string()))
}

fn driver(options: &Options, measuring: Measuring, origin: Instant, stop: CancellationToken) -> Driver {
    Driver {
        arrivals: options.arrivals,
        warm_up: measuring.warm_up,
        duration: measuring.duration,
        slice: (measuring.duration / MOST_SLICES).max(Duration::from_secs(1)),
        max_in_flight: options.max_in_flight,
        timeout: options.timeout,
        seed: options.seed,
        timer: Timer::Fine,
        origin,
        numbers: Arc::default(),
        stop,
    }
}

pub(super) fn is_writable(path: &Path) -> Result<(), Refusal> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map(drop).map_err(|error| Refusal::Usage(format!("failed to write {}: {error}", path.display())))
}

pub(super) fn program() -> Program {
    Program {
        name: "pilot-status-load".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a result says when it was made; nothing else of it depends on the time of day"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
