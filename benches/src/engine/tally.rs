//! Calls, counted.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::recorder::Done;
use crate::result::{Hdr, Measured, SliceMeasured};

/// Most codes of failures that are told apart.
const MAX_CODES: usize = 64;

/// What became of the calls of a tool in a time.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) errors: BTreeMap<String, u64>,
    /// Those that ended as wanted in this time, whenever they were due.
    pub(super) good: u64,
    pub(super) latency: Hdr,
}

impl Tally {
    pub(super) fn new(latency: Hdr) -> Self {
        Self { count: 0, errors: BTreeMap::new(), good: 0, latency }
    }

    pub(super) fn count(&mut self, done: &Done) {
        self.count += 1;
        self.latency.record(done.latency);
        if let Some(code) = &done.failure {
            let is_known = self.errors.contains_key(code) || self.errors.len() < MAX_CODES;
            let code = if is_known { code.as_str() } else { "OTHER" };
            *self.errors.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// The same for a slice of so many seconds.
    pub(super) fn measured(&self, seconds: f64) -> SliceMeasured {
        SliceMeasured {
            count: self.count,
            errors: self.errors.clone(),
            throughput: per_second(self.good, seconds),
            latency_micros: self.latency.percentiles(),
            latency_histogram: self.latency.clone(),
        }
    }
}

/// A piece of the time.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) due: u64,
    pub(super) dropped: u64,
    pub(super) late: u64,
    pub(super) ended: u64,
    pub(super) tools: IndexMap<usize, Tally>,
}

impl Piece {
    pub(super) fn tally(&mut self, tool: usize) -> &mut Tally {
        self.tools.entry(tool).or_insert_with(|| Tally::new(Hdr::coarse()))
    }
}

/// Several tools together, in so many seconds.
pub(super) fn total<'a>(tools: impl Iterator<Item = &'a (Tally, Hdr)>, seconds: f64) -> Measured {
    let (mut sum, mut service) = (Tally::new(Hdr::new()), Hdr::new());
    for (tally, of_tool) in tools {
        sum.count += tally.count;
        sum.good += tally.good;
        sum.latency.add(&tally.latency);
        service.add(of_tool);
        for (code, count) in &tally.errors {
            *sum.errors.entry(code.clone()).or_default() += count;
        }
    }
    Measured {
        count: sum.count,
        errors: sum.errors,
        throughput: per_second(sum.good, seconds),
        latency_micros: sum.latency.percentiles(),
        service_micros: service.percentiles(),
        latency_histogram: sum.latency,
        service_histogram: service,
    }
}

pub(super) fn per_second(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}
