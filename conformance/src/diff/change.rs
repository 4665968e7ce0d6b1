//! A change, and what all of them come to.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// What a change means to those who use what changed; in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What worked may stop working.
    Breaking,
    /// The comparison cannot tell: a person has to.
    Unknown,
    /// What worked goes on working, and may be understood differently.
    Warning,
    /// All that worked goes on working.
    Additive,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Unknown, Self::Warning, Self::Additive];

    /// The kind in one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Additive => "additive",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What it means.
    pub kind: Kind,
    /// The tools or operations that it concerns; several for a schema that they share.
    pub places: Vec<String>,
    /// JSON pointer into the tool's definition or the contract; into the old one for what is gone.
    pub pointer: String,
    /// What it was; absent for what is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What it is; absent for what is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// Why it is of that kind, in one sentence.
    pub why: String,
}

impl Change {
    /// A change at one place.
    pub(super) fn new(
        kind: Kind,
        place: &str,
        pointer: String,
        (was, is): (Option<&Value>, Option<&Value>),
        why: impl Into<String>,
    ) -> Self {
        let (was, is) = (was.cloned(), is.cloned());
        Self { kind, places: vec![place.to_owned()], pointer, was, is, why: why.into() }
    }

    fn is_same_elsewhere(&self, other: &Self) -> bool {
        (self.kind, &self.pointer, &self.why, &self.was, &self.is)
            == (other.kind, &other.pointer, &other.why, &other.was, &other.is)
    }
}

/// All that differs, by kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The changes, breaking ones first.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Sorts by kind, and makes one of those that are the same at several places, such as a schema that they share.
    pub(super) fn new(mut found: Vec<Change>) -> Self {
        // Stable: within a kind and a pointer they stay in the order of the documents.
        found.sort_by(|a, b| (a.kind, &a.pointer).cmp(&(b.kind, &b.pointer)));
        let mut changes: Vec<Change> = Vec::new();
        for change in found {
            let mut alike = changes.iter_mut().rev().take_while(|kept| kept.pointer == change.pointer);
            match alike.find(|kept| kept.is_same_elsewhere(&change)) {
                Some(kept) => kept.places.extend(change.places),
                None => changes.push(change),
            }
        }
        changes.iter_mut().for_each(|change| change.places.dedup());
        Self { changes }
    }

    /// The changes of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.kind == kind)
    }

    /// How many changes are of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.of(kind).count()
    }

    /// Whether anything that worked may stop working.
    #[must_use]
    pub fn breaks(&self) -> bool {
        self.count(Kind::Breaking) > 0
    }
}

/// The counts, as in `1 breaking, 0 unknown, 2 warnings, 3 additive`.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [breaking, unknown, warnings, additive] = Kind::ALL.map(|kind| self.count(kind));
        let s = if warnings == 1 { "" } else { "s" };
        write!(f, "{breaking} breaking, {unknown} unknown, {warnings} warning{s}, {additive} additive")
    }
}
