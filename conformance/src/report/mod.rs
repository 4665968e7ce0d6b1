//! What came of a run, for people and for programs: on the terminal, as HTML and Markdown, as JSON and JUnit XML.

mod cause;
mod diff;
mod html;
mod json;
mod junit;
mod markdown;
mod tally;
mod terminal;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

pub use tally::Tally;
pub use terminal::Terminal;

use crate::finding::{Failure, Outcome, Verdict};

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed of the generated arguments.
    pub seed: u64,
    /// Generated arguments per property.
    pub cases: u32,
    /// Every check, subject by subject.
    pub outcomes: Vec<Outcome>,
    /// Whether the run was ended before all was checked.
    pub interrupted: bool,
    /// Whether mock and server were started for the run. The command lines of failures are then for [`Report::START`].
    pub started: bool,
    /// Entries of the baseline that are no longer so, and why.
    pub stale: Vec<(String, String)>,
    /// The command line that made it, without what says which checks: a failure is repeated with it.
    pub command: String,
}

/// A form of the report that is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For CI systems that show tests.
    Junit,
    /// For programs: `report.schema.json`.
    Json,
    /// For people: one file that needs nothing else.
    Html,
    /// For the summary of a CI job.
    Markdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Junit, Self::Json, Self::Html, Self::Markdown];

    /// The name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }
}

/// A name that no format has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no report is called {0:?}: there are junit, json, html and markdown")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// A report that could not be put into its form.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The HTML.
    #[error("failed to write the HTML: {0}")]
    Html(#[from] askama::Error),
    /// The XML.
    #[error("failed to write the JUnit XML: {0}")]
    Junit(#[from] quick_junit::SerializeError),
}

impl Report {
    pub(crate) fn new(seed: u64, cases: u32, outcomes: Vec<Outcome>) -> Self {
        let command = "pilot-status-conformance".to_owned();
        Self { seed, cases, outcomes, interrupted: false, started: false, stale: Vec::new(), command }
    }

    /// Starts a mock and a server like those of a run that started its own, for whoever repeats what failed.
    pub const START: &str = "pilot-status-mock --clock frozen & pilot-status-mcp http --upstream http://127.0.0.1:4010 --output-schemas --calls-per-minute 0 &";

    /// What has to be there before the command lines of failures are typed, where there are any.
    pub(crate) fn start(&self) -> Option<&'static str> {
        (self.started && self.failures().next().is_some()).then_some(Self::START)
    }

    /// Whether no check failed but those that are known to, and the baseline says no more than that.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures().next().is_none() && self.stale.is_empty()
    }

    /// The checks that failed, without those that are known to.
    pub fn failures(&self) -> impl Iterator<Item = (&Outcome, &Failure)> {
        self.all_failures().filter(|(outcome, _)| outcome.known.is_none())
    }

    /// The checks that failed, known or not.
    pub fn all_failures(&self) -> impl Iterator<Item = (&Outcome, &Failure)> {
        self.outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Failed(failure) => Some((outcome, failure.as_ref())),
            _ => None,
        })
    }

    /// How many checks ended how.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::of(&self.outcomes)
    }

    /// Why checks could not be made, each with those checks, most first.
    #[must_use]
    pub fn left_out(&self) -> Vec<(&str, Vec<&Outcome>)> {
        let mut reasons: indexmap::IndexMap<&str, Vec<&Outcome>> = indexmap::IndexMap::new();
        for outcome in &self.outcomes {
            if let Verdict::NotVerified { reason } = &outcome.verdict {
                reasons.entry(reason).or_default().push(outcome);
            }
        }
        reasons.sort_by(|_, a, _, b| b.len().cmp(&a.len()));
        reasons.into_iter().collect()
    }

    /// The report in a form for a file.
    ///
    /// # Errors
    /// When it cannot be put into that form.
    pub fn render(&self, format: Format) -> Result<String, RenderError> {
        match format {
            Format::Junit => Ok(junit::render(self)?),
            Format::Json => Ok(format!("{:#}\n", self.to_json())),
            Format::Html => Ok(html::render(self)?),
            Format::Markdown => Ok(markdown::Markdown(self).to_string()),
        }
    }

    /// The command line that makes a check again.
    #[must_use]
    pub fn again(&self, outcome: &Outcome) -> String {
        format!("{} --only {} --seed {} --cases {}", self.command, outcome.id, self.seed, self.cases)
    }

    /// Tools and scenarios that were checked, as the progress of a run counts them: scenarios of two families may have one name.
    fn subjects(&self) -> usize {
        let of = |it: &Outcome| it.family.subjects().any(|name| name == it.id.subject).then_some(it.family);
        let subjects = self.outcomes.iter().map(|outcome| (outcome.id.subject.as_str(), of(outcome)));
        subjects.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// The whole run in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let tally = self.tally();
        let mut line =
            format!("{}, {}: ", counted(self.subjects(), "subject"), counted(tally.made(), "check"));
        line += &if tally.failed > 0 {
            format!("{} failed", tally.failed)
        } else if tally.made() == 0 {
            "none could be made".to_owned()
        } else {
            "all passed".to_owned()
        };
        if tally.known > 0 {
            line += &format!(", {} known to fail", tally.known);
        }
        if tally.not_verified > 0 {
            line += &format!(", {} not verified", tally.not_verified);
        }
        if !self.stale.is_empty() {
            line += &format!(", {} stale in the baseline", self.stale.len());
        }
        let ended = if self.interrupted { "; ended before all was checked" } else { "" };
        format!("{line} (seed {}, {} cases a property){ended}", self.seed, self.cases)
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", anstream::adapter::strip_str(&Terminal(self).to_string()))
    }
}
