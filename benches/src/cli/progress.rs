//! How a run is getting on, on standard error: on a terminal a line that is written over every second, elsewhere a line every ten seconds.

use std::io::{IsTerminal, Write, stderr};

use benches::engine::{Load, Tick};
use benches::result::{Kind, Phase};

/// Seconds between two lines where nobody watches.
const SELDOM: u64 = 10;

/// Tells of a phase under that load.
pub(crate) fn show(load: Load, tick: &Tick) {
    let (elapsed, length) = (tick.elapsed.as_secs(), tick.length.as_secs_f64().ceil());
    let dropped = if tick.dropped > 0 { format!("  {} DROPPED", tick.dropped) } else { String::new() };
    let line = format!(
        "[{elapsed:>4}/{length}s] {load}  {} calls ended, {} failed, p99 {:.2} ms, {} under way{dropped}",
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

/// Takes the line away again. A ramp leaves one for each of its steps.
pub(crate) fn end(phase: &Phase, kind: Kind) {
    let clear = if stderr().is_terminal() { "\r\x1b[K" } else { "" };
    let (calls, failed, p99) = (phase.total.count, phase.total.failed(), phase.total.latency_micros.p99);
    drop(match kind {
        Kind::Ramp => writeln!(
            stderr(),
            "{clear}{:.1}/s  {calls} calls, {failed} failed, p99 {:.2} ms",
            phase.rate,
            p99 as f64 / 1000.0
        ),
        Kind::Run | Kind::Soak => write!(stderr(), "{clear}"),
    });
}
