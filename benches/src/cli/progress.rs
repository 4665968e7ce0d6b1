//! How a run is getting on, on standard error: on a terminal a line that is written over every second, elsewhere a line every ten seconds.

use std::io::{IsTerminal, Write, stderr};

use benches::engine::Tick;

/// Seconds between two lines where nobody watches.
const SELDOM: u64 = 10;

/// Tells of a phase at `rate` arrivals a second.
pub(crate) fn show(rate: f64, tick: &Tick) {
    let (elapsed, length) = (tick.elapsed.as_secs(), tick.length.as_secs_f64().ceil());
    let dropped = if tick.dropped > 0 { format!("  {} DROPPED", tick.dropped) } else { String::new() };
    let line = format!(
        "[{elapsed:>4}/{length}s] {rate:.0}/s  {} calls ended, {} failed, p99 {:.2} ms, {} under way{dropped}",
        tick.ended,
        tick.failed,
        tick.p99 as f64 / 1000.0,
        tick.in_flight,
    );
    // Nobody is left to tell when standard error is closed.
    drop(if stderr().is_terminal() {
        write!(stderr(), "\r\x1b[K{line}")
    } else if elapsed % SELDOM == 0 {
        writeln!(stderr(), "{line}")
    } else {
        Ok(())
    });
}

/// Takes the line away again.
pub(crate) fn clear() {
    if stderr().is_terminal() {
        drop(write!(stderr(), "\r\x1b[K"));
    }
}
