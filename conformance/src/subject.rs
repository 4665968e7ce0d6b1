//! One tool, with everything that its checks hold it to.

use fixtures::Contract;
use fixtures::contract::{Operation, Tool, resolve};
use fixtures::examples::Example;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::targets::Target;

/// Places that are named at most where a value does not hold.
const PLACES: usize = 5;
/// Longest value that is shown whole, in bytes of JSON.
const MAX_WHOLE: usize = 600;

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
/// The places where it does not, and what is there.
pub(crate) fn holds(validator: &Validator, value: &Value, what: &str) -> Result<(), Box<Finding>> {
    if validator.is_valid(value) {
        return Ok(());
    }
    let (mut places, mut found) = (Vec::new(), Map::new());
    for error in validator.iter_errors(value).take(PLACES) {
        let at = error.instance_path().as_str();
        places.push(if at.is_empty() { error.to_string() } else { format!("{at}: {error}") });
        found.insert(at.to_owned(), brief(error.instance()));
    }
    let message = format!("{what} does not hold against its schema: {}", places.join("; "));
    Err(Finding::new(message).with(Value::Null, found))
}

/// A value that people can take in: of a large one only its own members, and of those that are large only their size.
pub(crate) fn brief(value: &Value) -> Value {
    if value.to_string().len() <= MAX_WHOLE {
        return value.clone();
    }
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), sized(value))).collect::<Map<_, _>>().into()
        }
        other => sized(other),
    }
}

fn sized(value: &Value) -> Value {
    match value {
        Value::Object(members) if !members.is_empty() => {
            format!("(object of {} members)", members.len()).into()
        }
        Value::Array(items) if !items.is_empty() => format!("(array of {} items)", items.len()).into(),
        Value::String(text) if text.len() > MAX_WHOLE => format!("(text of {} bytes)", text.len()).into(),
        other => other.clone(),
    }
}
