//! From the options to the result.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use benches::engine::{Answers, Driver, Limits, Plan, Timer, drive, set_up};
use benches::report::Terminal;
use benches::result::{self, Kind, Machine, Phase, Program, RunResult, ScenarioId};
use benches::scenario::{Scenario, Source};
use benches::target::AnyTarget;
use benches::units::{share, some_time};
use benches::watch::{Watch, growth};
use clap::Args;
use fixtures::Contract;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::options::Options;
use super::targets::Ready;
use super::{FAILED, INTERRUPTED, Refusal, interrupt, print, progress};

/// Most pieces in which one phase is told over time.
const MOST_SLICES: u32 = 240;

/// When the exit status is to be 1.
#[derive(Debug, Args)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct Thresholds {
    /// Exit with 1 when the 99th percentile of latencies is longer.
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    max_p99: Option<Duration>,
    /// Exit with 1 when a larger share of calls fails, such as 0.1%.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_errors: Option<f64>,
}

/// What is measured, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measuring {
    pub(crate) kind: Kind,
    pub(crate) warm_up: Duration,
    pub(crate) duration: Duration,
    /// All in all, at most.
    pub(crate) planned: Duration,
}

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

pub(crate) fn runtime() -> Result<Runtime, Refusal> {
    Runtime::new().map_err(|error| Refusal::Failed(error.to_string()))
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// `run` and `soak`.
pub(crate) fn at_one_rate(
    options: &Options,
    measuring: Measuring,
    rate: f64,
    thresholds: &Thresholds,
) -> Result<ExitCode, Refusal> {
    runtime()?.block_on(async {
        let session = Session::start(options, measuring).await?;
        let phases = session.drive(rate).await.into_iter().collect();
        let result = session.report(phases, None)?;
        let limits = Limits { p99: thresholds.max_p99.map(micros), errors: thresholds.max_errors };
        let passed: Vec<String> = result.phases.iter().flat_map(|phase| passed(&limits, phase)).collect();
        for reason in &passed {
            super::complain(reason);
        }
        Ok(match passed.is_empty() {
            _ if result.interrupted => ExitCode::from(INTERRUPTED),
            true => ExitCode::SUCCESS,
            false => ExitCode::from(FAILED),
        })
    })
}

/// The thresholds that were passed. Where nothing succeeds at all, no figure is worth anything.
fn passed(limits: &Limits, phase: &Phase) -> Vec<String> {
    let mut passed = limits.passed(phase);
    if phase.total.failed() == phase.total.count {
        passed.push("no call succeeded".to_owned());
    }
    passed
}

impl<'a> Session<'a> {
    /// Starts the target and makes the calls of the set-up.
    pub(crate) async fn start(options: &'a Options, measuring: Measuring) -> Result<Self, Refusal> {
        let contract = Contract::load().map_err(|error| Refusal::Failed(error.to_string()))?;
        let source = Source::load(&options.scenario, &contract);
        let source = source.map_err(|error| Refusal::Usage(error.to_string()))?;
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
    pub(crate) async fn drive(&self, rate: f64) -> Option<Phase> {
        if self.is_interrupted() {
            return None;
        }
        let quiet = self.options.quiet;
        let mut tell = |tick: &_| {
            if !quiet {
                progress::show(rate, tick)
            }
        };
        let phase = drive(&self.driver, (&self.target, &self.plan), rate, &mut tell).await;
        if !quiet {
            progress::clear();
        }
        Some(phase)
    }

    /// Whether the run was ended early.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.driver.stop.is_cancelled()
    }

    /// Prints and writes what came of it.
    pub(crate) fn report(self, phases: Vec<Phase>, highest_held: Option<f64>) -> Result<RunResult, Refusal> {
        let mut processes = self.watch.seen();
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

fn program() -> Program {
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
fn now() -> Timestamp {
    Timestamp::now()
}
