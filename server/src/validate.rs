//! Arguments against a tool's schema: the problems, each with the place and what to do.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, paths::Location};
use serde::Serialize;
use serde_json::Value;

use crate::names::{hint, nearest, shorten};

/// Most problems that are told of one call: arguments can have as many as they have bytes.
pub const MOST: usize = 50;
/// Said after that many.
const MORE: &str = "there are more problems: mend these first";
/// For how many arguments that there are not the ones that may have been meant are looked for.
const SUGGESTIONS: usize = 5;
/// Most characters that are told of a path, which may hold names of the caller's.
const MOST_PATH: usize = 256;

/// One thing that is wrong with the arguments of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// JSON pointer into the arguments; that of the missing argument, where one is missing.
    pub path: String,
    /// What is wrong, or what to do.
    pub message: String,
}

impl Problem {
    /// A problem with the argument `name`.
    #[must_use]
    pub fn with_argument(name: &str, message: impl Into<String>) -> Self {
        Self { path: child("", name), message: message.into() }
    }
}

/// What `schema`, compiled as `validator`, finds wrong with `arguments`: everything, up to [`MOST`] problems.
#[must_use]
pub fn problems(validator: &Validator, schema: &Value, arguments: &Value) -> Vec<Problem> {
    if validator.is_valid(arguments) {
        return Vec::new();
    }
    let mut found = Found::default();
    for error in validator.iter_errors(arguments) {
        if explain(schema, &error, &mut found).is_break() {
            found.problems.push(Problem { path: String::new(), message: MORE.to_owned() });
            break;
        }
    }
    found.problems
}

/// The problems so far, each once. Their number does not grow with the arguments.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
    seen: HashSet<Problem>,
    unknown: usize,
}

impl Found {
    /// Takes one more problem, or ends the search.
    fn add(&mut self, path: String, message: String) -> ControlFlow<()> {
        let problem = Problem { path, message };
        if self.seen.contains(&problem) {
            return ControlFlow::Continue(());
        }
        if self.problems.len() == MOST {
            return ControlFlow::Break(());
        }
        self.seen.insert(problem.clone());
        self.problems.push(problem);
        ControlFlow::Continue(())
    }

    /// What is said of an argument that there is not; only of the first few, what may have been meant.
    fn unknown(&mut self, name: &str, known: &[&str]) -> String {
        self.unknown += 1;
        let meant = nearest(name, known.iter().copied().filter(|_| self.unknown <= SUGGESTIONS));
        format!("is not an argument{}", hint(meant))
    }
}

fn explain(schema: &Value, error: &ValidationError<'_>, found: &mut Found) -> ControlFlow<()> {
    let whole = error.instance_path().as_str();
    let path = || whole.chars().take(MOST_PATH).collect::<String>();
    let title = title(schema, error.schema_path());
    let say = |message: String| title.clone().unwrap_or(message);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.add(child(&path(), name), say("is required".to_owned()))
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = properties(schema, error.schema_path());
            unexpected.iter().try_for_each(|name| {
                let message = found.unknown(name, &known);
                found.add(child(&path(), &shorten(name)), say(message))
            })
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }
            if title.is_none() =>
        {
            match meant(context, whole) {
                Some(branch) => branch.iter().try_for_each(|error| explain(schema, error, found)),
                None => found.add(path(), "has none of the accepted forms".to_owned()),
            }
        }
        kind => found.add(path(), say(message(kind, error))),
    }
}

/// Of several alternatives that all failed, the only one for a value of this type.
fn meant<'a>(
    context: &'a [Vec<ValidationError<'static>>],
    path: &str,
) -> Option<&'a Vec<ValidationError<'static>>> {
    let wrong_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), ValidationErrorKind::Type { .. }) && error.instance_path().as_str() == path
    };
    let mut right = context.iter().filter(|branch| !branch.iter().any(wrong_type));
    right.next().filter(|_| right.next().is_none())
}

/// The title of the innermost schema around the failing keyword that judges the same value.
fn title(schema: &Value, keyword: &Location) -> Option<String> {
    let mut pointer = parent(keyword.as_str())?;
    loop {
        if let Some(title) = schema.pointer(pointer)?.get("title").and_then(Value::as_str) {
            return Some(title.to_owned());
        }
        pointer = enclosing(pointer)?;
    }
}

/// From a schema to the one that applies it to the same value, such as from `/allOf/0/then` to `/allOf/0`.
fn enclosing(pointer: &str) -> Option<&str> {
    let (outer, last) = pointer.rsplit_once('/')?;
    if matches!(last, "if" | "then" | "else" | "not") {
        return Some(outer);
    }
    let (outermost, applicator) = outer.rsplit_once('/')?;
    matches!(applicator, "allOf" | "anyOf" | "oneOf" | "dependentSchemas").then_some(outermost)
}

fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

/// The properties beside a failing `additionalProperties`.
fn properties<'a>(schema: &'a Value, keyword: &Location) -> Vec<&'a str> {
    let beside = parent(keyword.as_str()).and_then(|pointer| schema.pointer(pointer));
    let properties = beside.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn message(kind: &ValidationErrorKind, error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind } => format!("must be {}, not {}", types(kind), type_name(error.instance())),
        Kind::Enum { options } => format!("must be one of {}", list(options)),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit: 1 } => "must not be empty".to_owned(),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        Kind::UniqueItems => "must not repeat an item".to_owned(),
        Kind::OneOfMultipleValid { .. } => "has several forms that exclude each other".to_owned(),
        Kind::FalseSchema | Kind::Not { .. } => "is not accepted here".to_owned(),
        // Whatever else there is, without the value: it may be long, and it is the caller's.
        _ => error.masked_with("the value").to_string(),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(only) => only.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|name| name.to_string()).collect();
            names.join(" or ")
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn list(options: &Value) -> String {
    let plain = |option: &Value| option.as_str().map_or_else(|| option.to_string(), str::to_owned);
    options.as_array().into_iter().flatten().map(plain).collect::<Vec<_>>().join(", ")
}

/// The pointer to the property `name` of what `path` points to.
fn child(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
