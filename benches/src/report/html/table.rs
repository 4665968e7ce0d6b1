//! The figures themselves: of a run each tool, of a ramp each step.

use super::plot::short;
use crate::report::figures::{millis, rate};
use crate::result::{Kind, Measured, Percentiles, Phase, RunResult};

/// Most rows for steps, and most for failures.
const MOST: usize = 200;

/// A line of the table.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) count: u64,
    pub(super) failed: u64,
    pub(super) throughput: String,
    /// In milliseconds: p50, p90, p99, p99.9 and the longest; nothing of no calls.
    pub(super) latency: [String; 5],
    pub(super) dropped: Option<u64>,
    /// Why a step did not hold.
    pub(super) reasons: Vec<String>,
    pub(super) is_total: bool,
}

/// Calls of a tool that failed with a code.
pub(super) struct Failed {
    pub(super) code: String,
    pub(super) tool: String,
    /// Of a ramp.
    pub(super) rate: Option<String>,
    pub(super) count: u64,
}

/// What the rows are of, and the rows.
pub(super) fn rows(result: &RunResult) -> (&'static str, Vec<Row>) {
    match result.kind {
        Kind::Ramp => {
            let (_, last) = result.phases.split_at(result.phases.len().saturating_sub(MOST));
            ("rate", last.iter().map(step).collect())
        }
        Kind::Run | Kind::Soak => ("tool", result.phases.iter().flat_map(tools).collect()),
    }
}

fn step(phase: &Phase) -> Row {
    let name = format!("{}/s", rate(phase.rate));
    Row {
        reasons: phase.saturated.clone(),
        dropped: Some(phase.arrivals.dropped),
        ..row(&name, &phase.total)
    }
}

fn tools(phase: &Phase) -> Vec<Row> {
    let tools = phase.tools.iter().map(|(name, measured)| row(name, measured));
    let all = Row { is_total: true, ..row("all", &phase.total) };
    tools.chain([all]).collect()
}

fn row(name: &str, measured: &Measured) -> Row {
    let Percentiles { p50, p90, p99, p999, max, .. } = measured.latency_micros;
    let told = |micros| if measured.count == 0 { "–".to_owned() } else { millis(micros) };
    Row {
        name: name.to_owned(),
        count: measured.count,
        failed: measured.failed(),
        throughput: format!("{:.1}", measured.throughput),
        latency: [p50, p90, p99, p999, max].map(told),
        dropped: None,
        reasons: Vec::new(),
        is_total: false,
    }
}

/// The failures, those that come most first.
pub(super) fn errors(result: &RunResult) -> Vec<Failed> {
    let of_tool = |phase: &Phase, tool: &str, measured: &Measured| -> Vec<Failed> {
        let failed = |(code, count): (&String, &u64)| Failed {
            code: short(code),
            tool: tool.to_owned(),
            rate: (result.kind == Kind::Ramp).then(|| rate(phase.rate)),
            count: *count,
        };
        measured.errors.iter().map(failed).collect()
    };
    let phases = result.phases.iter().flat_map(|phase| {
        phase.tools.iter().flat_map(move |(tool, measured)| of_tool(phase, tool, measured))
    });
    let mut errors: Vec<Failed> = phases.collect();
    errors.sort_by_key(|failed| std::cmp::Reverse(failed.count));
    errors.truncate(MOST);
    errors
}
