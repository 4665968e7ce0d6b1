//! Two targets held against each other, in pairs of runs: whether the new one is really slower, or the machine was just busy.
//!
//! Of each pair, and each figure, the logarithm of new to base is taken; [`Interval`] says what all of them say together, and [`Verdict`] what that means.

mod stats;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use stats::Interval;

use crate::result::{Machine, Phase, Program, ScenarioId, TargetInfo};
use crate::scenario::Transport;

/// Version of the JSON.
pub const VERSION: u32 = 1;

/// What `compare` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// [`VERSION`].
    pub version: u32,
    /// `compare`.
    pub kind: Kind,
    /// When it began.
    pub started: Timestamp,
    /// Whether it was ended before its time.
    pub interrupted: bool,
    /// What compared.
    pub program: Program,
    /// Where.
    pub machine: Machine,
    /// What was called.
    pub scenario: ScenarioId,
    /// How.
    pub options: Options,
    /// What was there before.
    pub base: Compared,
    /// What is to be released.
    pub new: Compared,
    /// What each figure came to.
    pub figures: Vec<Figure>,
    /// Codes that only one of both failed with: then the figures are of different work.
    pub differences: Vec<String>,
    /// The pairs, in the order of time.
    pub pairs: Vec<Pair>,
}

/// One of both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// As the command line names it.
    pub given: String,
    /// What there was to call.
    pub targets: Vec<TargetInfo>,
}

/// Tells it from the result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The only one.
    Compare,
}

/// How it was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// How calls were made.
    pub transport: Transport,
    /// Connections at once.
    pub connections: usize,
    /// Measured, of each run.
    pub duration_seconds: f64,
    /// Not measured, before each run.
    pub warm_up_seconds: f64,
    /// Of the first pair; each has the next.
    pub seed: u64,
    /// The share by which a figure may get worse.
    pub max_regression: f64,
}

/// A run of each, one right after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// Whether the base ran before the new one; every other pair it does.
    pub base_first: bool,
    /// What was there before.
    pub base: Run,
    /// What is to be released.
    pub new: Run,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Calls that ended.
    pub calls: u64,
    /// Those that failed, by code.
    pub errors: BTreeMap<String, u64>,
    /// Calls a second that ended as wanted.
    pub throughput: f64,
    /// Median latency in microseconds.
    pub p50_micros: f64,
    /// 99th percentile of latencies in microseconds.
    pub p99_micros: f64,
    /// Processor time of all processes that were started for it, in microseconds for each flow of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_micros: Option<f64>,
}

impl Run {
    /// Of a phase, and the processor time that a flow took.
    #[must_use]
    pub fn new(phase: &Phase, cpu_micros: Option<f64>) -> Self {
        let Phase { total, .. } = phase;
        Self {
            calls: total.count,
            errors: total.errors.clone(),
            throughput: total.throughput,
            p50_micros: total.latency_micros.p50 as f64,
            p99_micros: total.latency_micros.p99 as f64,
            cpu_micros,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// Calls a second.
    Throughput,
    /// Median latency.
    P50,
    /// 99th percentile of latencies.
    P99,
    /// Processor time of a flow.
    Cpu,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Throughput, Self::P50, Self::P99, Self::Cpu];

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throughput => "calls a second",
            Self::P50 => "p50, ms",
            Self::P99 => "p99, ms",
            Self::Cpu => "CPU a flow, ms",
        }
    }

    fn of(self, run: &Run) -> Option<f64> {
        let value = match self {
            Self::Throughput => run.throughput,
            Self::P50 => run.p50_micros / 1000.0,
            Self::P99 => run.p99_micros / 1000.0,
            Self::Cpu => run.cpu_micros? / 1000.0,
        };
        (value > 0.0).then_some(value)
    }

    /// What `max_regression` is as a logarithm of what a call costs.
    fn limit(self, max_regression: f64) -> f64 {
        match self {
            Self::Throughput => -(1.0 - max_regression).ln(),
            _ => (1.0 + max_regression).ln(),
        }
    }
}

/// What all pairs say of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// Which.
    pub measure: Measure,
    /// Its geometric mean before.
    pub base: f64,
    /// Its geometric mean now.
    pub new: f64,
    /// By what share it changed.
    pub change: f64,
    /// The lower end of the 95 % confidence interval of the change.
    pub change_low: f64,
    /// The upper end.
    pub change_high: f64,
    /// What that means.
    pub verdict: Verdict,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// A regression that is real, and beyond what is allowed.
    Worse,
    /// One that is real, and within it.
    Within,
    /// No change that can be seen.
    Same,
    /// A gain that is real.
    Better,
    /// The pairs differ so much from each other that a regression as large as what is allowed could not be seen.
    Unclear,
}

impl Comparison {
    /// Whether any figure came to that.
    #[must_use]
    pub fn has(&self, verdict: Verdict) -> bool {
        self.figures.iter().any(|figure| figure.verdict == verdict)
    }

    /// Whether the new one may not be released as it is.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.has(Verdict::Worse) || !self.differences.is_empty()
    }
}

impl Verdict {
    /// Of an interval of logarithms of what a call costs, new to base.
    fn of(cost: Interval, limit: f64) -> Self {
        match cost {
            Interval { low, estimate, .. } if low > 0.0 && estimate > limit => Self::Worse,
            Interval { high, .. } if high < 0.0 => Self::Better,
            cost if cost.half() > limit => Self::Unclear,
            Interval { low, .. } if low > 0.0 => Self::Within,
            _ => Self::Same,
        }
    }
}

/// What the pairs say of each figure that all of them have; nothing of fewer than two pairs.
#[must_use]
pub fn figures(pairs: &[Pair], max_regression: f64) -> Vec<Figure> {
    Measure::ALL.into_iter().filter_map(|measure| figure(measure, pairs, max_regression)).collect()
}

fn figure(measure: Measure, pairs: &[Pair], max_regression: f64) -> Option<Figure> {
    let both = |pair: &Pair| Some((measure.of(&pair.base)?.ln(), measure.of(&pair.new)?.ln()));
    let both: Vec<(f64, f64)> = pairs.iter().map(both).collect::<Option<_>>()?;
    let count = both.len() as f64;
    let (base, new) =
        both.iter().fold((0.0, 0.0), |(base, new), pair| (base + pair.0 / count, new + pair.1 / count));
    let change = Interval::of(&both.iter().map(|(base, new)| new - base).collect::<Vec<_>>())?;
    let cost = if measure == Measure::Throughput { change.turned() } else { change };
    Some(Figure {
        measure,
        base: base.exp(),
        new: new.exp(),
        change: change.estimate.exp_m1(),
        change_low: change.low.exp_m1(),
        change_high: change.high.exp_m1(),
        verdict: Verdict::of(cost, measure.limit(max_regression)),
    })
}

/// What only one of both failed with, in words; and what nothing succeeded with at all.
#[must_use]
pub fn differences(pairs: &[Pair]) -> Vec<String> {
    let codes = |side: fn(&Pair) -> &Run| -> BTreeSet<&str> {
        pairs.iter().flat_map(|pair| side(pair).errors.keys().map(String::as_str)).collect()
    };
    let (base, new) = (codes(|pair| &pair.base), codes(|pair| &pair.new));
    let only = |name: &str, these: &BTreeSet<&str>, those: &BTreeSet<&str>| {
        let codes: Vec<&str> = these.difference(those).copied().collect();
        (!codes.is_empty()).then(|| format!("only {name} failed with {}", codes.join(", ")))
    };
    let nothing = |name: &str, side: fn(&Pair) -> &Run| {
        let idle = pairs.iter().any(|pair| side(pair).throughput == 0.0);
        idle.then(|| format!("in a run of {name} no call succeeded"))
    };
    let found = [
        only("BASE", &base, &new),
        only("NEW", &new, &base),
        nothing("BASE", |pair| &pair.base),
        nothing("NEW", |pair| &pair.new),
    ];
    found.into_iter().flatten().collect()
}
