//! A recorded answer held against the contract.

use fixtures::Contract;
use fixtures::contract::{Operation, resolve};
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use super::shape::escaped;
use super::{Difference, Kind};
use crate::record::{RecordedCall, is_masked};
use crate::subject::{brief, compile};

const UNKNOWN_FIELD: &str = "the contract has no such field";

/// Conditions on the letters of a text. Those of a masked one say nothing.
const OF_LETTERS: [&str; 7] =
    ["pattern", "format", "minLength", "maxLength", "enum", "const", "contentEncoding"];

/// What the contract forbids of an answer.
pub(super) fn differences(contract: &Contract, call: &RecordedCall) -> Vec<Difference> {
    let difference = |pointer: &str, what: String, recorded: Value| Difference {
        kind: Kind::Contract,
        tool: call.tool.clone(),
        pointer: pointer.to_owned(),
        what,
        recorded,
    };
    let Some(operation) = contract.tool(&call.tool) else {
        return vec![difference("", "the contract has no such tool".to_owned(), Value::Null)];
    };
    let held = if (200..300).contains(&call.status) {
        success(operation, call)
    } else {
        refusal(contract, operation, call)
    };
    let (schema, mut found) = match held {
        Ok((schema, what)) => (schema, what.into_iter().collect()),
        Err(what) => (Value::Bool(true), vec![what]),
    };
    let mut differences: Vec<Difference> = found
        .drain(..)
        .map(|what| difference("", what, json!({ "status": call.status, "body": brief(&call.body) })))
        .collect();
    match compile(&schema) {
        Ok(validator) => {
            let wrong = validator.iter_errors(&call.body).filter(|error| {
                let keyword = error.schema_path().as_str().rsplit('/').next().unwrap_or_default().to_owned();
                let masked = error.instance().as_str().is_some_and(is_masked);
                !(masked && OF_LETTERS.contains(&keyword.as_str()))
            });
            for error in wrong {
                let (at, instance) = (error.instance_path().as_str(), error.instance());
                match error.kind() {
                    ValidationErrorKind::AdditionalProperties { unexpected } => {
                        differences.extend(unexpected.iter().map(|name| {
                            let value = instance.get(name).map(brief).unwrap_or_default();
                            difference(&format!("{at}/{}", escaped(name)), UNKNOWN_FIELD.to_owned(), value)
                        }));
                    }
                    _ => differences.push(difference(at, error.to_string(), brief(instance))),
                }
            }
        }
        Err(reason) => differences.push(difference(
            "",
            format!("the contract's schema does not compile: {reason}"),
            Value::Null,
        )),
    }
    differences
}

/// The schema to hold the body against, and what is wrong besides.
type Held = Result<(Value, Option<String>), String>;

fn success(operation: &Operation, call: &RecordedCall) -> Held {
    let status = operation.success.status;
    let what =
        (status != call.status).then(|| format!("answered {}, and the contract has {status}", call.status));
    Ok((operation.success.schema.clone(), what))
}

fn refusal(contract: &Contract, operation: &Operation, call: &RecordedCall) -> Held {
    let code = call.body.get("code").and_then(Value::as_str);
    let code = code.ok_or_else(|| format!("answered {} without a code", call.status))?;
    let entry =
        contract.errors().get(code).ok_or_else(|| format!("{code} is not in the catalogue of codes"))?;
    let what = if !entry.statuses.contains(&call.status) {
        Some(format!("{code} came with {}, and the catalogue has {:?}", call.status, entry.statuses))
    } else if !operation.errors.iter().any(|listed| listed == code) {
        Some(format!("{code} is none of the codes that the contract lists for the operation"))
    } else {
        None
    };
    Ok((resolve(contract.document(), &entry.schema(code)), what))
}
