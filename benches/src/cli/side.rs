//! One of the two that are compared.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use benches::comparison::Run;
use benches::engine::{Driver, Plan, closed, set_up};
use benches::process::cpu;
use benches::result::TargetInfo;
use benches::scenario::{Scenario, Transport};
use fixtures::Contract;
use reqwest::Url;

use super::Refusal;
use super::targets::{Ready, Targets, url};

/// What the command line names.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// A directory of programs.
    Programs(Box<Path>),
    /// What runs already.
    Running(Url),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Programs(directory) => directory.display().fmt(f),
            Self::Running(url) => url.fmt(f),
        }
    }
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return url(text).map(Self::Running);
        }
        let path = Path::new(text);
        match path.is_dir() {
            true => Ok(Self::Programs(path.into())),
            false => Err("neither a directory of programs, such as target/release, nor a URL".to_owned()),
        }
    }
}

impl Given {
    pub(crate) fn targets(&self, transport: Transport, insecure_http: bool) -> Targets {
        match self {
            Self::Programs(directory) => Targets::of_programs(directory, transport),
            Self::Running(url) => Targets::running(url, transport, insecure_http),
        }
    }
}

/// A target that is ready to be compared.
pub(crate) struct Side {
    ready: Ready,
    plan: Arc<Plan>,
    driver: Driver,
}

impl Side {
    /// Starts what is to be started, and makes the calls of the set-up.
    pub(crate) async fn start(
        targets: Targets,
        scenario: &Scenario,
        contract: &Contract,
        driver: Driver,
        seed: u64,
    ) -> Result<Self, Refusal> {
        let ready = targets.ready(scenario).await?;
        let known = set_up(&*ready.target, scenario, contract, seed, driver.timeout).await;
        let known = known.map_err(|error| Refusal::Unreachable(error.to_string()))?;
        // No two of them may have the same numbers of arrivals.
        let driver = Driver { numbers: Arc::default(), ..driver };
        Ok(Self { ready, plan: Arc::new(Plan::new(scenario, contract, known)), driver })
    }

    /// One run with that seed.
    pub(crate) async fn run(&self, connections: usize, seed: u64) -> Run {
        let driver = Driver { seed, ..self.driver.clone() };
        let flows = || self.driver.numbers.load(Ordering::Relaxed);
        let (cpu_before, flows_before) = (self.cpu(), flows());
        let phase = closed(&driver, (&self.ready.target, &self.plan), connections, &mut |_| {}).await;
        let cpu = self.cpu().zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
        let flows = flows() - flows_before;
        let cpu_micros = cpu.filter(|_| flows > 0).map(|cpu| cpu.as_secs_f64() * 1e6 / flows as f64);
        Run::new(&phase, cpu_micros)
    }

    /// Processor time of the processes that were started, where there are any.
    fn cpu(&self) -> Option<Duration> {
        let times = self.ready.watched.iter().map(|(_, pid)| cpu(*pid));
        times.reduce(|all, one| Some(all? + one?)).flatten()
    }

    /// Ends what was started; what there was to call.
    pub(crate) async fn end(self) -> Vec<TargetInfo> {
        self.ready.target.end().await;
        self.ready.infos
    }
}
