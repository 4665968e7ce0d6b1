//! For the summary of a CI job, which may have a mebibyte.

use std::fmt;

use serde_json::json;

use super::cause::{Cause, causes};
use super::tally::Matrix;
use super::{Report, diff};
use crate::diff::{code, plain, words};

/// Failures that are told in full; the others are listed.
const IN_FULL: usize = 40;
/// Failures and other lines that are listed.
const LISTED: usize = 300;
/// Lines of a comparison that are shown.
const MOST: usize = 40;
/// Signs of a command line or an input that are shown.
const LONGEST: usize = 2_000;

/// The report as Markdown.
#[derive(Debug)]
pub(super) struct Markdown<'a>(pub(super) &'a Report);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        let sign = if report.passed() { "✅" } else { "❌" };
        writeln!(f, "## {sign} Conformance\n\n{}\n", words(&report.summary()))?;
        table(f, report)?;
        let failures: Vec<_> = report.failures().collect();
        if !failures.is_empty() {
            writeln!(f, "\n### Failures ({})\n", failures.len())?;
        }
        if let Some(start) = report.start() {
            writeln!(f, "Before the commands below: {}\n", code(start))?;
        }
        let causes = causes(report);
        for cause in causes.iter().take(IN_FULL) {
            describe(f, report, cause)?;
        }
        for Cause { outcome, failure, .. } in causes.iter().skip(IN_FULL).take(LISTED) {
            writeln!(f, "- {}: {}", code(&outcome.id.to_string()), cut(&failure.message))?;
        }
        more(f, causes.len(), IN_FULL + LISTED)?;
        let known = report.all_failures();
        let known = known.filter_map(|(outcome, _)| Some((outcome.id.to_string(), outcome.known.clone()?)));
        list(f, "Known to fail", known.collect())?;
        let left_out = report.left_out().into_iter();
        let left_out = left_out.map(|(reason, checks)| (checks.len().to_string(), reason.to_owned()));
        list(f, "Not verified", left_out.collect())?;
        list(f, "Stale in the baseline", report.stale.clone())
    }
}

fn table(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let Matrix { families, rows } = Matrix::of_areas(&report.outcomes);
    write!(f, "| area |")?;
    families.iter().try_for_each(|family| write!(f, " {family} |"))?;
    writeln!(f, "\n|---|{}", "---:|".repeat(families.len()))?;
    for row in &rows {
        write!(f, "| {} |", row.name)?;
        row.cells.iter().try_for_each(|(_, tally)| write!(f, " {} |", words(&tally.cell())))?;
        writeln!(f)?;
    }
    writeln!(f, "\nChecks that hold (✓ beside others); ✗ failed, &#126; known to fail, ? not verified.")
}

/// HTML inside: a fence of Markdown would end with what a target answers.
fn describe(f: &mut fmt::Formatter<'_>, report: &Report, cause: &Cause<'_>) -> fmt::Result {
    let Cause { outcome, failure, .. } = cause;
    let (id, level, evidence) = (outcome.id.to_string(), outcome.level, outcome.evidence.name());
    writeln!(f, "<details><summary>{} {}</summary>\n", code(&id), cut(&failure.message))?;
    writeln!(f, "{level}, {evidence}\n")?;
    let lines = diff::lines(failure, MOST).into_iter();
    let lines: Vec<String> = lines.map(|line| format!("{} {}", line.sign, cut(&line.text))).collect();
    if !lines.is_empty() {
        // Without empty lines, which would end the block.
        writeln!(f, "<pre>{}</pre>\n", lines.join("\n"))?;
    }
    if let Some(arguments) = &failure.arguments {
        writeln!(f, "- input: <code>{}</code>", cut(&json!(arguments).to_string()))?;
    }
    for before in &failure.before {
        writeln!(f, "- before: <code>{}</code>", cut(before))?;
    }
    if let Some(curl) = &failure.curl {
        writeln!(f, "- curl: <code>{}</code>", cut(curl))?;
    }
    if let Some(mcp) = failure.over_mcp() {
        writeln!(f, "- MCP: <code>{}</code>", cut(&mcp))?;
    }
    writeln!(f, "- again: <code>{}</code>", cut(&report.again(outcome)))?;
    if let Some(others) = cause.others() {
        writeln!(f, "- also: {}", cut(&others))?;
    }
    writeln!(f, "\n</details>\n")
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, lines: Vec<(String, String)>) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n### {title}\n")?;
    for (name, text) in lines.iter().take(LISTED) {
        writeln!(f, "- {}: {}", code(&plain(name)), cut(text))?;
    }
    more(f, lines.len(), LISTED)
}

fn more(f: &mut fmt::Formatter<'_>, all: usize, shown: usize) -> fmt::Result {
    if all > shown { writeln!(f, "- … and {} more", all - shown) } else { Ok(()) }
}

/// Text of which Markdown makes nothing, and not too much of it.
fn cut(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST).collect();
    let more = if shown.len() < text.len() { " …" } else { "" };
    format!("{}{more}", words(&plain(&shown)))
}
