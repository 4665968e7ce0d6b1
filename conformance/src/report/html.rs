//! For people: one file that asks for nothing else. askama escapes every text that is put into it.

use askama::Template;
use fixtures::Area;
use indexmap::IndexMap;
use serde_json::json;

use super::tally::{Line, Matrix, Tally};
use super::{Report, diff};
use crate::family::{Family, Level};
use crate::finding::{Failure, Outcome, Verdict};

/// Failures with a page of their own; all others have their line in the list.
const IN_FULL: usize = 300;
/// Lines of a comparison that are shown.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    tally: Tally,
    /// Areas by families, then subjects by families.
    matrices: [(&'static str, &'static str, Matrix); 2],
    families: Vec<Family>,
    areas: [Area; 9],
    levels: [Level; 2],
    subjects: Vec<Subject<'a>>,
    failures: Vec<Fault<'a>>,
    /// Failures that have no page.
    more: usize,
    left_out: Vec<(&'a str, Vec<&'a Outcome>)>,
}

/// The checks of a subject, in the list of all.
struct Subject<'a> {
    name: &'a str,
    tally: Tally,
    checks: Vec<Check<'a>>,
}

/// A line of the list.
struct Check<'a> {
    outcome: &'a Outcome,
    verdict: &'static str,
    area: &'static str,
    note: &'a str,
    /// Whether it has a page.
    told: bool,
}

/// The page of a failure.
struct Fault<'a> {
    outcome: &'a Outcome,
    failure: &'a Failure,
    area: &'static str,
    about: &'static str,
    verdict: &'static str,
    input: Option<String>,
    lines: Vec<diff::Line>,
    mcp: Option<String>,
    again: String,
}

pub(super) fn render(report: &Report) -> Result<String, askama::Error> {
    let failures: Vec<Fault<'_>> = report
        .all_failures()
        .take(IN_FULL)
        .map(|(outcome, failure)| fault(report, outcome, failure))
        .collect();
    let areas = Matrix::of_areas(&report.outcomes);
    let page = Page {
        report,
        tally: report.tally(),
        families: areas.families.clone(),
        matrices: [
            ("Areas", "area", areas),
            ("Tools and other subjects", "subject", Matrix::of_subjects(&report.outcomes)),
        ],
        areas: Area::ALL,
        levels: [Level::Must, Level::Should],
        subjects: subjects(report),
        more: report.all_failures().count().saturating_sub(failures.len()),
        failures,
        left_out: report.left_out(),
    };
    page.render()
}

fn subjects(report: &Report) -> Vec<Subject<'_>> {
    let mut subjects: IndexMap<&str, Vec<&Outcome>> = IndexMap::new();
    for outcome in &report.outcomes {
        subjects.entry(&outcome.id.subject).or_default().push(outcome);
    }
    let told: std::collections::HashSet<_> =
        report.all_failures().take(IN_FULL).map(|(outcome, _)| &outcome.id).collect();
    let check = |outcome: &'_ Outcome| told.contains(&outcome.id);
    let of = |(name, outcomes): (_, Vec<_>)| Subject {
        name,
        tally: Tally::of(outcomes.iter().copied()),
        checks: outcomes.into_iter().map(|outcome| line(outcome, check(outcome))).collect(),
    };
    subjects.into_iter().map(of).collect()
}

fn line(outcome: &Outcome, told: bool) -> Check<'_> {
    let note = match &outcome.verdict {
        Verdict::Passed => "",
        Verdict::Failed(failure) => failure.message.as_str(),
        Verdict::NotVerified { reason } => reason.as_str(),
    };
    let verdict = Tally::of([outcome]).verdict();
    Check { outcome, verdict, area: area(outcome), note, told }
}

fn fault<'a>(report: &Report, outcome: &'a Outcome, failure: &'a Failure) -> Fault<'a> {
    Fault {
        outcome,
        failure,
        area: area(outcome),
        about: outcome.family.rule(&outcome.id.rule).map_or("", |rule| rule.about),
        verdict: Tally::of([outcome]).verdict(),
        input: failure.arguments.as_ref().map(|arguments| format!("{:#}", json!(arguments))),
        lines: diff::lines(failure, MOST),
        mcp: failure.over_mcp(),
        again: report.again(outcome),
    }
}

fn area(outcome: &Outcome) -> &'static str {
    outcome.area.map_or("(all)", Area::name)
}
