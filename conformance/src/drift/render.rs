//! The differences on the terminal.

use std::fmt;

use super::{Drift, Kind};

/// The differences by kind, the worst first, and the counts in the last line.
#[derive(Debug)]
pub struct Table<'a>(pub &'a Drift);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(drift) = self;
        for kind in Kind::ALL.into_iter().filter(|kind| drift.of(*kind).next().is_some()) {
            writeln!(f, "{} ({})", heading(kind), drift.of(kind).count())?;
            for difference in drift.of(kind) {
                let pointer =
                    if difference.pointer.is_empty() { "(the answer)" } else { &difference.pointer };
                writeln!(f, "  {}  {pointer}\n    {}", difference.tool, difference.what)?;
                if !difference.recorded.is_null() {
                    writeln!(f, "    recorded  {}", difference.recorded)?;
                }
            }
            writeln!(f)?;
        }
        let count = |kind| drift.of(kind).count();
        write!(
            f,
            "calls: {}, tools: {}; {} where the contract differs, {} where the mock does, {} to look at",
            drift.calls,
            drift.tools,
            count(Kind::Contract),
            count(Kind::Mock),
            count(Kind::Note)
        )
    }
}

const fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Contract => "THE CONTRACT FORBIDS WHAT THE API ANSWERED",
        Kind::Mock => "THE MOCK DOES NOT ANSWER AS THE API",
        Kind::Note => "ONLY THE MOCK ANSWERS IT",
    }
}
