//! For a terminal, in colours, which whoever prints it takes out where they do not belong.

use std::fmt;

use anstyle::{AnsiColor, Style};
use serde_json::json;

use super::cause::{Cause, causes};
use super::tally::{Matrix, Tally};
use super::{Report, diff};
use crate::diff::plain;
use crate::finding::Outcome;

/// Lines of a comparison that are shown.
const MOST: usize = 60;
/// Subjects that are named beside a reason.
const NAMED: usize = 4;

const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The table of areas and families, each failure in full, what was left out, and a line for all.
#[derive(Debug)]
pub struct Terminal<'a>(pub &'a Report);

impl fmt::Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        table(f, report)?;
        for cause in causes(report) {
            writeln!(f)?;
            describe(f, report, &cause)?;
        }
        if let Some(start) = report.start() {
            writeln!(f, "\n{YELLOW}before the commands above{YELLOW:#}\n  {start}")?;
        }
        section(
            f,
            "known to fail",
            report
                .all_failures()
                .filter_map(|(outcome, _)| Some((outcome.id.to_string(), outcome.known.clone()?))),
        )?;
        section(
            f,
            "not verified",
            report.left_out().into_iter().map(|(reason, checks)| {
                (format!("{} checks", checks.len()), format!("{reason} ({})", subjects(&checks)))
            }),
        )?;
        section(f, "stale in the baseline", report.stale.iter().cloned())?;
        let style = if report.passed() { GREEN } else { RED };
        write!(f, "\n{style}{}{style:#}", report.summary())
    }
}

fn table(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let Matrix { families, rows } = Matrix::of_areas(&report.outcomes);
    let first = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| Some(row.cells.get(column)?.1.cell().chars().count()));
        families.get(column).map_or(0, |family| family.name().len()).max(cells.max().unwrap_or_default())
    };
    write!(f, "{:first$}", "")?;
    for (column, family) in families.iter().enumerate() {
        write!(f, "  {BOLD}{:>width$}{BOLD:#}", family.name(), width = width(column))?;
    }
    for row in &rows {
        write!(f, "\n{:first$}", row.name)?;
        for (column, (_, tally)) in row.cells.iter().enumerate() {
            let style = style(tally);
            write!(f, "  {style}{:>width$}{style:#}", tally.cell(), width = width(column))?;
        }
    }
    writeln!(f, "\n{DIM}checks that hold (✓ beside others); ✗ failed, ~ known to fail, ? not verified{DIM:#}")
}

fn style(tally: &Tally) -> Style {
    match tally.verdict() {
        "failed" => RED,
        "known" | "unverified" => YELLOW,
        _ => GREEN,
    }
}

/// One failure in full, with what it takes to see it again, and the names of those that are like it.
fn describe(f: &mut fmt::Formatter<'_>, report: &Report, cause: &Cause<'_>) -> fmt::Result {
    let Cause { outcome, failure, .. } = cause;
    writeln!(f, "{RED}FAIL{RED:#} {BOLD}{}{BOLD:#}", outcome.id)?;
    let mut line = |name: &str, text: &str| writeln!(f, "  {DIM}{name:<9}{DIM:#} {}", plain(text));
    line("what", &failure.message)?;
    if let Some(rule) = outcome.family.rule(&outcome.id.rule) {
        line("rule", rule.about)?;
    }
    line("evidence", &format!("{} ({})", outcome.evidence.name(), outcome.level))?;
    if !outcome.facts.is_empty() {
        line("facts", &outcome.facts.join(", "))?;
    }
    if let Some(arguments) = &failure.arguments {
        line("input", &json!(arguments).to_string())?;
    }
    let lines = diff::lines(failure, MOST);
    if !lines.is_empty() {
        writeln!(f, "  {RED}- expected{RED:#}  {GREEN}+ actual{GREEN:#}")?;
    }
    for diff::Line { sign, text } in lines {
        let style = match sign {
            '-' => RED,
            '+' => GREEN,
            _ => DIM,
        };
        writeln!(f, "  {style}{sign} {}{style:#}", plain(&text))?;
    }
    let mut line = |name: &str, text: &str| writeln!(f, "  {DIM}{name:<9}{DIM:#} {}", plain(text));
    for before in &failure.before {
        line("before", before)?;
    }
    if let Some(curl) = &failure.curl {
        line("curl", curl)?;
    }
    if let Some(mcp) = failure.over_mcp() {
        line("mcp", &mcp)?;
    }
    line("again", &report.again(outcome))?;
    cause.others().map_or(Ok(()), |others| line("also", &others))
}

fn section(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    lines: impl Iterator<Item = (String, String)>,
) -> fmt::Result {
    for (index, (name, text)) in lines.enumerate() {
        if index == 0 {
            writeln!(f, "\n{YELLOW}{title}{YELLOW:#}")?;
        }
        writeln!(f, "  {}: {}", plain(&name), plain(&text))?;
    }
    Ok(())
}

/// Whose checks they are: the first few.
fn subjects(checks: &[&Outcome]) -> String {
    let names: indexmap::IndexSet<&str> = checks.iter().map(|outcome| outcome.id.subject.as_str()).collect();
    let shown: Vec<&str> = names.iter().copied().take(NAMED).collect();
    let more = names.len().saturating_sub(NAMED);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
