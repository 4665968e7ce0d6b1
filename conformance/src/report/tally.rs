//! Counts of checks, in all and by family.

use fixtures::Area;

use crate::family::Family;
use crate::finding::{Outcome, Verdict};

/// How many checks ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// They hold.
    pub passed: usize,
    /// They do not.
    pub failed: usize,
    /// They do not, and a baseline says so.
    pub known: usize,
    /// They could not be made.
    pub not_verified: usize,
}

impl Tally {
    /// Counts.
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            *match (&outcome.verdict, &outcome.known) {
                (Verdict::Passed, _) => &mut tally.passed,
                (Verdict::Failed(_), None) => &mut tally.failed,
                (Verdict::Failed(_), Some(_)) => &mut tally.known,
                (Verdict::NotVerified { .. }, _) => &mut tally.not_verified,
            } += 1;
        }
        tally
    }

    /// Checks that were made.
    #[must_use]
    pub const fn made(&self) -> usize {
        self.passed + self.failed + self.known
    }

    /// How many hold, behind all that do not: `✗2 ?4 ✓70`. Empty where there are none.
    #[must_use]
    pub fn cell(&self) -> String {
        let counts = [("✗", self.failed), ("~", self.known), ("?", self.not_verified), ("✓", self.passed)];
        let shown: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(sign, count)| format!("{sign}{count}"))
            .collect();
        if self.passed > 0 && shown.len() == 1 { self.passed.to_string() } else { shown.join(" ") }
    }

    /// How the worst of them ended, as a word.
    pub(super) const fn verdict(&self) -> &'static str {
        match self {
            Self { failed: 1.., .. } => "failed",
            Self { known: 1.., .. } => "known",
            Self { passed: 1.., .. } => "passed",
            Self { not_verified: 1.., .. } => "unverified",
            _ => "none",
        }
    }
}

/// Rows by families.
#[derive(Debug)]
pub(super) struct Matrix {
    pub(super) families: Vec<Family>,
    pub(super) rows: Vec<Line>,
}

/// A row of a matrix.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) cells: Vec<(Family, Tally)>,
}

impl Matrix {
    /// Areas by families; what is about no area stands in the last row.
    pub(super) fn of_areas(outcomes: &[Outcome]) -> Self {
        let mut rows: Vec<Option<Area>> = Area::ALL.into_iter().map(Some).collect();
        rows.push(None);
        let named = rows.into_iter().map(|area| (area.map_or("(all)", Area::name).to_owned(), area));
        Self::of(outcomes, named, |outcome, area| outcome.area == *area)
    }

    /// Subjects by families.
    pub(super) fn of_subjects(outcomes: &[Outcome]) -> Self {
        let names: indexmap::IndexSet<&str> =
            outcomes.iter().map(|outcome| outcome.id.subject.as_str()).collect();
        let named = names.into_iter().map(|name| (name.to_owned(), name));
        Self::of(outcomes, named, |outcome, name| outcome.id.subject == *name)
    }

    fn of<K>(
        outcomes: &[Outcome],
        rows: impl Iterator<Item = (String, K)>,
        belongs: impl Fn(&Outcome, &K) -> bool,
    ) -> Self {
        let families: Vec<Family> =
            Family::ALL.into_iter().filter(|family| outcomes.iter().any(|it| it.family == *family)).collect();
        let line = |(name, key): (String, K)| {
            let own: Vec<&Outcome> = outcomes.iter().filter(|outcome| belongs(outcome, &key)).collect();
            let of = |family| Tally::of(own.iter().copied().filter(|outcome| outcome.family == family));
            (!own.is_empty())
                .then(|| Line { name, cells: families.iter().map(|it| (*it, of(*it))).collect() })
        };
        let rows = rows.filter_map(line).collect();
        Self { families, rows }
    }
}
