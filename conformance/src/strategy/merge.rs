//! Two plain schemas at once: what holds against both.

use serde_json::{Map, Value, json};

/// Properties that must be absent; a keyword of our own.
pub(super) const FORBIDDEN: &str = "forbidden";

/// Both at once; `None` where they exclude each other.
pub(super) fn merge(mut left: Map<String, Value>, right: &Map<String, Value>) -> Option<Map<String, Value>> {
    for (key, value) in right {
        let merged = match left.get(key) {
            None => value.clone(),
            Some(other) => merge_keyword(key, other, value)?,
        };
        left.insert(key.clone(), merged);
    }
    let list = |key: &str| left.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let consistent = !list("required").iter().any(|name| list(FORBIDDEN).contains(name));
    consistent.then_some(left)
}

fn merge_keyword(key: &str, left: &Value, right: &Value) -> Option<Value> {
    match key {
        "required" | FORBIDDEN | "examples" => Some(union(left, right)),
        "properties" => Some(merge_properties(left, right)),
        "type" | "enum" => intersection(left, right),
        "const" => (left == right).then(|| left.clone()),
        "items" | "additionalProperties" => Some(json!({ "allOf": [left, right] })),
        "minimum" | "minLength" | "minItems" | "minProperties" => Some(pick(left, right, |a, b| a >= b)),
        "maximum" | "maxLength" | "maxItems" | "maxProperties" => Some(pick(left, right, |a, b| a <= b)),
        // Of two patterns one is generated from; the validator sees to the other.
        _ => Some(left.clone()),
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn union(left: &Value, right: &Value) -> Value {
    let mut all = list(left);
    all.extend(list(right).into_iter().filter(|item| !list(left).contains(item)));
    Value::Array(all)
}

fn intersection(left: &Value, right: &Value) -> Option<Value> {
    let right = list(right);
    let common: Vec<Value> = list(left).into_iter().filter(|item| right.contains(item)).collect();
    (!common.is_empty()).then_some(Value::Array(common))
}

fn merge_properties(left: &Value, right: &Value) -> Value {
    let mut all = left.as_object().cloned().unwrap_or_default();
    for (name, schema) in right.as_object().into_iter().flatten() {
        let merged = match all.get(name) {
            None => schema.clone(),
            Some(other) => json!({ "allOf": [other, schema] }),
        };
        all.insert(name.clone(), merged);
    }
    Value::Object(all)
}

fn pick(left: &Value, right: &Value, better: fn(f64, f64) -> bool) -> Value {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    if better(number(left), number(right)) { left.clone() } else { right.clone() }
}
