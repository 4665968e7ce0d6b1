//! A ramp against the rate that was offered.

use std::collections::BTreeMap;

use super::distribution;
use super::moments::by_code;
use super::plot::{Axis, BAD, COLOURS, DIM, Line, Mark, Plot, Unit, in_millis, tidy, together};
use crate::report::figures::{percent, rate};
use crate::result::{Percentiles, Phase, RunResult};

pub(super) fn plots(result: &RunResult) -> Vec<Plot> {
    let steps = steps(&result.phases);
    let ramp = Ramp { marks: marks(result), x: rates(&steps), steps };
    let plots = [
        ramp.latency(),
        ramp.throughput(),
        distribution::of_steps(&result.phases),
        ramp.shares(),
        ramp.errors(),
    ];
    plots.into_iter().filter(|plot| !plot.is_empty()).collect()
}

/// Not too many, and the last one, which did not hold, among them.
fn steps(phases: &[Phase]) -> Vec<&Phase> {
    let apart = together(phases.len());
    let (last, before) = match phases.split_last() {
        Some((last, before)) => (Some(last), before),
        None => (None, phases),
    };
    let many = before.iter().step_by(apart);
    many.chain(last).collect()
}

fn rates(steps: &[&Phase]) -> Axis {
    Axis::new("offered", Unit::Rate).log_where_wide(steps.iter().map(|step| step.rate))
}

fn marks(result: &RunResult) -> Vec<Mark> {
    let held = result.highest_held.map(|held| (held, "held", "passed"));
    let not = result.phases.iter().find(|phase| !phase.saturated.is_empty());
    let not = not.map(|phase| (phase.rate, "did not hold", BAD));
    let mark = |(at, what, colour)| Mark { at, name: format!("{}/s {what}", rate(at)), colour };
    held.into_iter().chain(not).map(mark).collect()
}

struct Ramp<'a> {
    steps: Vec<&'a Phase>,
    x: Axis,
    marks: Vec<Mark>,
}

impl Ramp<'_> {
    fn at(&self) -> Vec<f64> {
        self.steps.iter().map(|step| tidy(step.rate)).collect()
    }

    fn line(&self, name: &str, colour: &'static str, figure: impl Fn(&Phase) -> Option<f64>) -> Line {
        Line::new(name, colour, self.steps.iter().map(|step| figure(step)))
    }

    fn latency(&self) -> Plot {
        let figures: [fn(&Percentiles) -> u64; 4] =
            [|all| all.p50, |all| all.p90, |all| all.p99, |all| all.max];
        let line = |((name, share, colour), figure): (_, fn(&Percentiles) -> u64)| {
            let value =
                |step: &Phase| (step.total.count > 0).then(|| in_millis(figure(&step.total.latency_micros)));
            distribution::over_others(share, self.line(name, colour, value))
        };
        let lines = distribution::SHARES.into_iter().zip(figures).map(line).collect();
        Plot {
            about: "From when a call was due to its end, at each rate that was tried.".to_owned(),
            marks: self.marks.clone(),
            ..Plot::of_latency("Latency against rate", self.x, self.at(), lines)
        }
    }

    fn throughput(&self) -> Plot {
        let lines = vec![
            self.line("arrivals ended", COLOURS[0], |step| Some(step.arrivals.ended_per_second)),
            self.line("calls as wanted", COLOURS[1], |step| Some(step.total.throughput)),
            self.line("arrivals offered", DIM, |step| Some(step.rate)).dashed(),
        ];
        let about = "What ended while its rate was measured. An arrival may make several calls.";
        self.plot("Throughput against what was offered", about, Axis::new("a second", Unit::Rate), lines)
    }

    fn shares(&self) -> Plot {
        type Share = fn(&Phase) -> f64;
        let all: [(&str, &'static str, Share); 3] = [
            ("calls failed", BAD, |step| 100.0 * step.total.error_share()),
            ("arrivals dropped", COLOURS[4], |step| percent(step.arrivals.dropped, step.arrivals.due)),
            ("arrivals late", COLOURS[2], |step| percent(step.arrivals.late, step.arrivals.due)),
        ];
        let any = |share: Share| self.steps.iter().any(|step| share(step) > 0.0);
        let lines = all.into_iter().filter(|(_, _, share)| any(*share));
        let lines = lines.map(|(name, colour, share)| self.line(name, colour, |step| Some(share(step))));
        let about = "Dropped: --max-in-flight left no room. Late: this machine began them 10 ms or more after they were due.";
        self.plot("Failed, dropped and late", about, Axis::new("share", Unit::Percent), lines.collect())
    }

    fn errors(&self) -> Plot {
        let pieces: Vec<_> = self.steps.iter().map(|step| (codes(step), 1.0)).collect();
        self.plot("Failed calls by code", "All of a step.", Axis::new("calls", Unit::Count), by_code(&pieces))
    }

    fn plot(&self, title: &'static str, about: &str, y: Axis, lines: Vec<Line>) -> Plot {
        Plot { title, about: about.to_owned(), x: self.x, y, at: self.at(), lines, marks: self.marks.clone() }
    }
}

fn codes(step: &Phase) -> BTreeMap<&str, u64> {
    step.total.errors.iter().map(|(code, count)| (code.as_str(), *count)).collect()
}
