//! The table for a summary of CI.

use std::fmt;

use super::{places, plain, short};
use crate::diff::change::{Change, Comparison, Kind};

/// How many changes of a kind are listed: a summary of CI may have a mebibyte.
const LISTED: usize = 300;

/// The changes as a table by kind, breaking ones first, and the counts in the last line.
#[derive(Debug)]
pub struct Markdown<'a>(pub &'a Comparison);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(comparison) = self;
        writeln!(f, "## Compatibility\n")?;
        for kind in Kind::ALL.into_iter().filter(|kind| comparison.count(*kind) > 0) {
            let count = comparison.count(kind);
            writeln!(f, "### {} ({count})\n", kind.name())?;
            writeln!(f, "| where | pointer | was | is | why |\n|---|---|---|---|---|")?;
            for change in comparison.of(kind).take(LISTED) {
                writeln!(f, "{}", row(change))?;
            }
            if count > LISTED {
                writeln!(f, "\n… and {} more", count - LISTED)?;
            }
            writeln!(f)?;
        }
        write!(f, "{comparison}")
    }
}

fn row(change: &Change) -> String {
    let (was, is) = short(change);
    let (place, pointer) = (code(&places(&change.places)), code(&plain(&change.pointer)));
    format!("| {place} | {pointer} | {} | {} | {} |", code(&was), code(&is), words(&plain(&change.why)))
}

/// As HTML, because a code span of Markdown has no way to hold both pipes and backticks in a table.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", words(text))
}

/// Text of which Markdown makes nothing.
pub(crate) fn words(text: &str) -> String {
    let active = ['<', '>', '&', '|', '`', '*', '_', '[', ']', '\\', '~', '@', '#'];
    let escaped = text
        .chars()
        .map(|one| if active.contains(&one) { format!("&#{};", u32::from(one)) } else { one.into() });
    escaped.collect()
}
