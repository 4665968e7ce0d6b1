//! Every value that is one change away from a given one, for the validator to pick those that the change has made invalid.

use serde_json::{Map, Value, json};

/// Longest string or array that is made to break an upper bound.
const LONGEST: u64 = 5000;

/// All mutants of `value`, which is valid by `schema`; `donor` is another valid value, whose members are added to provoke rules across members.
pub(super) fn all(schema: &Value, value: &Value, donor: &Value) -> Vec<Value> {
    let mut mutants = Vec::new();
    walk(schema, value, &mut |mutant| mutants.push(mutant));
    let (Some(map), Some(donor)) = (value.as_object(), donor.as_object()) else { return mutants };
    for (name, member) in donor.iter().filter(|(name, _)| !map.contains_key(*name)) {
        mutants.push(with(map, name, member.clone()));
    }
    // The root stays an object: what else it could be is for the protocol to refuse.
    mutants.retain(Value::is_object);
    mutants
}

/// Tells every mutant of `value` to `tell`: those of the value itself, then those of its parts.
fn walk(schema: &Value, value: &Value, tell: &mut dyn FnMut(Value)) {
    types(value).into_iter().for_each(&mut *tell);
    bounds(schema, value).into_iter().for_each(&mut *tell);
    match value {
        Value::Object(map) => {
            for (name, member) in map {
                let mut rest = map.clone();
                rest.shift_remove(name);
                tell(Value::Object(rest));
                walk(property(schema, name), member, &mut |mutant| tell(with(map, name, mutant)));
            }
        }
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            // The items of an array are alike: the first stands for all.
            if let Some((first, rest)) = items.split_first() {
                walk(schema, first, &mut |mutant| tell([&[mutant], rest].concat().into()));
            }
        }
        _ => {}
    }
}

/// The schema of a member, if the schema of the whole says it plainly.
fn property<'a>(schema: &'a Value, name: &str) -> &'a Value {
    schema.get("properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null)
}

fn with(map: &Map<String, Value>, name: &str, value: Value) -> Value {
    let mut map = map.clone();
    map.insert(name.to_owned(), value);
    Value::Object(map)
}

/// One value of every other type.
fn types(value: &Value) -> Vec<Value> {
    let candidates = [json!("x"), json!(7), json!(7.5), json!(true), Value::Null, json!([]), json!({})];
    candidates
        .into_iter()
        .filter(|candidate| std::mem::discriminant(candidate) != std::mem::discriminant(value))
        .collect()
}

/// Just outside what the schema allows, and a little off what it lists.
fn bounds(schema: &Value, value: &Value) -> Vec<Value> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64).filter(|bound| *bound <= LONGEST);
    match value {
        Value::String(text) => {
            let mut found = vec![
                json!(""),
                json!(" "),
                json!(format!("{text}\u{7f}")),
                json!(format!("_{text}")),
                json!("\u{1F600}"),
            ];
            let unit = text.chars().next().unwrap_or('a').to_string();
            found.extend(bound("maxLength").map(|most| json!(unit.repeat(times(most + 1)))));
            found.extend(bound("minLength").map(|least| json!(unit.repeat(times(least.saturating_sub(1))))));
            found
        }
        Value::Number(_) => ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
            .iter()
            .filter_map(|key| schema.get(*key)?.as_f64())
            .flat_map(|bound| [whole(bound - 1.0), whole(bound), whole(bound + 1.0)])
            .collect(),
        Value::Array(items) => {
            let first = items.first().cloned().unwrap_or(json!("x"));
            let most = bound("maxItems").map(|most| Value::Array(vec![first; times(most + 1)]));
            std::iter::once(json!([])).chain(most).collect()
        }
        Value::Object(_) => vec![json!({})],
        _ => Vec::new(),
    }
}

fn times(count: u64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

/// Without a fraction where there is none: `0`, not `0.0`.
fn whole(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "bounds of the contract are small")]
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_every_place() {
        let schema = json!({ "properties": { "list": { "maxItems": 2, "items": { "properties": { "n": { "minimum": 1 } } } } } });
        let mutants = all(&schema, &json!({ "list": [{ "n": 3 }] }), &json!({ "other": 1 }));
        for expected in [
            json!({}),
            json!({ "list": "x" }),
            json!({ "list": [] }),
            json!({ "list": [{ "n": 3 }, { "n": 3 }, { "n": 3 }] }),
            json!({ "list": [{}] }),
            json!({ "list": [{ "n": 0 }] }),
            json!({ "list": [{ "n": null }] }),
            json!({ "list": [{ "n": 3 }], "other": 1 }),
        ] {
            assert!(mutants.contains(&expected), "{expected} is missing");
        }
    }
}
