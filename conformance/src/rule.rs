//! What every check is there for: the text behind `list` and `explain`.

use crate::family::{Family, Level};

/// One kind of check, made of as many subjects as it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its part of a check's id. A `*` stands for what differs from subject to subject, such as the name of an argument.
    pub name: &'static str,
    /// How binding it is.
    pub level: Level,
    /// What a target must do, in a sentence or two.
    pub about: &'static str,
    /// The facts of the ledger that it holds a target to.
    pub facts: &'static [&'static str],
}

impl Rule {
    /// A rule that binds, with no facts of its own.
    #[must_use]
    pub const fn must(name: &'static str, about: &'static str) -> Self {
        Self { name, level: Level::Must, about, facts: &[] }
    }

    /// A rule that a target may have a reason not to follow.
    #[must_use]
    pub const fn should(name: &'static str, about: &'static str) -> Self {
        Self { level: Level::Should, ..Self::must(name, about) }
    }

    /// The same, which holds a target to `facts`.
    #[must_use]
    pub const fn proves(self, facts: &'static [&'static str]) -> Self {
        Self { facts, ..self }
    }

    /// What stands for all that its star does.
    fn all(&self) -> Option<&'static str> {
        self.name.strip_suffix("-*")
    }

    /// Whether it is the rule of a check that is called `name`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match self.name.split_once('*') {
            None => self.name == name,
            Some((start, end)) => {
                name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
            }
        }
    }
}

impl Family {
    /// The rule behind a check that is called `name`: the one that says it most exactly.
    #[must_use]
    pub fn rule(self, name: &str) -> Option<&'static Rule> {
        let rules = self.rules().iter().filter(|rule| rule.is(name));
        rules.max_by_key(|rule| (!rule.name.contains('*'), rule.name.len()))
    }

    /// Whether a word names one of its rules: as its checks are called, or what is before the star (wrong-type of wrong-type-*).
    pub(crate) fn has_rule(self, word: &str) -> bool {
        self.rule(word).is_some() || self.rules().iter().any(|rule| rule.all() == Some(word))
    }

    /// Whether a word that names a rule names the one behind a check that is called `name`.
    pub(crate) fn is_called(self, name: &str, word: &str) -> bool {
        name == word || self.rule(name).is_some_and(|rule| rule.name == word || rule.all() == Some(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let rule = Rule::must("missing-*", "");
        assert!(rule.is("missing-url") && rule.is("missing-"));
        assert!(!rule.is("missing") && !Rule::must("missing", "").is("missing-url"));
    }

    #[test]
    fn the_most_exact_rule_is_taken() {
        assert_eq!(Family::Schema.rule("example-recorded").map(|rule| rule.name), Some("example-recorded"));
        assert_eq!(Family::Schema.rule("example-2").map(|rule| rule.name), Some("example-*"));
        assert_eq!(Family::Schema.rule("nothing"), None);
    }

    /// A rule is read by people who have to act on it, and refers to what there is.
    #[test]
    fn rules_are_whole() {
        let facts: Vec<String> = fixtures::facts::load().unwrap().into_iter().map(|fact| fact.id).collect();
        for family in Family::ALL {
            let rules = family.rules();
            for (index, rule) in rules.iter().enumerate() {
                assert!(rule.about.ends_with('.'), "{family}: {} says no sentence", rule.name);
                assert!(
                    rules.iter().skip(index + 1).all(|other| other.name != rule.name),
                    "{} twice",
                    rule.name
                );
                for fact in rule.facts {
                    assert!(facts.iter().any(|known| known == fact), "{}: no fact {fact}", rule.name);
                }
            }
        }
    }
}
