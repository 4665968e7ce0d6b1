//! Arguments for a tool, generated from its schema: valid ones, and ones that a single mutation has made invalid.
//!
//! A schema is first made plain by `variants`: without alternatives, and with what must and must not be there. Values are generated from that by
//! `value`, repaired by leaving out optional arguments that go against a rule, and held against the compiled
//! schema at last, so that whatever comes out is valid for certain. `mutation` goes the other way.

mod beyond;
mod merge;
mod mutation;
pub(crate) mod runs;
mod string;
mod value;
mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;

use fixtures::contract::{Operation, Place};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use crate::targets::{Call, Target, Wire};

/// What arguments are generated from.
#[derive(Debug, Clone)]
pub struct Source {
    operation: Operation,
    schema: Value,
    validator: Arc<Validator>,
    /// Known good arguments: those of the documented examples, the first being that which the state is prepared for.
    known: Vec<Map<String, Value>>,
    /// Arguments that are always as in the first of these.
    pinned: Vec<String>,
}

impl Source {
    /// Generates for `operation`; `known` are arguments that are known to be good, at least one.
    #[must_use]
    pub fn new(operation: &Operation, validator: Validator, known: Vec<Map<String, Value>>) -> Self {
        let schema = operation.arguments_schema();
        Self {
            operation: operation.clone(),
            schema,
            validator: Arc::new(validator),
            known,
            pinned: Vec::new(),
        }
    }

    /// The same, with arguments of these names always as in the first of the known ones.
    #[must_use]
    pub fn pinned(self, names: Vec<String>) -> Self {
        Self { pinned: names, ..self }
    }

    /// Arguments that the schema accepts.
    pub fn valid(&self) -> BoxedStrategy<Value> {
        let this = self.clone();
        (value::of(&self.with_hints()), any::<bool>())
            .prop_filter_map("no valid arguments", move |(value, example)| {
                let value = if example { this.with_example_path(value) } else { value };
                this.repaired(this.with_pinned(value))
                    .filter(|value| !beyond::refused(&this.operation, value))
            })
            .boxed()
    }

    /// Arguments that the schema refuses, one mutation away from arguments that it accepts; refused too as the target sees them.
    pub fn invalid(&self, target: Target) -> BoxedStrategy<Value> {
        let this = self.clone();
        (self.valid(), self.valid(), any::<Index>())
            .prop_filter_map("no mutation makes the arguments invalid", move |(valid, donor, start)| {
                let valid = this.with_example_path(valid);
                let valid = if target == Target::Rest { this.without_number(valid) } else { valid };
                let mutants = mutation::all(&this.schema, &valid, &donor);
                let first = start.index(mutants.len().max(1));
                let (before, after) = mutants.split_at_checked(first)?;
                let refused = |mutant: &&Value| {
                    let seen = || seen_by(target, &this.operation, mutant);
                    !this.validator.is_valid(mutant)
                        && seen().is_some_and(|seen| !this.validator.is_valid(&seen))
                };
                after.iter().chain(before).find(refused).cloned()
            })
            .boxed()
    }

    /// The schema with the known values of each argument as `examples`.
    fn with_hints(&self) -> Value {
        let mut schema = self.schema.clone();
        for argument in &self.operation.arguments {
            let known: Vec<Value> =
                self.known.iter().filter_map(|known| known.get(&argument.name)).cloned().collect();
            let place =
                schema.pointer_mut("/properties").and_then(|properties| properties.get_mut(&argument.name));
            if let Some(Value::Object(place)) = place.filter(|_| !known.is_empty()) {
                place.insert("examples".to_owned(), Value::Array(known));
            }
        }
        schema
    }

    /// The same for the resource that the example works on, so that more than a 404 comes of it.
    fn with_example_path(&self, mut value: Value) -> Value {
        let (Some(map), Some(example)) = (value.as_object_mut(), self.known.first()) else { return value };
        for argument in self.operation.arguments.iter().filter(|argument| argument.place == Place::Path) {
            if let Some(known) = example.get(&argument.name) {
                map.insert(argument.name.clone(), known.clone());
            }
        }
        value
    }

    /// The same with the pinned arguments, and with no other ones of their names.
    fn with_pinned(&self, mut value: Value) -> Value {
        let (Some(map), Some(example)) = (value.as_object_mut(), self.known.first()) else { return value };
        for name in &self.pinned {
            map.shift_remove(name);
            map.extend(example.get(name).map(|known| (name.clone(), known.clone())));
        }
        value
    }

    /// The same without a named number, unless the example names it: which number is meant is settled before the input is looked at (U-03).
    fn without_number(&self, mut value: Value) -> Value {
        let example = self.known.first().and_then(|known| known.get("whatsappNumberId"));
        if let Some(map) = value.as_object_mut() {
            map.shift_remove("whatsappNumberId");
            map.extend(example.map(|number| ("whatsappNumberId".to_owned(), number.clone())));
        }
        value
    }

    /// Leaves out optional arguments until the schema accepts what is left.
    fn repaired(&self, mut value: Value) -> Option<Value> {
        let required: BTreeSet<&str> = self
            .operation
            .arguments
            .iter()
            .filter(|argument| argument.required)
            .map(|argument| argument.name.as_str())
            .collect();
        loop {
            if self.validator.is_valid(&value) {
                return Some(value);
            }
            let wrong = self.wrong(&value, &required)?;
            value.as_object_mut()?.shift_remove(&wrong);
        }
    }

    /// The optional argument to leave out: one that is wrong by itself, or one without which the rules hold, or just the first.
    fn wrong(&self, value: &Value, required: &BTreeSet<&str>) -> Option<String> {
        let optional: Vec<&String> =
            value.as_object()?.keys().filter(|name| !required.contains(name.as_str())).collect();
        let blamed = self.validator.iter_errors(value).find_map(|error| {
            let name = error.instance_path().as_str().split('/').nth(1).unwrap_or_default().to_owned();
            optional.iter().any(|optional| **optional == name).then_some(name)
        });
        let without = |name: &&&String| {
            let mut value = value.clone();
            value.as_object_mut().map(|map| map.shift_remove(**name));
            self.validator.is_valid(&value)
        };
        blamed.or_else(|| {
            optional.iter().find(without).or_else(|| optional.first()).map(|name| (*name).clone())
        })
    }
}

/// What a target sees of arguments. The server sees all of it. For the API everything outside the body is text, which is read as the type that the schema
/// asks for; `None` where REST has no way to say it.
#[must_use]
pub fn seen_by(target: Target, operation: &Operation, arguments: &Value) -> Option<Value> {
    if target == Target::Mcp {
        return Some(arguments.clone());
    }
    let map = arguments.as_object()?;
    let call = Call { operation, key: None, arguments: map };
    Wire::of(&call).ok()?;
    let mut seen = map.clone();
    for argument in operation.arguments.iter().filter(|argument| argument.place != Place::Body) {
        if let Some(value) = seen.get_mut(&argument.name) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            *value = read_as(&argument.schema, text);
        }
    }
    Some(Value::Object(seen))
}

fn read_as(schema: &Value, text: String) -> Value {
    let is = |name: &str| schema.get("type").is_some_and(|types| types == name);
    let parsed = serde_json::from_str::<Value>(&text).ok();
    match parsed {
        Some(number @ Value::Number(_)) if is("integer") || is("number") => number,
        Some(flag @ Value::Bool(_)) if is("boolean") => flag,
        _ => Value::String(text),
    }
}
