//! Reading what is to be compared.

use std::fs::{self, File};
use std::io::{self, Read, stdin};
use std::path::Path;

use fixtures::Contract;
use serde_json::Value;
use server::Table;
use thiserror::Error;

/// Far more than any contract or list of tools.
const MAX_BYTES: u64 = 32 << 20;

/// Why there is nothing to compare.
#[derive(Debug, Error)]
pub enum InputError {
    /// The file cannot be read.
    #[error("failed to read {name}: {source}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{name} is not usable: {reason}")]
    Unusable {
        /// The file.
        name: String,
        /// What was found, and what was expected.
        reason: String,
    },
    /// A list of tools and a contract.
    #[error("OLD is {old} and NEW is {new}: give two of a kind")]
    Mixed {
        /// What the first is.
        old: &'static str,
        /// What the second is.
        new: &'static str,
    },
}

/// Something that can be compared with another of its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// Definitions of tools, as `tools/list` gives them; each has a name of its own.
    Tools(Vec<Value>),
    /// An OpenAPI 3.1 document.
    Contract(Value),
}

impl Document {
    /// Reads what a name stands for: `-` is standard input, `contract` and `tools` are those of this program, a directory holds a contract in pieces as
    /// `fixtures/contract` does, and everything else is a file in JSON or YAML. `./contract` is a file of that name.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else; the text says what was expected.
    pub fn read(name: &str) -> Result<Self, InputError> {
        let unreadable = |source| InputError::Unreadable { name: name.to_owned(), source };
        match name {
            "-" => Self::parse("standard input", &bounded(stdin().lock()).map_err(unreadable)?),
            "contract" => Self::contract(),
            "tools" => Self::tools(),
            path if Path::new(path).is_dir() => pieces(path),
            path => Self::parse(path, &File::open(path).and_then(bounded).map_err(unreadable)?),
        }
    }

    /// The contract of this program.
    ///
    /// # Errors
    /// Never in a release; its tests load it.
    pub fn contract() -> Result<Self, InputError> {
        let contract = Contract::load().map_err(|error| unusable("contract", error))?;
        Ok(Self::Contract(contract.document().clone()))
    }

    /// The tools as the server of this program lists them, with their output schemas.
    ///
    /// # Errors
    /// Never in a release; its tests make them.
    pub fn tools() -> Result<Self, InputError> {
        let contract = Contract::load().map_err(|error| unusable("tools", error))?;
        let table = Table::new(&contract, true).map_err(|error| unusable("tools", error))?;
        let tools = table.definitions().map(serde_json::to_value).collect::<Result<_, _>>();
        Ok(Self::Tools(tools.map_err(|error| unusable("tools", error))?))
    }

    /// Reads JSON or YAML: an array of tools, `{"tools": […]}`, the JSON-RPC response with either, or an OpenAPI document. `name` is for errors.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn parse(name: &str, text: &str) -> Result<Self, InputError> {
        let json = text.trim_start().starts_with(['{', '[']);
        let value: Result<Value, String> = if json {
            serde_json::from_str(text).map_err(|error| format!("no JSON, {error}"))
        } else {
            serde_saphyr::from_str(text).map_err(|error| format!("no YAML, {error}"))
        };
        value.and_then(recognise).map_err(|reason| unusable(name, reason))
    }

    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Tools(_) => "a list of tools",
            Self::Contract(_) => "a contract",
        }
    }
}

fn unusable(name: &str, reason: impl ToString) -> InputError {
    InputError::Unusable { name: name.to_owned(), reason: reason.to_string() }
}

fn bounded(input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    input.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it has more than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(text)
}

/// A contract in pieces: `openapi.yaml`, `errors.yaml`, and a file per area.
fn pieces(directory: &str) -> Result<Document, InputError> {
    let read = |path: &Path| {
        let name = path.display().to_string();
        File::open(path).and_then(bounded).map_err(|source| InputError::Unreadable { name, source })
    };
    let folder = Path::new(directory);
    let (root, errors) = (read(&folder.join("openapi.yaml"))?, read(&folder.join("errors.yaml"))?);
    let unreadable = |source| InputError::Unreadable { name: directory.to_owned(), source };
    let mut texts: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let yaml = path.extension().is_some_and(|extension| extension == "yaml");
        if yaml && !matches!(name.as_str(), "openapi" | "errors") {
            texts.push((name, read(&path)?));
        }
    }
    texts.sort();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let contract =
        Contract::from_texts(&root, &texts, &errors).map_err(|error| unusable(directory, error))?;
    Ok(Document::Contract(contract.document().clone()))
}

fn recognise(mut value: Value) -> Result<Document, String> {
    if let Some(version) = value.get("openapi").or_else(|| value.get("swagger")) {
        return match version.as_str() {
            Some(text) if text == "3.1" || text.starts_with("3.1.") => contract(value),
            _ => Err(format!("its version of OpenAPI is {version}, expected 3.1")),
        };
    }
    if let Some(error) = value.get("error") {
        return Err(format!("the server answered an error, {error}; expected the result of tools/list"));
    }
    let at =
        ["/result/tools", "/tools", ""].into_iter().find(|at| value.pointer(at).is_some_and(Value::is_array));
    let Some(at) = at else {
        return Err(
            "expected a list of tools (an array, {\"tools\": […]} or a response to tools/list) or an \
             OpenAPI 3.1 document"
                .to_owned(),
        );
    };
    if ["/result/nextCursor", "/nextCursor"].iter().any(|at| value.pointer(at).is_some_and(Value::is_string))
    {
        return Err("it is one page of several (nextCursor), expected the whole list".to_owned());
    }
    tools(value.pointer_mut(at).map(Value::take).unwrap_or_default())
}

fn contract(document: Value) -> Result<Document, String> {
    if document.get("paths").is_none_or(Value::is_object) {
        return Ok(Document::Contract(document));
    }
    Err("its paths are no object".to_owned())
}

fn tools(list: Value) -> Result<Document, String> {
    let Value::Array(tools) = list else { return Err("expected an array of tools".to_owned()) };
    let mut names: Vec<&str> = Vec::new();
    for (index, tool) in tools.iter().enumerate() {
        let name = tool.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| format!("item {index} has no name, expected a tool"))?;
        if !tool.get("inputSchema").is_some_and(Value::is_object) {
            return Err(format!("{name} has no inputSchema, expected a JSON Schema"));
        }
        names.push(name);
    }
    names.sort_unstable();
    if let Some([name, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(format!("two tools are called {name}"));
    }
    Ok(Document::Tools(tools))
}
