//! Values of plain schemas.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use serde_json::{Map, Number, Value, json};

use super::merge::FORBIDDEN;
use super::string;
use super::variants::Parts;

/// Arrays and free objects are no longer than this, unless their schema asks for more.
const FEW: usize = 3;
/// Longest array that is tried as the upper bound of a schema.
const LONGEST_ARRAY: usize = 256;

/// Values that a schema mostly accepts.
pub(super) fn of(schema: &Value) -> BoxedStrategy<Value> {
    let Value::Object(map) = schema else { return leaf() };
    let parts = Parts::of(map);
    if parts.choices() == 0 {
        return plain(map);
    }
    // Strategies are made as they are needed: a message has thousands of variants.
    let decisions = proptest::collection::vec(any::<Index>(), parts.choices());
    decisions
        .prop_flat_map(move |decisions| {
            let decide = |choice: usize, count: usize| {
                decisions.get(choice).map_or(0, |decision| decision.index(count))
            };
            plain(&parts.decide(decide))
        })
        .boxed()
}

fn plain(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let generated = generated(schema);
    match schema.get("examples").and_then(Value::as_array).filter(|known| !known.is_empty()) {
        Some(known) => prop_oneof![2 => generated, 1 => proptest::sample::select(known.clone())].boxed(),
        None => generated,
    }
}

fn generated(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    if let Some(only) = schema.get("const") {
        return Just(only.clone()).boxed();
    }
    if let Some(Value::Array(values)) =
        schema.get("enum").filter(|values| values.as_array().is_some_and(|list| !list.is_empty()))
    {
        return proptest::sample::select(values.clone()).boxed();
    }
    let types = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec![implied(schema)],
    };
    let strategies: Vec<_> = types.into_iter().map(|name| typed(name, schema)).collect();
    proptest::strategy::Union::new(strategies).boxed()
}

/// The type that a schema without one speaks of.
fn implied(schema: &Map<String, Value>) -> &'static str {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    if has(&["properties", "required", "additionalProperties", FORBIDDEN]) {
        "object"
    } else if has(&["items", "minItems", "maxItems"]) {
        "array"
    } else if has(&["pattern", "minLength", "maxLength", "format"]) {
        "string"
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
        "number"
    } else {
        ""
    }
}

fn typed(name: &str, schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    match name {
        "object" => object(schema),
        "array" => array(schema),
        "string" => string::of(schema),
        "integer" => integer(schema),
        "number" => number(schema),
        "boolean" => any::<bool>().prop_map(Value::Bool).boxed(),
        "null" => Just(Value::Null).boxed(),
        _ => leaf(),
    }
}

/// Where a schema says nothing.
fn leaf() -> BoxedStrategy<Value> {
    prop_oneof![
        "[a-zA-Z0-9 ]{0,12}".prop_map(Value::String),
        (0_i64..1000).prop_map(Value::from),
        any::<bool>().prop_map(Value::Bool),
    ]
    .boxed()
}

fn object(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let names =
        |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: Vec<String> = names("required").map(str::to_owned).collect();
    let optional: Vec<String> = properties
        .keys()
        .filter(|name| {
            !required.contains(name) && !names(FORBIDDEN).any(|forbidden| forbidden == name.as_str())
        })
        .cloned()
        .collect();
    let free = if properties.is_empty() { free_entries(schema) } else { Just(Map::new()).boxed() };
    let count = optional.len();
    (subsequence(optional, 0..=count), free)
        .prop_flat_map(move |(chosen, free)| {
            let known = properties.keys().filter(|name| required.contains(name) || chosen.contains(name));
            let unknown = required.iter().filter(|name| !properties.contains_key(*name));
            let members: Vec<_> =
                known.chain(unknown).map(|name| member(name, properties.get(name))).collect();
            members.prop_map(move |members| {
                let mut map: Map<String, Value> = members.into_iter().collect();
                map.extend(free.clone());
                Value::Object(map)
            })
        })
        .boxed()
}

fn member(name: &str, schema: Option<&Value>) -> BoxedStrategy<(String, Value)> {
    let name = name.to_owned();
    of(schema.unwrap_or(&Value::Bool(true))).prop_map(move |value| (name.clone(), value)).boxed()
}

/// Members of an object whose keys are the caller's.
fn free_entries(schema: &Map<String, Value>) -> BoxedStrategy<Map<String, Value>> {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        return Just(Map::new()).boxed();
    }
    let least = size(schema, "minProperties").unwrap_or(0);
    let most = size(schema, "maxProperties").unwrap_or(FEW).max(least);
    let value = of(schema.get("additionalProperties").unwrap_or(&Value::Bool(true)));
    let name = prop_oneof!["[a-z]{1,8}", Just("nome".to_owned())];
    proptest::collection::btree_map(name, value, least..=most)
        .prop_map(|entries| entries.into_iter().collect())
        .boxed()
}

fn size(schema: &Map<String, Value>, key: &str) -> Option<usize> {
    schema.get(key).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok())
}

fn array(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let item = of(schema.get("items").unwrap_or(&Value::Bool(true)));
    let least = size(schema, "minItems").unwrap_or(0);
    let most = size(schema, "maxItems");
    let few = most.unwrap_or(FEW).min(FEW).max(least);
    let array = |sizes| proptest::collection::vec(item.clone(), sizes).prop_map(Value::Array);
    match most.filter(|most| *most > few && *most <= LONGEST_ARRAY) {
        // One item over and over: the bound is what matters.
        Some(most) => {
            let full = item.clone().prop_map(move |item| Value::Array(vec![item; most]));
            prop_oneof![15 => array(least..=few), 1 => full].boxed()
        }
        None => array(least..=few).boxed(),
    }
}

fn integer(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + 1));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - 1));
    let low = least.unwrap_or_else(|| most.map_or(-1000, |most| most.saturating_sub(1000)));
    let high = most.unwrap_or_else(|| low.saturating_add(1000));
    // Beyond what 32 bits hold, up to what every JSON parser holds exactly.
    let largest = most.unwrap_or(9_007_199_254_740_991);
    prop_oneof![6 => low..=high.max(low), 1 => Just(low), 1 => Just(largest)].prop_map(Value::from).boxed()
}

fn number(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let low = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + 0.01)).unwrap_or(-1000.0);
    let high =
        bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - 0.01)).unwrap_or(low + 1000.0);
    // Two decimals: amounts of money, and no quarrel about the last digit.
    let decimal = move |share: f64| Number::from_f64(((low + (high - low) * share) * 100.0).round() / 100.0);
    let anywhere = (0_u32..=1000)
        .prop_map(move |share| decimal(f64::from(share) / 1000.0).map_or(json!(low), Value::Number));
    prop_oneof![4 => anywhere, 1 => Just(json!(low)), 1 => Just(json!(low.ceil().max(1.0)))].boxed()
}
