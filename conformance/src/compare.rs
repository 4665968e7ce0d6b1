//! Whether two JSON values are the same, and where they are not.

use serde_json::{Map, Value};

use crate::finding::Finding;

/// Whether two values are the same; `message` says what it means that they are not.
///
/// # Errors
/// Every place, as a JSON pointer, in which they differ.
pub(crate) fn equal(message: &str, expected: &Value, actual: &Value) -> Result<(), Box<Finding>> {
    let (mut left, mut right) = (Map::new(), Map::new());
    differences("", expected, actual, &mut |path, a, b| {
        left.insert(path.to_owned(), a.cloned().unwrap_or_else(absent));
        right.insert(path.to_owned(), b.cloned().unwrap_or_else(absent));
    });
    if left.is_empty() { Ok(()) } else { Err(Finding::new(message).with(left, right)) }
}

fn absent() -> Value {
    "(absent)".into()
}

fn differences(
    path: &str,
    a: &Value,
    b: &Value,
    tell: &mut impl FnMut(&str, Option<&Value>, Option<&Value>),
) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                let path = format!("{path}/{key}");
                match (left.get(key), right.get(key)) {
                    (Some(a), Some(b)) => differences(&path, a, b, tell),
                    (a, b) => tell(&path, a, b),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (a, b)) in left.iter().zip(right).enumerate() {
                differences(&format!("{path}/{index}"), a, b, tell);
            }
        }
        // JSON has one kind of number: 1 is 1.0.
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => {}
        _ if a == b => {}
        _ => tell(path, Some(a), Some(b)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_by_place() {
        let (a, b) = (json!({ "a": [1, { "b": 2 }], "c": 3 }), json!({ "a": [1.0, { "b": 4 }], "d": 5 }));
        let finding = equal("not equal", &a, &b).unwrap_err();
        assert_eq!(finding.expected, json!({ "/a/1/b": 2, "/c": 3, "/d": "(absent)" }));
        assert_eq!(finding.actual, json!({ "/a/1/b": 4, "/c": "(absent)", "/d": 5 }));
    }

    #[test]
    fn lists_of_other_lengths_differ_as_a_whole() {
        let finding = equal("not equal", &json!([1]), &json!([1, 2])).unwrap_err();
        assert_eq!((finding.expected, finding.actual), (json!({ "": [1] }), json!({ "": [1, 2] })));
        assert!(equal("equal", &json!({ "a": null }), &json!({ "a": null })).is_ok());
    }
}
