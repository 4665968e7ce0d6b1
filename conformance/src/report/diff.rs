//! What was expected against what came instead, line by line.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::finding::Failure;

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// `-` expected, `+` came instead, a blank for both, `@` for what is left out.
    pub(super) sign: char,
    pub(super) text: String,
}

impl Line {
    fn new(sign: char, text: impl Into<String>) -> Self {
        Self { sign, text: text.into() }
    }
}

/// At most `most` lines; what is missing is said in the last one.
pub(super) fn lines(failure: &Failure, most: usize) -> Vec<Line> {
    let mut lines = match (&failure.expected, &failure.actual) {
        (Value::Null, Value::Null) => Vec::new(),
        (Value::Null, actual) => all('+', actual),
        (expected, Value::Null) => all('-', expected),
        (expected, actual) => compared(&format!("{expected:#}\n"), &format!("{actual:#}\n")),
    };
    if lines.len() > most {
        let left = lines.len() - most;
        lines.truncate(most);
        lines.push(Line::new('@', format!("… {left} more lines: see the JSON report")));
    }
    lines
}

fn all(sign: char, value: &Value) -> Vec<Line> {
    format!("{value:#}").lines().map(|line| Line::new(sign, line)).collect()
}

fn compared(expected: &str, actual: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(expected, actual);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push(Line::new('@', "…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(Line::new(sign, change.value().trim_end_matches('\n')));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(expected: Value, actual: Value, most: usize) -> Vec<String> {
        let failure = Failure { expected, actual, ..Failure::default() };
        lines(&failure, most).into_iter().map(|line| format!("{}{}", line.sign, line.text)).collect()
    }

    #[test]
    fn only_what_differs_and_what_is_around_it() {
        let list =
            |changed: u32| json!((0..20).map(|n| if n == 10 { changed } else { n }).collect::<Vec<_>>());
        let lines = shown(list(10), list(99), 100);
        assert_eq!(lines, ["   7,", "   8,", "   9,", "-  10,", "+  99,", "   11,", "   12,", "   13,"]);
        assert_eq!(shown(json!(200), json!(500), 100), ["-200", "+500"]);
    }

    #[test]
    fn one_side_and_too_much_of_it() {
        assert_eq!(shown(Value::Null, json!([1]), 100), ["+[", "+  1", "+]"]);
        assert_eq!(shown(json!([1]), Value::Null, 1), ["-[", "@… 2 more lines: see the JSON report"]);
        assert!(shown(Value::Null, Value::Null, 1).is_empty());
    }
}
