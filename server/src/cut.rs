//! Long lists, cut at a whole item: a model that is given more than it can read is given nothing.
//!
//! Works from the arguments that the contract gives an operation, so that the next page is asked for in the way of that operation.

use fixtures::contract::{Operation, Place};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::outcome::Outcome;

/// The property that tells of a cut; the first of the result.
pub(crate) const NOTE: &str = "truncated";

/// Room for the note, in bytes.
const NOTE_BYTES: usize = 768;

/// Longest value that is repeated as the place to go on from, in bytes.
const MAX_MARK_BYTES: usize = 64;

/// The outcome, with the longest list of an answer beyond `max_bytes` cut so that the text fits. What remains is valid by the published output schema. At
/// least one item remains, and what is no list is left as it is.
#[must_use]
pub(crate) fn shorten(
    outcome: Outcome,
    operation: &Operation,
    arguments: &Value,
    max_bytes: usize,
) -> Outcome {
    match outcome {
        Outcome::Success(answer) if answer.text().len() > max_bytes => {
            let cut = cut(answer.structured(), operation, arguments, max_bytes);
            Outcome::Success(cut.map_or(answer, Answer::from))
        }
        other => other,
    }
}

/// The answer with its longest list cut and the note added; `None` where there is nothing to cut.
fn cut(answer: Value, operation: &Operation, arguments: &Value, max_bytes: usize) -> Option<Value> {
    let Value::Object(mut answer) = answer else { return None };
    let (name, items) = take_longest_list(&mut answer)?;
    let rest = length(&Value::Object(answer.clone())) + name.len() + NOTE_BYTES;
    let fitting = fitting(&items, max_bytes.saturating_sub(rest));
    let whole = items.len();
    if fitting >= whole {
        return None;
    }
    let (shown, next) = Pages::of(operation).next(&answer, arguments, &items, fitting);
    let note = note(operation, shown, whole, next);
    // In the order of the answer, the note first.
    let mut list = items;
    list.truncate(shown);
    answer.insert(name, Value::Array(list));
    answer.shift_insert(0, NOTE.to_owned(), note);
    Some(Value::Object(answer))
}

/// Takes the list out, leaving an empty one in its place, so that the order stays.
fn take_longest_list(answer: &mut Map<String, Value>) -> Option<(String, Vec<Value>)> {
    let lists = answer.iter().filter(|(_, value)| value.is_array());
    let (name, _) = lists.max_by_key(|(_, value)| length(value))?;
    let name = name.clone();
    match answer.get_mut(&name)?.take() {
        Value::Array(items) => {
            answer.insert(name.clone(), Value::Array(Vec::new()));
            Some((name, items))
        }
        _ => None,
    }
}

/// How many items fit, but one at least: a caller who gets none could never go on.
fn fitting(items: &[Value], max_bytes: usize) -> usize {
    let mut bytes = 0;
    let fits = |item: &&Value| {
        bytes += length(item) + 1;
        bytes <= max_bytes
    };
    items.iter().take_while(fits).count().max(1)
}

fn length(value: &Value) -> usize {
    value.to_string().len()
}

/// How an operation gives the rest of a list.
enum Pages {
    /// By number and size of the page.
    Numbered,
    /// By the moment before which items were created, newest first.
    Before,
    /// Not at all.
    None,
}

impl Pages {
    fn of(operation: &Operation) -> Self {
        let takes = |name: &str| query(operation).any(|argument| argument == name);
        if takes("page") && takes("pageSize") {
            Self::Numbered
        } else if takes("before") {
            Self::Before
        } else {
            Self::None
        }
    }

    /// How many of the `fitting` items to show, and the arguments that give what follows.
    fn next(
        &self,
        answer: &Map<String, Value>,
        arguments: &Value,
        items: &[Value],
        fitting: usize,
    ) -> (usize, Option<Value>) {
        match self {
            Self::Numbered => {
                let said =
                    |name: &str| answer.get(name).or_else(|| arguments.get(name)).and_then(Value::as_u64);
                let size = said("pageSize").unwrap_or(items.len() as u64);
                let skipped = said("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
                // A page that begins where this part ends: its size divides all that comes before.
                let shown =
                    (1..=fitting).rev().find(|size| skipped.is_multiple_of(*size as u64)).unwrap_or(1);
                let page = (skipped / shown as u64).saturating_add(2);
                (shown, Some(json!({ "page": page, "pageSize": shown })))
            }
            Self::Before => {
                let created =
                    |index: usize| items.get(index).and_then(|item| item.get("createdAt")?.as_str());
                // Items of the same moment stay together, or those left out would never be seen.
                let parts = |shown: &usize| *shown == 1 || created(shown - 1) != created(*shown);
                let shown = (1..=fitting).rev().find(parts).unwrap_or(1);
                let mark = created(shown - 1).filter(|mark| mark.len() <= MAX_MARK_BYTES);
                // Not fewer than were asked for: the API ends a page in the middle of a moment, and what is left of that would never be seen.
                (shown, mark.map(|mark| json!({ "before": mark })))
            }
            Self::None => (fitting, None),
        }
    }
}

fn query(operation: &Operation) -> impl Iterator<Item = &str> {
    let arguments = operation.arguments.iter().filter(|argument| argument.place == Place::Query);
    arguments.map(|argument| argument.name.as_str())
}

fn note(operation: &Operation, shown: usize, whole: usize, next: Option<Value>) -> Value {
    let said = format!("The answer was too long: these are the first {shown} of its {whole} items.");
    match next {
        Some(next) => {
            let hint = format!("{said} For those that follow repeat the call with the arguments in next.");
            json!({ "shown": shown, "of": whole, "next": next, "hint": hint })
        }
        None => {
            let filters: Vec<&str> = query(operation).collect();
            let hint = match filters.as_slice() {
                [] => format!("{said} This tool has no pages."),
                filters => {
                    format!("{said} This tool has no pages; narrow the call with {}.", filters.join(", "))
                }
            };
            json!({ "shown": shown, "of": whole, "hint": hint })
        }
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
