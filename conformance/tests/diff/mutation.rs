//! One step away from a document, in every place.

use serde_json::{Value, json};

/// Every place of a document below an object or an array, as a pointer.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            collect(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
            collect(value, format!("{at}/{index}"), found);
        }),
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

/// The document without what stands there, and the document with something else there.
pub(crate) fn mutants(document: &Value, place: &str) -> Vec<Value> {
    let others = others(document.pointer(place).unwrap()).into_iter().map(|other| {
        let mut mutant = document.clone();
        *mutant.pointer_mut(place).unwrap() = other;
        mutant
    });
    others.chain([without(document, place)]).collect()
}

fn without(document: &Value, place: &str) -> Value {
    let mut mutant = document.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match mutant.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~")).unwrap()),
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        other => panic!("{other} has no members"),
    }
    mutant
}

fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(yes) => vec![json!(!yes)],
        Value::Number(number) => match number.as_i64() {
            Some(number) => vec![json!(number + 1), json!(number - 1)],
            None => vec![json!(number.as_f64().unwrap() + 1.0)],
        },
        Value::String(text) => vec![json!(format!("{text}x"))],
        Value::Null => vec![json!("x")],
        Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}
