//! A schema without its alternatives: plain schemas, one for every way to meet them.
//!
//! `allOf`, `anyOf`, `oneOf`, `if`, `dependentRequired` and `dependentSchemas` are resolved by merging what they ask for into the schema itself. What cannot
//! be merged (`not`, beyond "this property is absent") is left to the validator that judges the generated value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::merge::{FORBIDDEN, merge};

/// Enough for the alternatives of one keyword; beyond it the last ones are left out.
const MAX_VARIANTS: usize = 512;

/// Keywords that are taken apart.
const COMPOUND: [&str; 9] =
    ["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentRequired", "dependentSchemas"];

/// A schema taken apart: what always holds, and for every compound keyword the alternatives that meet it, each plain.
#[derive(Debug)]
pub(super) struct Parts {
    plain: Map<String, Value>,
    choices: Vec<Vec<Map<String, Value>>>,
}

impl Parts {
    pub(super) fn of(schema: &Map<String, Value>) -> Self {
        let simple = |(key, _): &(&String, &Value)| !COMPOUND.contains(&key.as_str());
        Self { plain: schema.iter().filter(simple).map(own).collect(), choices: choices(schema) }
    }

    /// How many choices there are to make.
    pub(super) fn choices(&self) -> usize {
        self.choices.len()
    }

    /// The plain schema that follows from one decision for each choice. A decision that contradicts an earlier one gives way to the next alternative
    /// that does not.
    pub(super) fn decide(&self, decide: impl Fn(usize, usize) -> usize) -> Map<String, Value> {
        let mut schema = self.plain.clone();
        for (choice, alternatives) in
            self.choices.iter().enumerate().filter(|(_, alternatives)| !alternatives.is_empty())
        {
            let (before, after) =
                alternatives.split_at(decide(choice, alternatives.len()).min(alternatives.len()));
            let merged =
                after.iter().chain(before).find_map(|alternative| merge(schema.clone(), alternative));
            schema = merged.unwrap_or(schema);
        }
        schema
    }
}

/// All plain schemas that a schema stands for; none if it contradicts itself.
fn variants(schema: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let parts = Parts::of(schema);
    let mut found = vec![parts.plain];
    for alternatives in parts.choices {
        let mut next = Vec::new();
        for (left, right) in found.iter().flat_map(|left| alternatives.iter().map(move |right| (left, right)))
        {
            if next.len() < MAX_VARIANTS {
                next.extend(merge(left.clone(), right));
            }
        }
        found = next;
    }
    found
}

fn own((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn choices(schema: &Map<String, Value>) -> Vec<Vec<Map<String, Value>>> {
    let list = |key: &str| {
        schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    };
    let mut choices: Vec<Vec<Map<String, Value>>> = list("allOf").map(variants).collect();
    if schema.contains_key("anyOf") {
        choices.push(list("anyOf").flat_map(variants).collect());
    }
    if schema.contains_key("oneOf") {
        choices.push(exclusive(&list("oneOf").map(variants).collect::<Vec<_>>()));
    }
    if let Some(condition) = schema.get("if").and_then(Value::as_object) {
        choices.push(conditional(condition, schema));
    }
    for (name, needed) in schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
        choices.push(vec![forbid(name), both(name, json!({ "required": needed }))]);
    }
    for (name, needed) in schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
        let given = variants(&both(name, json!({ "allOf": [needed] })));
        choices.push([vec![forbid(name)], given].concat());
    }
    if let Some(name) = schema.get("not").and_then(absent) {
        choices.push(vec![forbid(&name)]);
    }
    choices
}

/// Each alternative without the properties that only the others require.
fn exclusive(alternatives: &[Vec<Map<String, Value>>]) -> Vec<Map<String, Value>> {
    let required = |variants: &[Map<String, Value>]| -> BTreeSet<String> {
        let names = variants.iter().filter_map(|variant| variant.get("required")?.as_array()).flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let all: BTreeSet<String> = alternatives.iter().flat_map(|variants| required(variants)).collect();
    let mut found = Vec::new();
    for variants in alternatives {
        let own = required(variants);
        let others: Vec<&String> = all.difference(&own).collect();
        let without = if others.is_empty() {
            Map::new()
        } else {
            Map::from_iter([(FORBIDDEN.to_owned(), json!(others))])
        };
        found.extend(variants.iter().filter_map(|variant| merge(variant.clone(), &without)));
    }
    found
}

/// Either the condition holds, and then what follows from it; or it does not. That it does not is left to chance and the validator, but for the
/// plainest way: that the one property it asks for is absent.
fn conditional(condition: &Map<String, Value>, schema: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let branch = |key: &str| schema.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    let then = json!({ "allOf": [condition, branch("then")] });
    let mut found = then.as_object().map(variants).unwrap_or_default();
    let otherwise = variants(&branch("else"));
    let absent = absent(&Value::Object(condition.clone())).map(|name| forbid(&name)).unwrap_or_default();
    found.extend(otherwise.iter().filter_map(|variant| merge(variant.clone(), &absent)));
    found
}

/// The one property that a schema requires, where that is all it asks for.
fn absent(schema: &Value) -> Option<String> {
    schema.as_object().filter(|schema| schema.len() == 1)?;
    match schema.get("required")?.as_array()?.as_slice() {
        [only] => only.as_str().map(str::to_owned),
        _ => None,
    }
}

fn forbid(name: &str) -> Map<String, Value> {
    Map::from_iter([(FORBIDDEN.to_owned(), json!([name]))])
}

/// `schema`, and the property is there.
fn both(name: &str, schema: Value) -> Map<String, Value> {
    let mut map = schema.as_object().cloned().unwrap_or_default();
    let mut required = vec![json!(name)];
    required.extend(map.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    map.insert("required".to_owned(), Value::Array(required));
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: Value) -> Vec<Value> {
        variants(schema.as_object().unwrap()).into_iter().map(Value::Object).collect()
    }

    #[test]
    fn alternatives_multiply() {
        let schema = json!({ "type": "object", "allOf": [
            { "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] },
            { "anyOf": [{ "required": ["c"] }, { "required": ["a"] }] },
        ]});
        let required: Vec<Value> =
            of(schema).into_iter().map(|mut variant| variant["required"].take()).collect();
        assert_eq!(required, [json!(["a", "c"]), json!(["a"]), json!(["b", "c"]), json!(["b", "a"])]);
    }

    #[test]
    fn exclusive_alternatives_forbid_each_other() {
        let schema = json!({ "oneOf": [{ "required": ["a"] }, { "anyOf": [{ "required": ["b"] }, { "required": ["c"] }] }] });
        let forbidden = |names: &[&str], others: &[&str]| json!({ "required": names, FORBIDDEN: others });
        let expected = [forbidden(&["a"], &["b", "c"]), forbidden(&["b"], &["a"]), forbidden(&["c"], &["a"])];
        assert_eq!(of(schema), expected);
    }

    #[test]
    fn a_decision_gives_way_to_an_earlier_one() {
        let schema = json!({ "required": ["a"], "allOf": [{ "anyOf": [{ "not": { "required": ["a"] } }, { "required": ["b"] }] }] });
        let parts = Parts::of(schema.as_object().unwrap());
        assert_eq!(parts.choices(), 1);
        assert_eq!(Value::Object(parts.decide(|_, _| 0)), json!({ "required": ["a", "b"] }));
    }

    #[test]
    fn contradictions_are_left_out() {
        let schema =
            json!({ "required": ["a"], "anyOf": [{ "not": { "required": ["a"] } }, { "required": ["b"] }] });
        assert_eq!(of(schema), [json!({ "required": ["a", "b"] })]);
        assert_eq!(of(json!({ "type": "string", "anyOf": [{ "type": "integer" }] })), Vec::<Value>::new());
    }

    #[test]
    fn conditions_hold_or_do_not() {
        let schema = json!({ "if": { "required": ["a"] }, "then": { "required": ["b"] } });
        assert_eq!(of(schema), [json!({ "required": ["a", "b"] }), json!({ FORBIDDEN: ["a"] })]);
        let schema = json!({ "dependentRequired": { "a": ["b"] } });
        assert_eq!(of(schema), [json!({ FORBIDDEN: ["a"] }), json!({ "required": ["a", "b"] })]);
    }
}
