//! How far a run is, and how long it may still take: on a terminal a line that is written over, elsewhere a line for each subject.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use conformance::{Outcome, Tally};

/// What is less is not worth telling.
const SOON: Duration = Duration::from_secs(30);

/// Tells of each subject that is done.
#[expect(clippy::disallowed_methods, reason = "a person waits, whose time is that of the clock on the wall")]
pub(crate) fn shown() -> impl FnMut((usize, usize), &[Outcome]) {
    let start = Instant::now();
    move |(done, total), outcomes| show((done, total), outcomes, start.elapsed())
}

fn show((done, total): (usize, usize), outcomes: &[Outcome], elapsed: Duration) {
    let Some(first) = outcomes.first() else { return };
    let (subject, tally) = (&first.id.subject, Tally::of(outcomes));
    let line = format!("[{done:>3}/{total}] {subject:<32} {}{}", tally.cell(), left(elapsed, done, total));
    // Nobody is left to tell when standard error is closed.
    drop(if stderr().is_terminal() {
        let end = if done == total { "\r\x1b[K" } else { "" };
        write!(stderr(), "\r\x1b[K{line}{end}")
    } else {
        writeln!(stderr(), "{line}")
    });
}

/// How long the rest takes, if it goes on like that.
fn left(elapsed: Duration, done: usize, total: usize) -> String {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let left = (elapsed / count(done).max(1)).saturating_mul(count(total.saturating_sub(done)));
    if left < SOON { String::new() } else { format!("  (about {} min left)", left.as_secs().div_ceil(60)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_told_where_it_takes_long() {
        let left = |seconds, done| left(Duration::from_secs(seconds), done, 10);
        assert_eq!(
            (left(30, 1), left(60, 5)),
            ("  (about 5 min left)".into(), "  (about 1 min left)".into())
        );
        assert_eq!((left(3, 1), left(600, 10), left(0, 0)), Default::default());
    }
}
