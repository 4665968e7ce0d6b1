//! How latencies are distributed: the percentile plot of HDR histograms, in which each further nine has the same room.

use super::moments::most;
use super::plot::{Axis, COLOURS, DIM, Line, Plot, Unit, in_millis, tidy};
use crate::report::figures::rate;
use crate::result::{Hdr, Phase};

/// What of latencies is drawn over time and against the rate: its name, the share of all that it does not exceed, its colour.
pub(super) const SHARES: [(&str, f64, &str); 4] =
    [("p50", 0.5, COLOURS[0]), ("p90", 0.9, COLOURS[1]), ("p99", 0.99, COLOURS[2]), ("max", 1.0, COLOURS[3])];

/// The longest of few is their p99 too, which is to be seen below it.
pub(super) fn over_others(share: f64, line: Line) -> Line {
    if share < 1.0 { line } else { line.dashed() }
}

/// Points for each nine.
const FINE: u32 = 16;
/// Most lines beside those of all calls.
const MOST: usize = 6;

/// All calls of a phase, and those of its tools.
pub(super) fn of_phase(phase: &Phase) -> Plot {
    let total = &phase.total;
    let mut lines = vec![
        ("all calls".to_owned(), COLOURS[0], &total.latency_histogram),
        ("all calls, from when they were made".to_owned(), DIM, &total.service_histogram),
    ];
    if phase.tools.len() > 1 {
        let names = most(phase.tools.iter().map(|(name, measured)| (name.as_str(), measured.count)));
        let tools = names.into_iter().filter_map(|name| Some((name, phase.tools.get(name)?)));
        let colours = COLOURS.into_iter().skip(1);
        lines.extend(
            tools
                .take(MOST)
                .zip(colours)
                .map(|((name, tool), colour)| (name.to_owned(), colour, &tool.latency_histogram)),
        );
    }
    plot(lines)
}

/// The last steps of a ramp.
pub(super) fn of_steps(phases: &[Phase]) -> Plot {
    let (_, last) = phases.split_at(phases.len().saturating_sub(MOST));
    let name = |step: &Phase| {
        let held = if step.saturated.is_empty() { "" } else { ", did not hold" };
        format!("{}/s{held}", rate(step.rate))
    };
    let lines = last.iter().zip(COLOURS);
    plot(lines.map(|(step, colour)| (name(step), colour, &step.total.latency_histogram)).collect())
}

fn plot(of: Vec<(String, &'static str, &Hdr)>) -> Plot {
    let most = of.iter().map(|(_, _, histogram)| last(histogram)).max().unwrap_or_default();
    let line = |(name, colour, histogram): (String, _, &Hdr)| {
        let values = (0..=most).map(|point| value(histogram, point));
        let line = Line::new(&name, colour, values);
        if colour == DIM { line.dashed() } else { line }
    };
    let lines = of.into_iter().map(line).collect();
    let at = (0..=most).map(|point| tidy(nines(point))).collect();
    Plot {
        about: "The share of calls to the right of a point took longer than it is high; a line ends at its longest call."
            .to_owned(),
        ..Plot::of_latency("Distribution of latency", Axis::new("percentile", Unit::Nines), at, lines)
    }
}

fn nines(point: u32) -> f64 {
    f64::from(point) / f64::from(FINE)
}

/// The first point at which no call is left.
fn last(histogram: &Hdr) -> u32 {
    let count = histogram.count().max(1);
    // At most 20 nines: a count has no more figures.
    (0..=20 * FINE).find(|point| 10_f64.powf(nines(*point)) >= count as f64).unwrap_or_default()
}

fn value(histogram: &Hdr, point: u32) -> Option<f64> {
    let last = last(histogram);
    // The longest is left even by as many nines as there are calls.
    let share = if point == last { 1.0 } else { 1.0 - 10_f64.powf(-nines(point)) };
    (histogram.count() > 0 && point <= last).then(|| in_millis(histogram.quantile(share)))
}
