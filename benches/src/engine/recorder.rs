//! What is written down while it happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indexmap::IndexSet;

use super::tally::{Piece, Tally, per_second, total};
use crate::result::{ArrivalCounts, Hdr, Phase, Slice};

/// An arrival that begins later than this after it was due is counted as late.
const LATE: Duration = Duration::from_millis(10);

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
        let late = u64::from(late >= LATE);
        if let Some(piece) = self.piece(due) {
            piece.due += 1;
            piece.late += late;
            self.arrivals.due += 1;
            self.arrivals.late += late;
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
        if let Some(piece) = self.piece(at) {
            piece.ended += 1;
            self.flows_ended += 1;
        }
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
            connections: None,
        }
    }

    fn slice(&self, at: usize, piece: &Piece, names: &IndexSet<String>) -> Slice {
        let start_seconds = self.slice.as_secs_f64() * at as f64;
        let left = (self.until - self.from).as_secs_f64() - start_seconds;
        let seconds = self.slice.as_secs_f64().min(left);
        let named = names.iter().enumerate().filter_map(|(tool, name)| Some((name, piece.tools.get(&tool)?)));
        let tools = named.map(|(name, tally)| (name.clone(), tally.measured(seconds))).collect();
        let Piece { due, dropped, late, ended, .. } = *piece;
        Slice { start_seconds, seconds, due, dropped, late, ended, tools }
    }
}
