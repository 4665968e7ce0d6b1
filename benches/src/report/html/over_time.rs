//! A run or a soak over time.

use super::distribution;
use super::moments::{Moment, by_code, most};
use super::plot::{Axis, BAD, COLOURS, DIM, Line, Plot, Unit, in_millis};
use crate::result::{Hdr, Phase, RunResult};

pub(super) const TIME: Axis = Axis::new("since the beginning of the run", Unit::Seconds);

pub(super) fn plots(result: &RunResult) -> Vec<Plot> {
    let plots = result.phases.iter().flat_map(|phase| {
        let moments = Moment::all(phase);
        [
            latency(&moments),
            throughput(&moments),
            distribution::of_phase(phase),
            tools(phase, &moments),
            errors(&moments),
            arrivals(&moments),
        ]
    });
    plots.filter(|plot| !plot.is_empty()).collect()
}

fn at(moments: &[Moment<'_>]) -> Vec<f64> {
    moments.iter().map(|moment| super::plot::tidy(moment.at)).collect()
}

fn quantile(histogram: &Hdr, share: f64) -> Option<f64> {
    (histogram.count() > 0).then(|| in_millis(histogram.quantile(share)))
}

fn latency(moments: &[Moment<'_>]) -> Plot {
    let line = |(name, share, colour)| {
        let values = moments.iter().map(|moment| quantile(&moment.latency, share));
        distribution::over_others(share, Line::new(name, colour, values))
    };
    let lines = distribution::SHARES.map(line).into();
    let about = "From when a call was due to its end; each point is of the calls that were due from then on.";
    Plot { about: about.to_owned(), ..Plot::of_latency("Latency over time", TIME, at(moments), lines) }
}

fn throughput(moments: &[Moment<'_>]) -> Plot {
    let line = |name, colour, figure: fn(&Moment<'_>) -> f64| {
        Line::new(name, colour, moments.iter().map(|moment| Some(figure(moment))))
    };
    let lines = vec![
        line("arrivals ended", COLOURS[0], |moment| moment.a_second(moment.ended)),
        line("calls as wanted", COLOURS[1], |moment| moment.good_a_second()),
        line("arrivals due", DIM, |moment| moment.a_second(moment.due)).dashed(),
    ];
    rates(
        "Throughput against what was offered",
        "What ended in a time, whenever it was due. An arrival may make several calls.",
        moments,
        lines,
    )
}

/// Only where there are several: that of one is that of all.
fn tools(phase: &Phase, moments: &[Moment<'_>]) -> Plot {
    let names = most(phase.tools.iter().map(|(name, measured)| (name.as_str(), measured.count)));
    let line = |(name, colour): (&&str, _)| {
        let p99 = |moment: &Moment<'_>| quantile(moment.tools.get(*name)?, 0.99);
        Line::new(name, colour, moments.iter().map(p99))
    };
    let lines = if names.len() > 1 { names.iter().zip(COLOURS).map(line).collect() } else { Vec::new() };
    let about = match names.len().saturating_sub(COLOURS.len()) {
        0 => String::new(),
        more => format!("The {} that were called most; {more} more are in the table.", COLOURS.len()),
    };
    Plot { about, ..Plot::of_latency("p99 of each tool over time", TIME, at(moments), lines) }
}

fn errors(moments: &[Moment<'_>]) -> Plot {
    let pieces: Vec<_> = moments.iter().map(|moment| (moment.errors.clone(), moment.a_second(1))).collect();
    rates("Failed calls by code", "When they were due.", moments, by_code(&pieces))
}

fn arrivals(moments: &[Moment<'_>]) -> Plot {
    let line = |name, colour, count: fn(&Moment<'_>) -> u64| {
        let any = moments.iter().any(|moment| count(moment) > 0);
        any.then(|| {
            Line::new(name, colour, moments.iter().map(|moment| Some(moment.a_second(count(moment)))))
        })
    };
    let dropped = line("dropped", BAD, |moment| moment.dropped);
    let late = line("late", COLOURS[2], |moment| moment.late);
    rates(
        "Arrivals that were dropped, or begun late",
        "Dropped: --max-in-flight left no room. Late: this machine began them 10 ms or more after they were due.",
        moments,
        dropped.into_iter().chain(late).collect(),
    )
}

fn rates(title: &'static str, about: &str, moments: &[Moment<'_>], lines: Vec<Line>) -> Plot {
    let y = Axis::new("a second", Unit::Rate);
    Plot { title, about: about.to_owned(), x: TIME, y, at: at(moments), lines, marks: Vec::new() }
}
