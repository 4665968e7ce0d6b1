//! One tool, with everything that its checks hold it to.

use fixtures::Contract;
use fixtures::contract::{Operation, Tool, resolve};
use fixtures::examples::Example;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::targets::Target;

/// Places that are named at most where a value does not hold.
const PLACES: usize = 5;
/// Signs of a reason; a longer one repeats the value.
const LONGEST: usize = 300;
/// Longest value deep inside another that is shown whole, as JSON in bytes.
const SHORT: usize = 120;
/// Items of a list that are shown.
const SHOWN: usize = 20;

/// One tool, with everything that its checks hold it to.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The contract that it comes from.
    pub contract: &'a Contract,
    /// The MCP side.
    pub tool: &'a Tool,
    /// The API's side.
    pub operation: &'a Operation,
    /// Its documented examples; the first is the one that is recorded.
    pub examples: &'a [Example],
    /// The schema of its arguments, rules across them included.
    pub schema: Value,
    /// The same, compiled.
    pub arguments: Validator,
    /// The schema of its answer, compiled.
    pub answer: Validator,
}

impl<'a> Subject<'a> {
    /// Compiles a tool's schemas.
    ///
    /// # Errors
    /// What is wrong with a schema that does not compile.
    pub fn new(
        contract: &'a Contract,
        tool: &'a Tool,
        operation: &'a Operation,
        examples: &'a [Example],
    ) -> Result<Self, String> {
        let schema = operation.arguments_schema();
        let arguments = compile(&schema)?;
        let answer = compile(&operation.success.schema)?;
        Ok(Self { contract, tool, operation, examples, schema, arguments, answer })
    }

    /// Whether a body is what the catalogue says of `code`, and the operation lists the code at all.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn refusal(
        &self,
        target: Target,
        code: &str,
        status: Option<u16>,
        body: &Value,
    ) -> Result<(), Box<Finding>> {
        refusal(self.contract, Some(self.operation), target, code, status, body)
    }
}

/// Whether a body is what the catalogue says of `code`, and the operation, where there is one, lists the code at all.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn refusal(
    contract: &Contract,
    operation: Option<&Operation>,
    target: Target,
    code: &str,
    status: Option<u16>,
    body: &Value,
) -> Result<(), Box<Finding>> {
    // The server refuses unknown arguments by itself, of operations too that have none.
    let own = target == Target::Mcp && code == "VALIDATION_ERROR";
    if let Some(operation) = operation.filter(|it| !own && !it.errors.iter().any(|listed| listed == code)) {
        return Err(Finding::new("the code is none of those that the contract lists for the operation")
            .with(operation.errors.clone(), code));
    }
    let Some(entry) = contract.errors().get(code) else {
        return Err(Finding::new(format!("{code} is not in the catalogue")));
    };
    if status.is_none_or(|status| !entry.statuses.contains(&status)) {
        return Err(Finding::new("the catalogue has the code with another status")
            .with(entry.statuses.clone(), status));
    }
    let schema = resolve(contract.document(), &entry.schema(code));
    let validator = compile(&schema).map_err(Finding::new)?;
    holds(&validator, body, &format!("the body of {code}"))
}

/// Compiles a schema of revision 2020-12.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options().with_draft(Draft::Draft202012).build(schema).map_err(|error| error.to_string())
}

/// Whether a value holds against a schema; `what` names the value.
///
/// # Errors
/// The places where it does not, as JSON pointers, with what stands there and no deeper.
pub(crate) fn holds(validator: &Validator, value: &Value, what: &str) -> Result<(), Box<Finding>> {
    if validator.is_valid(value) {
        return Ok(());
    }
    let (mut places, mut found) = (Vec::new(), Map::new());
    for error in validator.iter_errors(value).take(PLACES) {
        let (path, reason) = (error.instance_path().as_str().to_owned(), reason(&error));
        places.push(if path.is_empty() { reason } else { format!("{path}: {reason}") });
        found.insert(path, shallow(error.instance()));
    }
    let message = format!("{what} does not hold against its schema: {}", places.join("; "));
    Err(Finding::new(message).with(Value::Null, found))
}

/// Why a value does not hold. One that is long is not repeated: it is shown by itself.
pub(crate) fn reason(error: &ValidationError<'_>) -> String {
    let reason = error.to_string();
    if reason.chars().count() <= LONGEST {
        return reason;
    }
    error.to_owned().masked().to_string().chars().take(LONGEST).collect()
}

/// A value without what is deep inside.
pub(crate) fn shallow(value: &Value) -> Value {
    let outline = |value: &Value| match value {
        short if short.to_string().len() <= SHORT => short.clone(),
        Value::Array(items) => format!("[… {} items]", items.len()).into(),
        Value::Object(map) => format!("{{… {} members}}", map.len()).into(),
        other => other.clone(),
    };
    match value {
        Value::Array(items) if items.len() > SHOWN => outline(value),
        Value::Array(items) => items.iter().map(outline).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), outline(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_hold_is_shown_where_it_is() {
        let day = json!({ "type": "object", "properties": { "sent": { "type": "integer" } } });
        let schema = json!({ "required": ["status"], "properties": { "days": { "items": day } } });
        let validator = compile(&schema).unwrap();
        let mut body = json!({ "days": vec![json!({ "sent": 1 }); 30] });
        body["days"][7]["sent"] = "many".into();
        let finding = holds(&validator, &body, "the answer").unwrap_err();
        assert!(finding.message.contains("/days/7/sent: \"many\" is not of type"), "{}", finding.message);
        assert!(finding.message.contains("\"status\" is a required property"), "{}", finding.message);
        assert!(finding.expected.is_null());
        assert_eq!(finding.actual, json!({ "": { "days": "[… 30 items]" }, "/days/7/sent": "many" }));
    }

    #[test]
    fn a_reason_repeats_no_long_value() {
        let validator = compile(&json!({ "items": { "type": "string" } })).unwrap();
        let long = json!([{ "text": "a".repeat(1000) }, "b"]);
        let finding = holds(&validator, &long, "it").unwrap_err();
        assert!(finding.message.len() < 200 && finding.message.contains("/0: "), "{}", finding.message);
        assert!(holds(&validator, &json!(["b"]), "it").is_ok());
    }
}
