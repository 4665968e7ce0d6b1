//! A tool is described soundly: as clients need it, as the contract has it, and as it was recorded.

use fixtures::Operation;
use serde_json::{Map, Value, json};

use super::described::Described;
use crate::checks::Session;
use crate::checks::expect::ensure;
use crate::compare::equal;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorded;
use crate::recorder::Checked;
use crate::subject::{Subject, compile, holds};
use crate::targets::Target;

/// Made where an answer is documented.
const ANSWER: &str = "definition-answer";

type Check<T> = fn(&Subject<'_>, &T) -> Checked;

const MCP: [(&str, Check<Value>); 7] = [
    ("definition-name", name),
    ("definition-text", text),
    ("definition-input-schema", input_schema),
    ("definition-arguments", arguments),
    ("definition-annotations", annotations),
    ("definition-output-schema", output_schema),
    ("definition-recorded", as_recorded),
];

const REST: [(&str, Check<Operation>); 3] =
    [("definition-schemas", schemas), (ANSWER, documented_answer), ("definition-errors", errors)];

pub(in crate::checks) fn run(session: &mut Session<'_>, described: &Described) {
    let evidence = session.subject.operation.evidence;
    for (rule, check) in REST {
        let silent = rule == ANSWER && session.subject.operation.success.example.is_none();
        if !silent && session.recorder.wants(Family::Catalogue, rule) {
            let published = described.operation(session.rig, session.subject);
            let checked = published.and_then(|it| check(session.subject, it));
            session.recorder.record(Family::Catalogue, rule, Target::Rest, evidence, checked);
        }
    }
    for (rule, check) in MCP {
        let checked = described.tool(&session.subject.tool.name).and_then(|it| check(session.subject, it));
        session.recorder.record(Family::Catalogue, rule, Target::Mcp, evidence, checked);
    }
}

fn name(_: &Subject<'_>, listed: &Value) -> Checked {
    let name = listed.get("name").and_then(Value::as_str).unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let sound = (1..=64).contains(&name.len()) && name.bytes().all(allowed);
    ensure(sound, "the name is not 1 to 64 letters, digits, dots, hyphens and underscores", &name.into())
}

fn text(subject: &Subject<'_>, listed: &Value) -> Checked {
    let text = |key: &str| listed.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    ensure(!text("description").is_empty(), "the tool has no description", listed)?;
    let (expected, actual) = (subject.tool.title.trim(), text("title"));
    ensure(!actual.is_empty(), "the tool has no title", listed)?;
    if expected == actual {
        Ok(())
    } else {
        Err(Finding::new("the title is not that of the contract").with(expected, actual))
    }
}

fn input_schema(_: &Subject<'_>, listed: &Value) -> Checked {
    let schema = listed.get("inputSchema").unwrap_or(&Value::Null);
    ensure(schema.get("type") == Some(&json!("object")), "the inputSchema is not that of an object", schema)?;
    let refused = ["anyOf", "oneOf", "allOf", "not", "if", "enum", "$ref"];
    let found = refused.iter().find(|keyword| schema.get(**keyword).is_some());
    ensure(
        found.is_none(),
        "clients refuse a list of tools for alternatives at the root of an inputSchema",
        schema,
    )?;
    ensure(
        schema.get("additionalProperties") == Some(&Value::Bool(false)),
        "the inputSchema admits unknown arguments",
        schema,
    )?;
    sound(schema)
}

/// Valid by the meta-schema of 2020-12, and compilable.
fn sound(schema: &Value) -> Checked {
    if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
        let message = format!("the schema is not valid in 2020-12: {error}");
        return Err(Finding::new(message).with(Value::Null, schema.clone()));
    }
    compile(schema).map(drop).map_err(|error| Finding::new(format!("the schema does not compile: {error}")))
}

fn arguments(subject: &Subject<'_>, listed: &Value) -> Checked {
    let schema = listed.get("inputSchema").unwrap_or(&Value::Null);
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let arguments = subject.operation.arguments.iter();
    let expected: Map<String, Value> =
        arguments.map(|argument| (argument.name.clone(), told(&argument.schema))).collect();
    let actual: Map<String, Value> =
        properties.iter().map(|(name, schema)| (name.clone(), told(schema))).collect();
    equal("the arguments are not those of the contract", &Value::Object(expected), &Value::Object(actual))?;
    let silent =
        properties.iter().find(|(_, schema)| schema.get("description").is_none_or(|text| text == ""));
    if let Some((name, _)) = silent {
        return Err(Finding::new(format!("the argument {name} has no description")));
    }
    let mut required: Vec<&str> = subject
        .operation
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .map(|argument| argument.name.as_str())
        .collect();
    let listed = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut actual: Vec<&str> = listed.filter_map(Value::as_str).collect();
    required.sort_unstable();
    actual.sort_unstable();
    if required == actual {
        Ok(())
    } else {
        Err(Finding::new("other arguments are required").with(required, actual))
    }
}

/// What a client must be told of an argument. A server may leave the rest, such as patterns and conditions, to its validator, as long as what it lists
/// accepts every valid argument, which the properties check.
fn told(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return Value::Bool(true) };
    let mut out = Map::new();
    for (keyword, value) in map {
        let kept = match keyword.as_str() {
            "type" | "description" | "enum" | "const" | "default" | "required" => value.clone(),
            "items" | "additionalProperties" if value.is_object() => told(value),
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), told(schema)))
                .collect(),
            _ => continue,
        };
        out.insert(keyword.clone(), kept);
    }
    Value::Object(out)
}

fn annotations(subject: &Subject<'_>, listed: &Value) -> Checked {
    let expected = serde_json::to_value(subject.tool.annotations).unwrap_or_default();
    let mut actual = listed.get("annotations").cloned().unwrap_or_default();
    // Beside the hints there may be a title.
    actual.as_object_mut().map(|actual| actual.remove("title"));
    equal("the annotations are not the four of the contract", &expected, &actual)
}

/// An output schema may be absent, which says nothing; a present one describes an object, and holds for the documented answer.
fn output_schema(subject: &Subject<'_>, listed: &Value) -> Checked {
    let Some(schema) = listed.get("outputSchema") else {
        return Err(Finding::not_verified("the server lists no outputSchema"));
    };
    ensure(
        schema.get("type") == Some(&json!("object")),
        "the outputSchema is not that of an object",
        schema,
    )?;
    sound(schema)?;
    let Some(example) = &subject.operation.success.example else { return Ok(()) };
    let structured = if example.is_array() { json!({ "items": example }) } else { example.clone() };
    holds(
        &compile(schema).map_err(Finding::new)?,
        &structured,
        "the documented answer, as structuredContent,",
    )
}

fn as_recorded(subject: &Subject<'_>, listed: &Value) -> Checked {
    let Some(mut recorded) = recorded::definition(&subject.tool.name) else {
        return Err(Finding::new(
            "no definition is recorded; run the tests of this crate and review the new snapshot",
        ));
    };
    if listed.get("outputSchema").is_none() {
        // It may be absent, and ours lists it only when it is told to.
        recorded.as_object_mut().map(|recorded| recorded.shift_remove("outputSchema"));
    }
    equal("the definition is not the one that was recorded", &recorded, listed)
}

fn schemas(_: &Subject<'_>, published: &Operation) -> Checked {
    sound(&published.arguments_schema())?;
    sound(&published.success.schema)
}

/// An answer that is published has to hold against the schema that is published, and against the one that the calls are held to.
fn documented_answer(subject: &Subject<'_>, published: &Operation) -> Checked {
    let Some(example) = &published.success.example else {
        return Err(Finding::new("the contract that the target publishes documents no answer"));
    };
    let schema = compile(&published.success.schema).map_err(Finding::new)?;
    holds(&schema, example, "the documented answer")?;
    holds(&subject.answer, example, "the documented answer")
}

fn errors(subject: &Subject<'_>, published: &Operation) -> Checked {
    let catalogue = subject.contract.errors();
    match published.errors.iter().find(|code| !catalogue.contains_key(*code)) {
        None => Ok(()),
        Some(code) => Err(Finding::new(format!("{code} is not in the catalogue"))),
    }
}
