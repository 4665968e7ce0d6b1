//! Memory and descriptors of the processes that the run started itself.

use super::over_time::TIME;
use super::plot::{Axis, COLOURS, DIM, Line, MOST_LINES, Mark, Plot, Unit, tidy, together};
use crate::report::figures::MIB;
use crate::result::{ProcessSamples, RunResult, Sample};

pub(super) fn plots(result: &RunResult) -> Vec<Plot> {
    let mut processes: Vec<&ProcessSamples> = result.processes.iter().collect();
    processes
        .sort_by_key(|process| std::cmp::Reverse(highest(&process.samples, |sample| sample.resident_bytes)));
    let more = processes.len().saturating_sub(MOST_LINES);
    processes.truncate(MOST_LINES);
    let marks: Vec<Mark> =
        result.phases.first().filter(|phase| phase.start_seconds > 0.0).map(measured).into_iter().collect();
    let mib = |sample: &Sample| sample.resident_bytes;
    let about = match more {
        0 => String::new(),
        _ => format!("The {MOST_LINES} with the most memory; {more} more are in the JSON result."),
    };
    let plots = [
        ("Resident memory", Axis::new("MiB", Unit::Mib), mib as fn(&Sample) -> u64, 1.0 / MIB),
        ("Open descriptors", Axis::new("descriptors", Unit::Count), |sample| sample.descriptors, 1.0),
    ];
    let plot = |(title, y, figure, unit)| {
        let (at, lines) = lines(&processes, figure, unit);
        Plot { title, about: about.clone(), x: TIME, y, at, lines, marks: marks.clone() }
    };
    plots.map(plot).into_iter().filter(|plot| plot.at.len() > 1).collect()
}

fn measured(phase: &crate::result::Phase) -> Mark {
    Mark { at: tidy(phase.start_seconds), name: "measured from here".to_owned(), colour: DIM }
}

/// All processes are looked at in the same moments, though one may be gone before the others.
fn lines(processes: &[&ProcessSamples], figure: fn(&Sample) -> u64, unit: f64) -> (Vec<f64>, Vec<Line>) {
    let longest = processes.iter().max_by_key(|process| process.samples.len());
    let samples = longest.map(|process| process.samples.as_slice()).unwrap_or_default();
    let each = together(samples.len());
    let at: Vec<f64> =
        samples.chunks(each).filter_map(|few| few.first()).map(|sample| tidy(sample.at_seconds)).collect();
    let line = |(process, colour): (&&ProcessSamples, _)| {
        let mut values: Vec<Option<f64>> =
            process.samples.chunks(each).map(|few| Some(highest(few, figure) as f64 * unit)).collect();
        values.resize(at.len(), None);
        Line::new(&process.name, colour, values)
    };
    let lines = processes.iter().zip(COLOURS).map(line).collect();
    (at, lines)
}

/// A peak is not lost where several samples become one point.
fn highest(samples: &[Sample], figure: fn(&Sample) -> u64) -> u64 {
    samples.iter().map(figure).max().unwrap_or_default()
}
