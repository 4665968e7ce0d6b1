//! Missing, mistyped and unknown arguments, one at a time, and segments that would leave their path.

use fixtures::contract::{Argument, Place};
use serde_json::{Value, json};

use crate::checks::Ready;
use crate::checks::case::Case;
use crate::family::Family;
use crate::strategy::seen_by;
use crate::subject::Subject;
use crate::targets::Target;

/// One value of each type, the most telling first.
fn candidates() -> [Value; 7] {
    [
        json!("not of this type"),
        json!({ "a": 1 }),
        json!([[]]),
        json!(7.5),
        json!(-7),
        json!(true),
        Value::Null,
    ]
}

pub(in crate::checks) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let mut cases: Vec<Case> =
        subject.operation.arguments.iter().filter_map(|argument| missing(ready, argument)).collect();
    for argument in &subject.operation.arguments {
        cases.extend(wrong_type(subject, ready, argument, Target::Mcp));
        cases.extend(wrong_type(subject, ready, argument, Target::Rest));
    }
    for argument in subject.operation.arguments.iter().filter(|argument| argument.place == Place::Path) {
        cases.push(leaves_its_path(ready, argument));
    }
    let unknown = "notAnArgument";
    cases.push(invalid(ready, "unknown-argument".to_owned(), unknown).set(unknown, "x").only(Target::Mcp));
    cases
        .push(Case::accepted(Family::Schema, ready, "unknown-argument").set(unknown, "x").only(Target::Rest));
    if matches!(subject.tool.name.as_str(), "templates_create" | "templates_update") {
        cases.push(base64_header(ready));
    }
    cases
}

fn invalid(ready: &Ready, rule: String, about: &str) -> Case {
    let case = Case::refused(Family::Schema, ready, rule, 400, "VALIDATION_ERROR");
    Case { about: Some(about.to_owned()), ..case }
}

fn missing(ready: &Ready, argument: &Argument) -> Option<Case> {
    let case = || invalid(ready, format!("missing-{}", argument.name), &argument.name).unset(&argument.name);
    argument.required.then(case)
}

/// The first value that the schema refuses. Over REST it has to be one that is still of the wrong type when it has become text: a string in a path, a
/// query or a header is never mistyped, a number in a query can be.
fn wrong_type(subject: &Subject<'_>, ready: &Ready, argument: &Argument, target: Target) -> Option<Case> {
    let rule = format!("wrong-type-{}", argument.name);
    candidates().into_iter().find_map(|candidate| {
        let case = invalid(ready, rule.clone(), &argument.name).set(&argument.name, candidate).only(target);
        let seen = seen_by(target, subject.operation, &Value::Object(case.arguments.clone()));
        let refused =
            seen.is_some_and(|seen| !subject.arguments.is_valid(&seen) && mistyped(argument, &seen));
        refused.then_some(case)
    })
}

/// Whether it is the type that is wrong, and not just the value.
fn mistyped(argument: &Argument, arguments: &Value) -> bool {
    let types = argument.schema.get("type").cloned().unwrap_or(Value::Null);
    let types: Vec<&str> = match &types {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        // Without a type any value that is refused will do.
        _ => return true,
    };
    let is = |name: &str| match arguments.get(&argument.name).unwrap_or(&Value::Null) {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || (name == "integer" && !number.is_f64()),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    !types.into_iter().any(is)
}

/// A dot segment would name another resource. REST clients resolve it themselves; the server must not.
fn leaves_its_path(ready: &Ready, argument: &Argument) -> Case {
    let rule = format!("dot-segment-{}", argument.name);
    invalid(ready, rule, &argument.name).set(&argument.name, "..").only(Target::Mcp)
}

/// Documented for REST only (U-24).
fn base64_header(ready: &Ready) -> Case {
    let header = json!({ "type": "IMAGE", "base64": "data:image/png;base64,AAAA" });
    let case = invalid(ready, "header-base64".to_owned(), "body").only(Target::Mcp);
    case.set("body", json!({ "header": header, "body": { "text": "Oi" } }))
}
