//! How far a run is: on a terminal a line that is written over, elsewhere a line for each subject.

use std::io::{IsTerminal, Write, stderr};

use conformance::{Outcome, Tally};

/// Tells of a subject that is done.
pub(crate) fn show((done, total): (usize, usize), outcomes: &[Outcome]) {
    let Some(first) = outcomes.first() else { return };
    let (subject, tally) = (&first.id.subject, Tally::of(outcomes));
    let line = format!("[{done:>3}/{total}] {subject:<32} {}", tally.cell());
    // Nobody is left to tell when standard error is closed.
    drop(if stderr().is_terminal() {
        let end = if done == total { "\r\x1b[K" } else { "" };
        write!(stderr(), "\r\x1b[K{line}{end}")
    } else {
        writeln!(stderr(), "{line}")
    });
}
