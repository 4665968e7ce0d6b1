//! The table on the terminal.

use std::fmt;

use super::{places, plain, short};
use crate::diff::change::{Comparison, Kind};

/// The changes by kind, breaking ones first, and the counts in the last line.
#[derive(Debug)]
pub struct Table<'a>(pub &'a Comparison);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(comparison) = self;
        for kind in Kind::ALL.into_iter().filter(|kind| comparison.count(*kind) > 0) {
            writeln!(f, "{} ({})", kind.name().to_uppercase(), comparison.count(kind))?;
            for change in comparison.of(kind) {
                writeln!(f, "  {}  {}", places(&change.places), plain(&change.pointer))?;
                let (was, is) = short(change);
                writeln!(f, "    was  {was}\n    is   {is}")?;
                writeln!(f, "    why  {}", plain(&change.why))?;
            }
            writeln!(f)?;
        }
        write!(f, "{comparison}")
    }
}
