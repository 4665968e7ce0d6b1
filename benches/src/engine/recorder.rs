//! What is written down while it happens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};

use crate::result::{ArrivalCounts, Hdr, Measured, Phase, Slice, SliceMeasured};

/// An arrival that begins later than this after it was due is counted as late.
const LATE: Duration = Duration::from_millis(10);
/// Most codes of failures that are told apart.
const MAX_CODES: usize = 64;

/// A call that ended.
#[derive(Debug)]
pub(super) struct Done {
    /// The place of its tool.
    pub(super) tool: usize,
    /// When it was due, from the beginning of the phase.
    pub(super) due: Duration,
    /// From when it was due to its end.
    pub(super) latency: Duration,
    /// From when it was made to its end.
    pub(super) service: Duration,
    /// The code of what is wrong with it.
    pub(super) failure: Option<String>,
}

/// How a phase is getting on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tick {
    /// Time since its beginning.
    pub elapsed: Duration,
    /// Warm-up and measured time together.
    pub length: Duration,
    /// Calls that ended since the last tick.
    pub ended: u64,
    /// Of them, those that failed.
    pub failed: u64,
    /// The 99th percentile of their latencies, in microseconds.
    pub p99: u64,
    /// Arrivals that were dropped since the beginning.
    pub dropped: u64,
    /// Arrivals under way.
    pub in_flight: usize,
}

/// One recorder for all that are under way.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<Recorder>>);

impl Shared {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self(Arc::new(Mutex::new(recorder)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of the calls of a tool in a time.
#[derive(Debug, Clone)]
struct Tally {
    count: u64,
    errors: BTreeMap<String, u64>,
    /// Those that ended as wanted in this time, whenever they were due.
    good: u64,
    latency: Hdr,
}

impl Tally {
    fn new(latency: Hdr) -> Self {
        Self { count: 0, errors: BTreeMap::new(), good: 0, latency }
    }

    fn count(&mut self, done: &Done) {
        self.count += 1;
        self.latency.record(done.latency);
        if let Some(code) = &done.failure {
            let is_known = self.errors.contains_key(code) || self.errors.len() < MAX_CODES;
            let code = if is_known { code.as_str() } else { "OTHER" };
            *self.errors.entry(code.to_owned()).or_default() += 1;
        }
    }
}

/// A piece of the time.
#[derive(Debug, Clone, Default)]
struct Piece {
    dropped: u64,
    tools: IndexMap<usize, Tally>,
}

/// What is written down of one phase.
#[derive(Debug)]
pub(super) struct Recorder {
    from: Duration,
    until: Duration,
    slice: Duration,
    arrivals: ArrivalCounts,
    flows_ended: u64,
    tools: Vec<(Tally, Hdr)>,
    pieces: Vec<Piece>,
    all_dropped: u64,
    recent: Tick,
    recent_latency: Hdr,
}

impl Recorder {
    /// Of `tools` tools, measured between `from` and `until`, in pieces of `slice`.
    pub(super) fn new(tools: usize, from: Duration, until: Duration, slice: Duration) -> Self {
        Self {
            from,
            until,
            slice,
            arrivals: ArrivalCounts::default(),
            flows_ended: 0,
            tools: (0..tools).map(|_| (Tally::new(Hdr::new()), Hdr::new())).collect(),
            pieces: Vec::new(),
            all_dropped: 0,
            recent: Tick { length: until, ..Tick::default() },
            recent_latency: Hdr::coarse(),
        }
    }

    fn is_measured(&self, at: Duration) -> bool {
        (self.from..self.until).contains(&at)
    }

    /// The piece of a moment that is measured.
    fn piece(&mut self, at: Duration) -> Option<&mut Piece> {
        if !self.is_measured(at) {
            return None;
        }
        let place = (at - self.from).as_nanos().checked_div(self.slice.as_nanos())?;
        let place = usize::try_from(place).ok()?;
        if self.pieces.len() <= place {
            self.pieces.resize_with(place + 1, Piece::default);
        }
        self.pieces.get_mut(place)
    }

    /// An arrival was due, and is `late` by so much.
    pub(super) fn arrived(&mut self, due: Duration, late: Duration) {
        if self.is_measured(due) {
            self.arrivals.due += 1;
            self.arrivals.late += u64::from(late >= LATE);
        }
    }

    /// There was no room for an arrival.
    pub(super) fn dropped(&mut self, due: Duration) {
        self.all_dropped += 1;
        if let Some(piece) = self.piece(due) {
            piece.dropped += 1;
            self.arrivals.dropped += 1;
        }
    }

    /// An arrival has made its calls.
    pub(super) fn flow_ended(&mut self, at: Duration) {
        self.flows_ended += u64::from(self.is_measured(at));
    }

    pub(super) fn call_ended(&mut self, done: Done) {
        self.recent.ended += 1;
        self.recent.failed += u64::from(done.failure.is_some());
        self.recent_latency.record(done.latency);
        let ended = done.due + done.latency;
        if done.failure.is_none() {
            let in_time = self.is_measured(ended);
            if let Some((tally, _)) = self.tools.get_mut(done.tool).filter(|_| in_time) {
                tally.good += 1;
            }
            if let Some(piece) = self.piece(ended) {
                piece.tally(done.tool).good += 1;
            }
        }
        if let Some(piece) = self.piece(done.due) {
            piece.tally(done.tool).count(&done);
            if let Some((tally, service)) = self.tools.get_mut(done.tool) {
                tally.count(&done);
                service.record(done.service);
            }
        }
    }

    /// What happened since the last time that this was asked.
    pub(super) fn tick(&mut self, elapsed: Duration, in_flight: usize) -> Tick {
        let p99 = std::mem::replace(&mut self.recent_latency, Hdr::coarse()).quantile(0.99);
        let tick = Tick { elapsed, p99, dropped: self.all_dropped, in_flight, ..self.recent };
        self.recent = Tick { length: self.until, ..Tick::default() };
        tick
    }

    /// Nothing more is measured from `at` on.
    pub(super) fn end(&mut self, at: Duration) {
        self.until = self.until.min(at).max(self.from);
    }

    /// All of it, for arrivals at `rate` a second to these tools.
    pub(super) fn phase(&self, rate: f64, names: &IndexSet<String>, start_seconds: f64) -> Phase {
        let seconds = (self.until - self.from).as_secs_f64();
        let mut arrivals = self.arrivals;
        arrivals.ended_per_second = per_second(self.flows_ended, seconds);
        let tools = names.iter().zip(&self.tools);
        Phase {
            rate,
            start_seconds,
            seconds,
            arrivals,
            total: total(self.tools.iter(), seconds),
            tools: tools.map(|(name, tool)| (name.clone(), total(std::iter::once(tool), seconds))).collect(),
            slices: self.pieces.iter().enumerate().map(|(at, piece)| self.slice(at, piece, names)).collect(),
            saturated: Vec::new(),
        }
    }

    fn slice(&self, at: usize, piece: &Piece, names: &IndexSet<String>) -> Slice {
        let start_seconds = self.slice.as_secs_f64() * at as f64;
        let left = (self.until - self.from).as_secs_f64() - start_seconds;
        let seconds = self.slice.as_secs_f64().min(left);
        let measured = |tally: &Tally| SliceMeasured {
            count: tally.count,
            errors: tally.errors.clone(),
            throughput: per_second(tally.good, seconds),
            latency_micros: tally.latency.percentiles(),
            latency_histogram: tally.latency.clone(),
        };
        let named = names.iter().enumerate().filter_map(|(tool, name)| Some((name, piece.tools.get(&tool)?)));
        let tools = named.map(|(name, tally)| (name.clone(), measured(tally))).collect();
        Slice { start_seconds, seconds, dropped: piece.dropped, tools }
    }
}

impl Piece {
    fn tally(&mut self, tool: usize) -> &mut Tally {
        self.tools.entry(tool).or_insert_with(|| Tally::new(Hdr::coarse()))
    }
}

/// Several tools together, in so many seconds.
fn total<'a>(tools: impl Iterator<Item = &'a (Tally, Hdr)>, seconds: f64) -> Measured {
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

fn per_second(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}
