//! Two tools in place of all others: one finds tools, one calls them.
//!
//! All definitions together take a good part of a small model's context. These two take little, and a search brings the few definitions that a task needs.

mod search;

use jsonschema::{Draft, Validator};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::selection::View;
use crate::table::{Entry, Table, TableError};
use crate::validate::{self, Problem};
use fixtures::Area;
use search::Index;

/// Finds tools.
pub(crate) const SEARCH: &str = "tools_search";
/// Calls one of them.
pub(crate) const CALL: &str = "tools_call";

/// Most tools that one search answers with, and how many it does unless told otherwise.
const MOST: usize = 20;
const DEFAULT: usize = 5;

/// The two tools.
#[derive(Debug)]
pub(crate) struct MetaTools {
    search: MetaTool,
    call: MetaTool,
    index: Index,
}

#[derive(Debug)]
struct MetaTool {
    definition: Tool,
    arguments: Value,
    validator: Validator,
}

impl MetaTools {
    /// Both, over the tools of `table`, ready to check their arguments.
    ///
    /// # Errors
    /// [`TableError`] for a schema that cannot be compiled; the tests exclude it.
    pub(crate) fn new(table: &Table) -> Result<Self, TableError> {
        let search = "Finds the tools for a task, best first, each with the description and input schema that it is called with. Search before the first call of a tool.";
        let call = "Calls a tool by the name that tools_search gave, with arguments that fit its input schema. It does what that tool does: heed its description and annotations.";
        Ok(Self {
            search: MetaTool::new(SEARCH, "Search tools", search, search_arguments())?,
            call: MetaTool::new(CALL, "Call a tool", call, call_arguments())?,
            index: Index::new(table),
        })
    }

    /// Their definitions, for a caller who sees these tools: calling is as harmless as the most harmful of them.
    pub(crate) fn definitions(&self, view: &View<'_>) -> Vec<Tool> {
        let hint = |entry: &Entry, pick: fn(&ToolAnnotations) -> Option<bool>| {
            entry.definition.annotations.as_ref().and_then(pick)
        };
        let all = |pick| view.entries().all(|entry| hint(entry, pick) == Some(true));
        let any = |pick| view.entries().any(|entry| hint(entry, pick) != Some(false));
        let annotations = ToolAnnotations::with_title("Call a tool")
            .read_only(all(|hints| hints.read_only_hint))
            .destructive(any(|hints| hints.destructive_hint))
            .idempotent(all(|hints| hints.idempotent_hint))
            .open_world(any(|hints| hints.open_world_hint));
        vec![self.search.definition.clone(), self.call.definition.clone().with_annotations(annotations)]
    }

    /// The answer to a search.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub(crate) fn search(
        &self,
        arguments: Map<String, Value>,
        view: &View<'_>,
    ) -> Result<Value, Vec<Problem>> {
        let arguments = self.search.check(arguments)?;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let area = text("area").and_then(Area::from_name);
        let limit =
            arguments.get("limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
        let entries: Vec<&Entry> =
            view.entries().filter(|entry| area.is_none_or(|area| entry.operation.area == area)).collect();
        let mut found = self.index.rank(text("query").unwrap_or_default(), &entries);
        if area.is_some() {
            // An area is small enough to be looked through: its other tools come after those that fit.
            let others = entries.iter().filter(|entry| !found.iter().any(|fit| std::ptr::eq(*fit, **entry)));
            found.extend(others.copied().collect::<Vec<_>>());
        }
        let shown: Vec<Value> =
            found.iter().take(limit.unwrap_or(DEFAULT)).map(|entry| describe(entry)).collect();
        Ok(match found.len() {
            0 => {
                json!({ "tools": [], "found": 0, "hint": "use other English words, or look through an area" })
            }
            found => json!({ "tools": shown, "found": found }),
        })
    }

    /// Which tool to call, and with what.
    ///
    /// # Errors
    /// What is wrong with the arguments, or with the name.
    pub(crate) fn target<'a>(
        &self,
        arguments: Map<String, Value>,
        view: &View<'a>,
    ) -> Result<(&'a Entry, Map<String, Value>), Vec<Problem>> {
        let mut arguments = self.call.check(arguments)?;
        let name = arguments.get("name").and_then(Value::as_str).unwrap_or_default();
        let entry = view.find(name).map_err(|reason| {
            vec![Problem::with_argument("name", format!("{reason}; {SEARCH} finds the tools there are"))]
        })?;
        match arguments.remove("arguments") {
            Some(Value::Object(inner)) => Ok((entry, inner)),
            _ => Ok((entry, Map::new())),
        }
    }
}

impl MetaTool {
    fn new(
        name: &'static str,
        title: &str,
        description: &'static str,
        arguments: Value,
    ) -> Result<Self, TableError> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .build(&arguments)
            .map_err(|error| TableError { tool: name.to_owned(), reason: error.to_string() })?;
        let harmless = ToolAnnotations::with_title(title)
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(false);
        let schema = arguments.as_object().cloned().unwrap_or_default();
        let definition = Tool::new(name, description, schema).with_title(title).with_annotations(harmless);
        Ok(Self { definition, arguments, validator })
    }

    fn check(&self, arguments: Map<String, Value>) -> Result<Map<String, Value>, Vec<Problem>> {
        let arguments = Value::Object(arguments);
        let problems = validate::problems(&self.validator, &self.arguments, &arguments);
        match arguments {
            Value::Object(arguments) if problems.is_empty() => Ok(arguments),
            _ => Err(problems),
        }
    }
}

fn search_arguments() -> Value {
    json!({
        "type": "object", "required": ["query"], "additionalProperties": false,
        "properties": {
            "query": { "type": "string", "minLength": 1, "maxLength": 200, "description": "What is to be done, in English words, such as \"send a message\" or \"list webhooks\"." },
            "area": { "type": "string", "enum": Area::ALL.map(Area::name), "description": "Only tools of this area; all of them, those that fit the query first." },
            "limit": { "type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT, "description": "Most tools to answer with." },
        },
    })
}

fn call_arguments() -> Value {
    json!({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {
            "name": { "type": "string", "description": "Exact name of the tool." },
            "arguments": { "type": "object", "description": "Its arguments, as its input schema says; left out, none." },
        },
    })
}

/// A definition as a search tells it: what is needed for a call.
fn describe(entry: &Entry) -> Value {
    let tool = &entry.definition;
    json!({
        "name": tool.name,
        "description": tool.description,
        "area": entry.operation.area.name(),
        "annotations": tool.annotations,
        "inputSchema": tool.input_schema,
    })
}
