//! The walk through two schemas at once.

use std::collections::HashSet;

use serde_json::Value;

use super::documents::{Documents, Node};
pub(super) use super::effect::{Effect, Polarity};
use super::view::{View, refuses_all};
use super::{Direction, annotation, array, bound, combine, object, value};
use crate::diff::change::{Change, Kind};

/// How many pairs of schemas one walk compares; a tool or an operation has some hundred.
const MAX_PAIRS: usize = 200_000;
/// How deep schemas may lie in each other; those of the contract are not twenty deep.
const MAX_DEPTH: usize = 150;

#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) documents: &'a Documents<'a>,
    pub(super) direction: Direction,
    pub(super) polarity: Polarity,
    /// Whether the schema is one of several that apply to the same value, as under `allOf` or `then`.
    pub(super) partial: bool,
    /// Whether this only tries out if one schema covers another; a try starts no further one.
    pub(super) trial: bool,
    depth: usize,
    visited: HashSet<(String, String, Polarity, bool)>,
    changes: Vec<Change>,
}

type Rule = for<'a> fn(&mut Walk<'a>, &View<'a>, &View<'a>);

const RULES: [Rule; 6] =
    [value::compare, bound::compare, object::compare, array::compare, combine::compare, annotation::compare];

/// Every keyword that some rule judges, or that has no meaning by itself.
const KNOWN: [&[&str]; 7] = [
    &value::KEYWORDS,
    &bound::KEYWORDS,
    &object::KEYWORDS,
    &array::KEYWORDS,
    &combine::KEYWORDS,
    &annotation::KEYWORDS,
    // Judged where something refers to them.
    &["$defs", "definitions"],
];

impl<'a> Walk<'a> {
    pub(super) fn new(documents: &'a Documents<'a>, direction: Direction) -> Self {
        let (polarity, visited, changes) = (Polarity::Same, HashSet::new(), Vec::new());
        Self { documents, direction, polarity, partial: false, trial: false, depth: 0, visited, changes }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// Compares two schemas of the same value.
    pub(super) fn schema(&mut self, old: &Node<'a>, new: &Node<'a>) {
        if self.documents.alike(old.schema, new.schema) {
            return;
        }
        // Once per pair: schemas may be shared, and may refer to themselves.
        let pair = (old.at.clone(), new.at.clone(), self.polarity, self.partial);
        if !self.visited.insert(pair) {
            return;
        }
        if self.visited.len() > MAX_PAIRS || self.depth > MAX_DEPTH {
            self.found(Effect::Undecided, &new.at, (None, None), "the schemas are too large to compare");
            return;
        }
        let sides = (Some(old.schema), Some(new.schema));
        match (refuses_all(self.documents.old, old), refuses_all(self.documents.new, new)) {
            (true, true) => {}
            (true, false) => self.found(Effect::Widens, &new.at, sides, "what was never accepted is"),
            (false, true) => self.found(Effect::Narrows, &new.at, sides, "nothing is accepted any more"),
            (false, false) => {
                self.depth += 1;
                self.views(old, new);
                self.depth -= 1;
            }
        }
    }

    fn views(&mut self, old: &Node<'a>, new: &Node<'a>) {
        let (was, is) = (View::of(self.documents.old, old), View::of(self.documents.new, new));
        if let Some(effect) = combine::wrapped(self, (old, &was), (new, &is)) {
            let what = "what it was is one of several alternatives, of which there was one or is one now";
            self.found(effect, &new.at, (Some(old.schema), Some(new.schema)), what);
            return;
        }
        for rule in RULES {
            rule(self, &was, &is);
        }
        self.others(&was, &is);
    }

    /// Keywords that no rule judges.
    fn others(&mut self, old: &View<'a>, new: &View<'a>) {
        let known = |keyword: &str| {
            KNOWN.iter().any(|keywords| keywords.contains(&keyword)) || keyword.starts_with("x-")
        };
        let mut keywords: Vec<&str> =
            old.keywords().chain(new.keywords()).filter(|keyword| !known(keyword)).collect();
        keywords.sort_unstable();
        keywords.dedup();
        for keyword in keywords {
            if !self.same(old, new, keyword) {
                let what = format!("what {keyword} does is not known here");
                self.keyword(Effect::Undecided, old, new, keyword, &what);
            }
        }
    }

    /// Whether a keyword is written alike and refers to the same.
    pub(super) fn same(&self, old: &View<'a>, new: &View<'a>, keyword: &str) -> bool {
        match (old.value(keyword), new.value(keyword)) {
            (Some(was), Some(is)) => self.documents.alike(was, is),
            (None, None) => true,
            _ => false,
        }
    }

    /// Walks on below, where the set of values means something else, or the schema is no longer partial.
    pub(super) fn below(&mut self, polarity: Polarity, partial: bool, go: impl FnOnce(&mut Self)) {
        let outer = (self.polarity, self.partial);
        self.polarity = self.polarity.then(polarity);
        self.partial = partial;
        go(self);
        (self.polarity, self.partial) = outer;
    }

    /// Whether `old` accepts nothing that `new` refuses, as far as can be decided.
    pub(super) fn covers(documents: &Documents<'_>, old: &Node<'_>, new: &Node<'_>) -> bool {
        let mut walk = Walk::new(documents, Direction::Input);
        (walk.partial, walk.trial) = (true, true);
        walk.schema(old, new);
        walk.changes.iter().all(|change| matches!(change.kind, Kind::Additive | Kind::Warning))
    }

    /// A difference at a keyword.
    pub(super) fn keyword(
        &mut self,
        effect: Effect,
        old: &View<'a>,
        new: &View<'a>,
        keyword: &str,
        what: &str,
    ) {
        let at = if new.get(keyword).is_none() && old.get(keyword).is_some() { old } else { new };
        self.found(effect, &at.pointer(keyword), (old.value(keyword), new.value(keyword)), what);
    }

    /// A difference with its effect; `what` is the first half of a sentence.
    pub(super) fn found(
        &mut self,
        effect: Effect,
        at: &str,
        sides: (Option<&Value>, Option<&Value>),
        what: &str,
    ) {
        let kind = effect.kind(self.polarity, self.direction);
        let so = match (kind, self.direction) {
            (Kind::Breaking, Direction::Input) => "so that calls which were accepted may be refused",
            (Kind::Breaking, _) => "so that answers may be what clients were promised that they are not",
            (Kind::Unknown, _) => "and whether that breaks anything cannot be decided here",
            (_, Direction::Input) => "so that every call which was accepted still is",
            (_, Direction::Output) => "so that answers still are all that was promised",
        };
        self.told(kind, at, sides, format!("{what}, {so}"));
    }

    /// A difference of a known kind, with its whole reason.
    pub(super) fn told(
        &mut self,
        kind: Kind,
        at: &str,
        (was, is): (Option<&Value>, Option<&Value>),
        why: String,
    ) {
        let (was, is) = (was.cloned(), is.cloned());
        self.changes.push(Change { kind, places: Vec::new(), pointer: at.to_owned(), was, is, why });
    }
}
