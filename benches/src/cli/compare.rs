//! `compare`: whether what is to be released is slower than what was released.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use benches::comparison::{self, Compared, Comparison, Pair, Run, Verdict, differences, figures};
use benches::report::{Verdicts, write_json};
use benches::result::{Machine, ScenarioId};
use benches::scenario::{Scenario, Source, Transport};
use benches::units::{duration, share, some_time};
use clap::Args;
use fixtures::Contract;
use tokio_util::sync::CancellationToken;

use super::options::connections;
use super::session::{is_writable, now, program};
use super::side::{Given, Side};
use super::{FAILED, INTERRUPTED, Refusal, complain, interrupt, measure, print};

/// Holds two targets against each other in pairs of runs, and says whether the new one is really slower.
///
/// Each is a directory of programs, such as target/release of a build, of which a mock and, for MCP, a server are started; or the URL of what runs already: that of the API without /v1, or of the
/// MCP endpoint. In each pair one runs right after the other, and they take turns in being first, so that a machine that gets slower meets both alike. Load is a closed loop. A figure is worse when
/// the 95 % confidence interval of its change (Student's t over the logarithms of the pairs) leaves no doubt that it changed, and the change is more than --max-regression.
///
/// Exit status: 0 when nothing is worse, 1 when something is, or when one of both fails in ways in which the other does not; also 0, with a warning, when the pairs differ too much from each other to
/// see a regression of that size: give it more --pairs, a longer --duration, or a quieter machine.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What was there before: a directory of programs, or a URL.
    #[arg(value_name = "BASE")]
    base: Given,
    /// What is to be released: a directory of programs, or a URL.
    #[arg(value_name = "NEW")]
    new: Given,
    /// By how much a figure may get worse, such as 10%.
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = regression)]
    max_regression: f64,
    /// Pairs of runs.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pairs: u32,
    /// How long each run is measured.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = some_time)]
    duration: Duration,
    /// How long calls are made before each run is measured.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = duration)]
    warm_up: Duration,
    /// Connections, each of which makes its next call when the last is answered.
    #[arg(long, value_name = "N", default_value = "8", value_parser = connections)]
    connections: usize,
    /// What is called: reads, mixed, sends, refused, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "reads")]
    scenario: String,
    /// How calls are made [default: what the scenario says].
    #[arg(long, value_name = "HOW")]
    transport: Option<Transport>,
    /// Longest wait for an answer.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = some_time)]
    timeout: Duration,
    /// Seed of the first pair; both of a pair make the same calls.
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
    /// Let keys go over plain http:// to a target that is not on loopback.
    #[arg(long)]
    insecure_http: bool,
    /// Writes the result, as json=FILE.
    #[arg(long, value_name = "json=FILE", value_parser = json)]
    report: Option<PathBuf>,
    /// Say nothing of how it is getting on.
    #[arg(long)]
    quiet: bool,
}

fn regression(text: &str) -> Result<f64, String> {
    share(text).and_then(|share| {
        let fits = share > 0.0 && share < 1.0;
        fits.then_some(share).ok_or_else(|| "give more than 0% and less than 100%".to_owned())
    })
}

fn json(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("json=").filter(|path| !path.is_empty());
    path.map(PathBuf::from).ok_or_else(|| "give json=FILE".to_owned())
}

pub(super) fn main(arguments: &Arguments) -> Result<ExitCode, Refusal> {
    measure::runtime()?.block_on(arguments.compare())
}

impl Arguments {
    async fn compare(&self) -> Result<ExitCode, Refusal> {
        let contract = Contract::load().map_err(|error| Refusal::Failed(error.to_string()))?;
        let source = Source::load(&self.scenario, &contract);
        let source = source.map_err(|error| Refusal::Usage(error.to_string()))?;
        self.report.iter().try_for_each(|path| is_writable(path))?;
        let stop = CancellationToken::new();
        interrupt::heed(stop.clone());
        let started = now();
        let sides = tokio::select! {
            sides = self.sides(&source.scenario, &contract, &stop) => sides?,
            () = stop.cancelled() => return Err(Refusal::Interrupted),
        };
        let pairs = self.pairs(&sides, &stop).await;
        let [base, new] = sides;
        let found = Comparison {
            version: comparison::VERSION,
            kind: comparison::Kind::Compare,
            started,
            interrupted: stop.is_cancelled(),
            program: program(),
            machine: Machine::this(),
            scenario: ScenarioId { name: source.name.clone(), digest: source.digest() },
            options: self.told(source.scenario.transport),
            base: Compared { given: self.base.to_string(), targets: base.end().await },
            new: Compared { given: self.new.to_string(), targets: new.end().await },
            figures: figures(&pairs, self.max_regression),
            differences: differences(&pairs),
            pairs,
        };
        self.report(&found)
    }

    async fn sides(
        &self,
        scenario: &Scenario,
        contract: &Contract,
        stop: &CancellationToken,
    ) -> Result<[Side; 2], Refusal> {
        let transport = self.transport.unwrap_or(scenario.transport);
        let driver = super::session::driver_of(self.warm_up, self.duration, self.timeout, stop);
        let (seed, insecure) = (self.seed, self.insecure_http);
        let start = |given: &Given| {
            Side::start(given.targets(transport, insecure), scenario, contract, driver.clone(), seed)
        };
        Ok([start(&self.base).await?, start(&self.new).await?])
    }

    /// The pairs that there was time for.
    async fn pairs(&self, [base, new]: &[Side; 2], stop: &CancellationToken) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for number in 0..self.pairs {
            let base_first = number % 2 == 0;
            let run =
                async |side: &Side| side.run(self.connections, self.seed.wrapping_add(number.into())).await;
            let (base, new) = if base_first {
                let base = run(base).await;
                (base, run(new).await)
            } else {
                let new = run(new).await;
                (run(base).await, new)
            };
            // Half a pair says nothing.
            if stop.is_cancelled() {
                break;
            }
            self.tell(number, &base, &new);
            pairs.push(Pair { base_first, base, new });
        }
        pairs
    }

    fn tell(&self, number: u32, base: &Run, new: &Run) {
        if !self.quiet {
            let (before, after) = (base.throughput, new.throughput);
            complain(&format!("pair {} of {}: base {before:.0}/s, new {after:.0}/s", number + 1, self.pairs));
        }
    }

    fn told(&self, transport: Transport) -> comparison::Options {
        comparison::Options {
            transport: self.transport.unwrap_or(transport),
            connections: self.connections,
            duration_seconds: self.duration.as_secs_f64(),
            warm_up_seconds: self.warm_up.as_secs_f64(),
            seed: self.seed,
            max_regression: self.max_regression,
        }
    }

    fn report(&self, found: &Comparison) -> Result<ExitCode, Refusal> {
        print(&Verdicts(found).to_string());
        if let Some(path) = &self.report {
            write_json(found, path).map_err(|error| Refusal::Failed(error.to_string()))?;
        }
        if found.has(Verdict::Unclear) && !found.fails() {
            complain(
                "too noisy for some figures: give more --pairs, a longer --duration, or a quieter machine",
            );
        }
        Ok(match found.fails() {
            _ if found.interrupted => ExitCode::from(INTERRUPTED),
            true => ExitCode::from(FAILED),
            false => ExitCode::SUCCESS,
        })
    }
}
