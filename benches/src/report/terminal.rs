//! For a terminal, in colours, which whoever prints it takes out where they do not belong.

use std::fmt;

use super::figures::{MIB, millis, rate};
use super::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::result::{Kind, Measured, Percentiles, Phase, ProcessSamples, RunResult};

/// What was done, the table of tools (of a ramp: of steps), failures by code, what was not done, and the processes.
#[derive(Debug)]
pub struct Terminal<'a>(pub &'a RunResult);

impl fmt::Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(result) = self;
        head(f, result)?;
        match result.kind {
            Kind::Ramp => steps(f, result)?,
            Kind::Run | Kind::Soak => result.phases.iter().try_for_each(|phase| tools(f, phase))?,
        }
        result.phases.iter().try_for_each(|phase| errors(f, phase, result.kind))?;
        result.phases.iter().try_for_each(|phase| arrivals(f, phase))?;
        result.processes.iter().try_for_each(|process| memory(f, process))
    }
}

fn head(f: &mut fmt::Formatter<'_>, result: &RunResult) -> fmt::Result {
    let (way, scenario) = (result.options.way(), &result.scenario.name);
    writeln!(f, "{BOLD}{scenario}{BOLD:#} over {way}")?;
    for target in &result.targets {
        writeln!(f, "{DIM}{:<4} {}{DIM:#}", target.role, target.address)?;
    }
    if result.interrupted {
        writeln!(f, "{YELLOW}interrupted: this is what there was until then{YELLOW:#}")?;
    }
    if result.program.build != "release" {
        writeln!(f, "{YELLOW}a debug build: the figures say little (build with --release){YELLOW:#}")?;
    }
    writeln!(f, "{DIM}latency in ms, from when a call was due{DIM:#}\n")
}

const COLUMNS: &str = "   calls  failed       /s      p50      p90      p99    p99.9      max";

fn tools(f: &mut fmt::Formatter<'_>, phase: &Phase) -> fmt::Result {
    let width = phase.tools.keys().map(String::len).max().unwrap_or_default().max(5);
    writeln!(f, "{DIM}{:<width$}{COLUMNS}{DIM:#}", "tool")?;
    for (name, measured) in &phase.tools {
        writeln!(f, "{name:<width$}{}", row(measured))?;
    }
    writeln!(f, "{BOLD}{:<width$}{BOLD:#}{}", "all", row(&phase.total))
}

fn steps(f: &mut fmt::Formatter<'_>, result: &RunResult) -> fmt::Result {
    writeln!(f, "{DIM}{:>9}{COLUMNS}{DIM:#}", "rate/s")?;
    for phase in &result.phases {
        writeln!(f, "{:>9}{}", rate(phase.rate), row(&phase.total))?;
        for reason in &phase.saturated {
            writeln!(f, "{RED}          did not hold: {reason}{RED:#}")?;
        }
    }
    let last_held = result.phases.last().is_some_and(|phase| phase.saturated.is_empty());
    match result.highest_held {
        Some(held) if last_held => {
            writeln!(
                f,
                "\n{GREEN}{}/s held{GREEN:#}, the highest that was tried: --to a higher rate",
                rate(held)
            )
        }
        Some(held) => writeln!(f, "\n{GREEN}{}/s held{GREEN:#}", rate(held)),
        None => writeln!(f, "\n{RED}no rate held{RED:#}: begin --from a lower one"),
    }
}

fn row(measured: &Measured) -> String {
    let Percentiles { p50, p90, p99, p999, max, .. } = measured.latency_micros;
    let failed = measured.failed();
    let mut row = format!("{:>8}{failed:>8}{:>9.1}", measured.count, measured.throughput);
    for micros in [p50, p90, p99, p999, max] {
        row += &format!("{:>9}", millis(micros));
    }
    row
}

fn errors(f: &mut fmt::Formatter<'_>, phase: &Phase, kind: Kind) -> fmt::Result {
    let at = if kind == Kind::Ramp { format!(" at {}/s", rate(phase.rate)) } else { String::new() };
    for (tool, measured) in &phase.tools {
        for (code, count) in &measured.errors {
            writeln!(f, "{RED}{count} × {tool}{at}: {code}{RED:#}")?;
        }
    }
    Ok(())
}

/// What was not done, or not in time: figures without it would be worth nothing.
fn arrivals(f: &mut fmt::Formatter<'_>, phase: &Phase) -> fmt::Result {
    let (counts, offered) = (&phase.arrivals, rate(phase.rate));
    if counts.dropped > 0 {
        writeln!(
            f,
            "{RED}DROPPED at {offered}/s: {} of {} arrivals, for which --max-in-flight left no room; they are in no figure above{RED:#}",
            counts.dropped, counts.due
        )?;
    }
    if counts.late > 0 {
        writeln!(
            f,
            "{YELLOW}late at {offered}/s: {} of {} arrivals began 10 ms or more after they were due, because this machine was too busy; their latency is counted from when they were due{YELLOW:#}",
            counts.late, counts.due
        )?;
    }
    Ok(())
}

fn memory(f: &mut fmt::Formatter<'_>, process: &ProcessSamples) -> fmt::Result {
    let (Some(first), Some(last)) = (process.samples.first(), process.samples.last()) else { return Ok(()) };
    write!(
        f,
        "{DIM}{:<8}{DIM:#} {:.1} MiB resident, {} descriptors at the beginning; {:.1} MiB, {} at the end",
        process.name,
        first.resident_bytes as f64 / MIB,
        first.descriptors,
        last.resident_bytes as f64 / MIB,
        last.descriptors
    )?;
    if let Some(growth) = process.growth {
        // No zero is negative.
        let round = |growth: f64| (growth * 10.0).round() / 10.0 + 0.0;
        let (resident, descriptors) =
            (round(growth.resident_bytes_per_hour / MIB), round(growth.descriptors_per_hour));
        write!(f, "; grows by {resident:+} MiB and {descriptors:+} descriptors an hour")?;
    }
    writeln!(f)
}
