//! Schemas made of schemas: `allOf`, `anyOf`, `oneOf`, `not`, `if`.

use serde_json::Value;

use super::disjoint::all_disjoint;
use super::documents::{Documents, Node};
use super::view::View;
use super::walk::{Effect, Polarity, Walk};

pub(super) const KEYWORDS: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let (was, is) = (old.list("allOf"), new.list("allOf"));
    members(
        walk,
        was,
        is,
        [Effect::Narrows, Effect::Widens],
        ["a further condition holds", "a condition is gone"],
    );
    any(walk, old, new);
    one(walk, old, new);
    not(walk, old, new);
    condition(walk, old, new);
}

const ALTERNATIVES: [&str; 2] = ["there is another alternative", "an alternative is gone"];
const CHOICE: [&str; 2] = ["one of several alternatives must hold now", "no alternative must hold any more"];

fn any<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    if !appears(walk, old, new, "anyOf") {
        let (was, is) = (old.list("anyOf"), new.list("anyOf"));
        members(walk, was, is, [Effect::Widens, Effect::Narrows], ALTERNATIVES);
    }
}

/// Exactly one must hold: while no value fits two, that is the same as one at least.
fn one<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    if walk.same(old, new, "oneOf") || appears(walk, old, new, "oneOf") {
        return;
    }
    let (was, is) = (old.list("oneOf"), new.list("oneOf"));
    let clear = all_disjoint(walk.documents.old, &was) && all_disjoint(walk.documents.new, &is);
    let polarity = if clear { Polarity::Same } else { Polarity::Lost };
    walk.below(polarity, true, |walk| {
        members(walk, was, is, [Effect::Widens, Effect::Narrows], ALTERNATIVES)
    });
}

/// A list of alternatives that comes or goes as a whole.
fn appears<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>, keyword: &str) -> bool {
    let [come, gone] = CHOICE;
    match (old.get(keyword), new.get(keyword)) {
        (None, Some(_)) => walk.keyword(Effect::Narrows, old, new, keyword, come),
        (Some(_), None) => walk.keyword(Effect::Widens, old, new, keyword, gone),
        _ => return false,
    }
    true
}

/// Compares lists without regard to order: those that are alike drop out, the others are paired by what they are about.
fn members<'a>(
    walk: &mut Walk<'a>,
    mut was: Vec<Node<'a>>,
    mut is: Vec<Node<'a>>,
    [come, gone]: [Effect; 2],
    [another, missing]: [&str; 2],
) {
    let documents = walk.documents;
    drop(pair_up(&mut was, &mut is, |a, b| documents.alike(a.schema, b.schema)));
    let mut pairs = pair_up(&mut was, &mut is, |a, b| {
        label(documents.old, a).is_some_and(|one| Some(one) == label(documents.new, b))
    });
    if was.len() == is.len() {
        pairs.extend(was.drain(..).zip(is.drain(..)));
    }
    walk.below(Polarity::Same, true, |walk| {
        for (old, new) in &pairs {
            walk.schema(old, new);
        }
        for node in &was {
            walk.found(gone, &node.at, (Some(node.schema), None), missing);
        }
        for node in &is {
            walk.found(come, &node.at, (None, Some(node.schema)), another);
        }
    });
}

/// Takes the pairs that match out of both lists.
fn pair_up<'a>(
    was: &mut Vec<Node<'a>>,
    is: &mut Vec<Node<'a>>,
    matches: impl Fn(&Node<'a>, &Node<'a>) -> bool,
) -> Vec<(Node<'a>, Node<'a>)> {
    let mut pairs = Vec::new();
    was.retain(|old| match is.iter().position(|new| matches(old, new)) {
        Some(index) => {
            pairs.push((old.clone(), is.remove(index)));
            false
        }
        None => true,
    });
    pairs
}

/// What a member of a list is about: its title, the one value that a property of it has, or its type.
fn label(document: &Value, node: &Node<'_>) -> Option<String> {
    let view = View::of(document, node);
    let title = || view.value("title").map(|title| format!("title {title}"));
    let tag = || {
        let members = view.members("properties");
        members.iter().find_map(|(name, node)| Some(format!("{name} {}", node.schema.get("const")?)))
    };
    let kind = || view.value("type").map(|name| format!("type {name}"));
    tag().or_else(title).or_else(kind)
}

fn not<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    match (old.get("not"), new.get("not")) {
        (None, None) => {}
        (None, Some(_)) => walk.keyword(Effect::Narrows, old, new, "not", "something is ruled out"),
        (Some(_), None) => walk.keyword(Effect::Widens, old, new, "not", "something is no longer ruled out"),
        (Some(was), Some(is)) => walk.below(Polarity::Inverted, true, |walk| walk.schema(was, is)),
    }
}

fn condition<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    match (old.get("if"), new.get("if")) {
        (None, None) => {}
        (None, Some(_)) => {
            walk.keyword(Effect::Narrows, old, new, "if", "what holds in some cases is asked for")
        }
        (Some(_), None) => {
            walk.keyword(Effect::Widens, old, new, "if", "what held in some cases is not asked for")
        }
        (Some(_), Some(_)) => {
            if !walk.same(old, new, "if") {
                walk.keyword(
                    Effect::Undecided,
                    old,
                    new,
                    "if",
                    "the cases are others in which something holds",
                );
            }
            walk.below(Polarity::Same, true, |walk| {
                for keyword in ["then", "else"] {
                    walk.schema(&old.schema(keyword), &new.schema(keyword));
                }
            });
        }
    }
}

/// A schema that became one of the alternatives of another, or the other way round.
pub(super) fn wrapped<'a>(
    walk: &Walk<'a>,
    old: (&Node<'a>, &View<'a>),
    new: (&Node<'a>, &View<'a>),
) -> Option<Effect> {
    if walk.trial {
        return None;
    }
    if is_choice(new.1) && !is_choice(old.1) && covered(walk.documents, old.0, &new.1.list("anyOf")) {
        return Some(Effect::Widens);
    }
    let swapped = is_choice(old.1) && !is_choice(new.1);
    let covered = swapped && covered(&walk.documents.swapped(), new.0, &old.1.list("anyOf"));
    covered.then_some(Effect::Narrows)
}

fn is_choice(view: &View<'_>) -> bool {
    view.get("anyOf").is_some() && view.conditions().all(|keyword| keyword == "anyOf")
}

fn covered(documents: &Documents<'_>, schema: &Node<'_>, alternatives: &[Node<'_>]) -> bool {
    alternatives.iter().any(|alternative| Walk::covers(documents, schema, alternative))
}
