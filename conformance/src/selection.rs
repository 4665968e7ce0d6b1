//! Which checks of all that there are a run makes.

use std::collections::BTreeSet;

use fixtures::Area;
use thiserror::Error;

use crate::family::Family;
use crate::finding::CheckId;
use crate::targets::Target;

/// One thing that is asked for: an area, a family, a word in the name of a subject or a rule, or a check by its id, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Area(Area),
    Family(Family),
    Word(String),
    Check { subject: String, rule: String, target: Option<String> },
}

/// Something that cannot be a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no area, no family, no tool, no rule and no check; see `list`")]
pub struct PatternError(String);

impl Pattern {
    fn read(text: &str) -> Result<Self, PatternError> {
        if let Some(area) = Area::from_name(text) {
            return Ok(Self::Area(area));
        }
        if let Some(family) = Family::from_name(text) {
            return Ok(Self::Family(family));
        }
        let mut parts = text.split('/');
        let (subject, rule, target) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if subject.is_empty() || parts.next().is_some() {
            return Err(PatternError(text.to_owned()));
        }
        Ok(match rule {
            None => Self::Word(subject.to_owned()),
            Some(rule) => Self::Check {
                subject: subject.to_owned(),
                rule: rule.to_owned(),
                target: target.map(str::to_owned),
            },
        })
    }

    fn wants_subject(&self, name: &str, area: Option<Area>, families: &[Family]) -> bool {
        match self {
            Self::Area(wanted) => area == Some(*wanted),
            Self::Family(wanted) => families.contains(wanted),
            Self::Word(word) => name.contains(word) || families.iter().any(|family| family.has_rule(word)),
            Self::Check { subject, .. } => name == subject,
        }
    }

    /// Whether it names all checks of a subject.
    fn covers(&self, name: &str, area: Option<Area>, families: &[Family]) -> bool {
        match self {
            Self::Area(wanted) => area == Some(*wanted),
            Self::Family(wanted) => families.iter().all(|family| family == wanted),
            Self::Word(word) => name.contains(word),
            Self::Check { .. } => false,
        }
    }

    fn wants_rule(&self, name: &str, area: Option<Area>, family: Family, wanted: &str) -> bool {
        let same = match self {
            Self::Check { rule, .. } => rule == wanted,
            Self::Word(word) => name.contains(word) || family.is_called(wanted, word),
            _ => true,
        };
        same && self.wants_subject(name, area, &[family])
    }

    fn wants(&self, id: &CheckId, area: Option<Area>, family: Family) -> bool {
        let same = match self {
            Self::Check { target: Some(target), .. } => target == id.target.name(),
            _ => true,
        };
        same && self.wants_rule(&id.subject, area, family, &id.rule)
    }
}

/// Which checks of all that there are a run makes: all, unless told otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    only: Vec<(String, Pattern)>,
    /// Of those, none of these.
    skip: Vec<(String, Pattern)>,
    /// Of those, only these, where there are any.
    ids: Option<BTreeSet<String>>,
    /// Of those, only the ones on this side, where one is named.
    side: Option<Target>,
}

impl Selection {
    /// Checks that any of `patterns` names; all, where there is none.
    ///
    /// # Errors
    /// For a pattern that can name nothing.
    pub fn only<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Self, PatternError> {
        Ok(Self { only: read(patterns)?, ..Self::default() })
    }

    /// The same without the checks that any of `patterns` names.
    ///
    /// # Errors
    /// For a pattern that can name nothing.
    pub fn skip<S: AsRef<str>>(self, patterns: impl IntoIterator<Item = S>) -> Result<Self, PatternError> {
        Ok(Self { skip: read(patterns)?, ..self })
    }

    /// The same, of which only the checks with these ids.
    #[must_use]
    pub fn ids(self, ids: impl IntoIterator<Item = String>) -> Self {
        Self { ids: Some(ids.into_iter().collect()), ..self }
    }

    /// The same, of which only the checks on one side.
    #[must_use]
    pub fn side(self, side: Option<Target>) -> Self {
        Self { side, ..self }
    }

    /// What names none of the subjects: each is its name, its area and its families.
    pub(crate) fn idle(&self, subjects: &[(&str, Option<Area>, &[Family])]) -> Option<&str> {
        let names = |pattern: &Pattern| {
            subjects.iter().any(|(name, area, families)| pattern.wants_subject(name, *area, families))
        };
        self.only.iter().chain(&self.skip).find(|(_, pattern)| !names(pattern)).map(|(text, _)| text.as_str())
    }

    /// Whether any check of a subject may be wanted.
    pub(crate) fn wants_subject(&self, name: &str, area: Option<Area>, families: &[Family]) -> bool {
        self.any(|pattern| pattern.wants_subject(name, area, families))
            && !self.skips(|pattern| pattern.covers(name, area, families))
            && self.has(|id| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether any check of a rule may be wanted.
    pub(crate) fn wants_rule(&self, name: &str, area: Option<Area>, family: Family, rule: &str) -> bool {
        let start = format!("{name}/{rule}/");
        let of_one_side = |pattern: &Pattern| matches!(pattern, Pattern::Check { target: Some(_), .. });
        self.any(|pattern| pattern.wants_rule(name, area, family, rule))
            && !self.skips(|it| !of_one_side(it) && it.wants_rule(name, area, family, rule))
            && self.has(|id| id.starts_with(&start))
    }

    /// Whether a check is wanted.
    pub(crate) fn wants(&self, id: &CheckId, area: Option<Area>, family: Family) -> bool {
        self.any(|pattern| pattern.wants(id, area, family))
            && !self.skips(|pattern| pattern.wants(id, area, family))
            && self.side.is_none_or(|side| side == id.target)
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&id.to_string()))
    }

    fn any(&self, wants: impl Fn(&Pattern) -> bool) -> bool {
        self.only.is_empty() || self.only.iter().any(|(_, pattern)| wants(pattern))
    }

    fn skips(&self, wants: impl Fn(&Pattern) -> bool) -> bool {
        self.skip.iter().any(|(_, pattern)| wants(pattern))
    }

    fn has(&self, wanted: impl Fn(&String) -> bool) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.iter().any(wanted))
    }
}

fn read<S: AsRef<str>>(
    patterns: impl IntoIterator<Item = S>,
) -> Result<Vec<(String, Pattern)>, PatternError> {
    let read = |text: &str| Ok((text.to_owned(), Pattern::read(text)?));
    patterns.into_iter().map(|text| read(text.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(subject: &str, rule: &str) -> CheckId {
        CheckId { subject: subject.to_owned(), rule: rule.to_owned(), target: Target::Mcp }
    }

    #[test]
    fn names_areas_families_tools_and_checks() {
        let check = id("call_get", "missing-key");
        for (pattern, wanted) in [
            ("calls", true),
            ("credentials", true),
            ("call_", true),
            ("call_get/missing-key", true),
            ("call_get/missing-key/mcp", true),
            ("call_get/missing-key/rest", false),
            ("call_get/wrong-key", false),
            ("media", false),
            ("schema", false),
            ("webhook", false),
        ] {
            let selection = Selection::only([pattern]).unwrap();
            assert_eq!(selection.wants(&check, Some(Area::Calls), Family::Credentials), wanted, "{pattern}");
        }
        assert!(Selection::default().wants(&check, None, Family::Schema));
        for wrong in ["", "/missing-key", "a/b/c/d"] {
            assert!(Selection::only([wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn can_be_narrowed_to_ids() {
        let selection = Selection::default().ids(["call_get/missing-key/mcp".to_owned()]);
        let families = [Family::Credentials];
        assert!(selection.wants(&id("call_get", "missing-key"), None, Family::Credentials));
        assert!(!selection.wants(&id("call_get", "wrong-key"), None, Family::Credentials));
        assert!(selection.wants_rule("call_get", None, Family::Credentials, "missing-key"));
        assert!(!selection.wants_rule("call_get", None, Family::Credentials, "missing"));
        assert!(selection.wants_subject("call_get", None, &families));
        assert!(!selection.wants_subject("call", None, &families));
    }
}
