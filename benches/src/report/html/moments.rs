//! Slices of a phase, as many together as it takes for there not to be too many, and what is most of all that they have.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::plot::{BAD, COLOURS, DIM, Line, MOST_LINES, together};
use crate::result::{Hdr, Phase, Slice};

/// A point of the time.
#[derive(Debug, Default)]
pub(super) struct Moment<'a> {
    /// Seconds from the beginning of the run.
    pub(super) at: f64,
    pub(super) seconds: f64,
    pub(super) due: u64,
    pub(super) dropped: u64,
    pub(super) late: u64,
    pub(super) ended: u64,
    /// Calls that ended as wanted.
    good: f64,
    pub(super) errors: BTreeMap<&'a str, u64>,
    pub(super) latency: Hdr,
    pub(super) tools: IndexMap<&'a str, Hdr>,
}

impl<'a> Moment<'a> {
    /// All of a phase, in the order of time.
    pub(super) fn all(phase: &'a Phase) -> Vec<Self> {
        let of = |slices| Self::of(phase.start_seconds, slices);
        phase.slices.chunks(together(phase.slices.len())).map(of).collect()
    }

    fn of(start: f64, slices: &'a [Slice]) -> Self {
        let at = start + slices.first().map_or(0.0, |slice| slice.start_seconds);
        let mut moment = Self { at, ..Self::default() };
        slices.iter().for_each(|slice| moment.add(slice));
        moment
    }

    fn add(&mut self, slice: &'a Slice) {
        self.seconds += slice.seconds;
        self.due += slice.due;
        self.dropped += slice.dropped;
        self.late += slice.late;
        self.ended += slice.ended;
        for (name, measured) in &slice.tools {
            self.good += measured.throughput * slice.seconds;
            self.latency.add(&measured.latency_histogram);
            self.tools.entry(name).or_insert_with(Hdr::coarse).add(&measured.latency_histogram);
            for (code, count) in &measured.errors {
                *self.errors.entry(code).or_default() += count;
            }
        }
    }

    pub(super) fn a_second(&self, count: u64) -> f64 {
        if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 }
    }

    pub(super) fn good_a_second(&self) -> f64 {
        if self.seconds > 0.0 { self.good / self.seconds } else { 0.0 }
    }
}

/// The names with the largest counts, largest first.
pub(super) fn most<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<&'a str> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in counts {
        *sums.entry(name).or_default() += count;
    }
    let mut names: Vec<(&str, u64)> = sums.into_iter().filter(|(_, count)| *count > 0).collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    names.into_iter().map(|(name, _)| name).collect()
}

/// A line for each of the codes that come most, and one for all others.
pub(super) fn by_code(pieces: &[(BTreeMap<&str, u64>, f64)]) -> Vec<Line> {
    let codes =
        most(pieces.iter().flat_map(|(errors, _)| errors.iter().map(|(code, count)| (*code, *count))));
    let (told, rest) = codes.split_at(codes.len().min(MOST_LINES - 1));
    let line = |name: &str, colour, of: &[&str]| {
        let sum = |errors: &BTreeMap<&str, u64>| of.iter().filter_map(|code| errors.get(code)).sum::<u64>();
        Line::new(name, colour, pieces.iter().map(|(errors, per)| Some(sum(errors) as f64 * per)))
    };
    let reds = [BAD].into_iter().chain(COLOURS.into_iter().skip(1));
    let mut lines: Vec<Line> =
        told.iter().zip(reds).map(|(code, colour)| line(code, colour, &[*code])).collect();
    if !rest.is_empty() {
        lines.push(line(&format!("{} more codes", rest.len()), DIM, rest));
    }
    lines
}
