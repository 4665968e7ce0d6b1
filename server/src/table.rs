//! The tools, made from the contract.

use std::collections::HashMap;
use std::sync::Arc;

use fixtures::Contract;
use fixtures::contract::{Operation, Tool as Described};
use jsonschema::{Draft, Validator};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::Value;
use thiserror::Error;

use crate::schema;

/// One tool.
#[derive(Debug)]
pub struct Entry {
    /// The definition that clients see.
    pub definition: Tool,
    /// The operation behind it.
    pub operation: Operation,
    /// The full schema of the arguments, rules included.
    pub arguments: Value,
    /// `arguments`, compiled.
    pub validator: Validator,
}

/// All tools, in the order of the contract.
#[derive(Debug)]
pub struct Table {
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
}

/// A tool whose schema cannot be compiled.
#[derive(Debug, Error)]
#[error("the arguments of {tool} have no usable schema: {reason}")]
pub struct TableError {
    /// The tool.
    pub tool: String,
    /// What the compiler said.
    pub reason: String,
}

impl Table {
    /// Makes the table from a contract; definitions carry an `outputSchema` if asked.
    ///
    /// # Errors
    /// [`TableError`] for a schema that cannot be compiled; the tests of this crate make the table of the embedded contract.
    pub fn new(contract: &Contract, output_schemas: bool) -> Result<Self, TableError> {
        let entries = contract
            .tools()
            .map(|(tool, operation)| entry(tool, operation, output_schemas))
            .collect::<Result<Vec<_>, _>>()?;
        let names = entries.iter().enumerate();
        let by_name = names.map(|(index, entry)| (entry.definition.name.to_string(), index)).collect();
        Ok(Self { entries, by_name })
    }

    /// The tool of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.by_name.get(name)?)
    }

    /// The tools, in a stable order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The definitions, in the same order.
    pub fn definitions(&self) -> impl Iterator<Item = &Tool> {
        self.entries().map(|entry| &entry.definition)
    }

    /// The names, in the same order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions().map(|tool| tool.name.as_ref())
    }
}

impl Entry {
    /// Whether the tool changes nothing, by its annotations.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.definition.annotations.as_ref().is_some_and(|hints| hints.read_only_hint == Some(true))
    }
}

fn entry(tool: &Described, operation: &Operation, output_schemas: bool) -> Result<Entry, TableError> {
    let arguments = operation.arguments_schema();
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&arguments)
        .map_err(|error| TableError { tool: tool.name.clone(), reason: error.to_string() })?;
    let definition = definition(tool, operation, &arguments, output_schemas);
    Ok(Entry { definition, operation: operation.clone(), arguments, validator })
}

fn definition(tool: &Described, operation: &Operation, arguments: &Value, output_schemas: bool) -> Tool {
    let hints = tool.annotations;
    let annotations = ToolAnnotations::with_title(&tool.title)
        .read_only(hints.read_only_hint)
        .destructive(hints.destructive_hint)
        .idempotent(hints.idempotent_hint)
        .open_world(hints.open_world_hint);
    let definition =
        Tool::new(tool.name.clone(), tool.description.trim().to_owned(), schema::input(arguments))
            .with_title(&tool.title)
            .with_annotations(annotations);
    if output_schemas {
        definition.with_raw_output_schema(Arc::new(schema::output(&operation.success.schema)))
    } else {
        definition
    }
}
