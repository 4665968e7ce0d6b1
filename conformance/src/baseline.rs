//! Checks that are known to fail, each with its reason: they are shown, and do not fail a run. What is no longer so is stale, and does.

use indexmap::IndexMap;
use thiserror::Error;

use crate::finding::Verdict;
use crate::report::Report;

/// The first lines of a file.
const HEAD: &str = "# Checks that are known to fail, and why. An entry whose check passes, or is gone, fails the run: take it out, or run with --baseline-update.\n";
/// The reason of an entry that nobody has given one.
const NO_REASON: &str = "not explained yet";

/// Checks that are known to fail: the reason by the id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: IndexMap<String, String>,
}

/// A file that is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no baseline: {0}")]
pub struct BaselineError(String);

impl Baseline {
    /// Reads YAML: a map of check ids to reasons.
    ///
    /// # Errors
    /// When it is something else, with the place, or an entry has no reason.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let entries: Option<IndexMap<String, String>> =
            serde_saphyr::from_str(text).map_err(|error| BaselineError(error.to_string()))?;
        let entries = entries.unwrap_or_default();
        match entries.iter().find(|(_, reason)| reason.trim().is_empty()) {
            None => Ok(Self { entries }),
            Some((id, _)) => Err(BaselineError(format!("{id} has no reason"))),
        }
    }

    /// Marks in a report what is known to fail, and notes what is stale. Of a run that was not `whole`, entries that it has nothing to say of are left alone.
    pub fn apply(&self, report: &mut Report, whole: bool) {
        let mut unseen: IndexMap<&str, &str> =
            self.entries.iter().map(|(id, reason)| (id.as_str(), reason.as_str())).collect();
        for outcome in &mut report.outcomes {
            let id = outcome.id.to_string();
            let Some(reason) = unseen.shift_remove(id.as_str()) else { continue };
            match outcome.verdict {
                Verdict::Failed(_) => outcome.known = Some(reason.to_owned()),
                Verdict::Passed => report.stale.push((id, "the check passes".to_owned())),
                Verdict::NotVerified { .. } => {}
            }
        }
        if whole && !report.interrupted {
            let gone = unseen.keys().map(|id| ((*id).to_owned(), "there is no such check".to_owned()));
            report.stale.extend(gone);
        }
    }

    /// The baseline with which a report would pass: reasons that were given stay, and entries that it has nothing to say of.
    #[must_use]
    pub fn updated(mut self, report: &Report) -> Self {
        for (id, _) in &report.stale {
            self.entries.shift_remove(id);
        }
        for (outcome, _) in report.all_failures() {
            self.entries.entry(outcome.id.to_string()).or_insert_with(|| NO_REASON.to_owned());
        }
        self.entries.sort_keys();
        self
    }

    /// The file.
    ///
    /// # Errors
    /// When it cannot be written as YAML.
    pub fn write(&self) -> Result<String, BaselineError> {
        let entries =
            serde_saphyr::to_string(&self.entries).map_err(|error| BaselineError(error.to_string()))?;
        Ok(format!("{HEAD}{entries}"))
    }

    /// Whether a check is known to fail.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.entries.contains_key(id)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        let text = "b/c/rest: 'waits for #12: \"soon\"'\na/b/mcp: x\n";
        let baseline = Baseline::read(text).unwrap();
        assert_eq!(Baseline::read(&baseline.write().unwrap()).as_ref(), Ok(&baseline));
        let empty = Baseline::default();
        assert_eq!(Baseline::read(&empty.write().unwrap()), Ok(empty));
        for wrong in ["- a", "a/b/rest:", "a/b/rest: ' '", "a: {}", "a/b/rest: x\na/b/rest: y", ": :"] {
            assert!(Baseline::read(wrong).is_err(), "{wrong}");
        }
    }
}
