//! A scenario: which tools are called, in which shares, with which arguments, by whom. `README.md` describes the format of the file.

mod bundled;
mod check;
mod credential;
mod template;
mod think;

use std::fs;
use std::path::Path;

use fixtures::Contract;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use bundled::{BUNDLED, Bundled};
pub use credential::{Credential, CredentialHeader, CredentialSource};
pub use template::{Arguments, Filler, Node, Piece, Unfilled, Variable};
pub use think::Think;

/// The format's version; another one is refused.
pub const VERSION: u32 = 1;

/// Why a scenario cannot be used.
#[derive(Debug, Error)]
#[error("{file}: {reason}")]
pub struct ScenarioError {
    /// The file, or the name of a bundled scenario.
    pub file: String,
    /// What is wrong, and where.
    pub reason: String,
}

/// How calls reach the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// The API itself.
    #[default]
    Rest,
    /// The MCP server, over HTTP.
    Mcp,
    /// The MCP server, as a program that speaks over standard input and output.
    Stdio,
}

impl Transport {
    /// The name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Mcp => "mcp",
            Self::Stdio => "stdio",
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// [`VERSION`].
    pub version: u32,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How calls are made unless the command line says otherwise.
    #[serde(default)]
    pub transport: Transport,
    /// Callers by name. The first one makes every call that names none.
    #[serde(default)]
    pub credentials: IndexMap<String, CredentialSource>,
    /// Calls that are made once, in order, before anything is measured.
    #[serde(default)]
    pub setup: Vec<Call>,
    /// What an arrival may be.
    pub mix: Vec<Flow>,
}

/// One kind of arrival: a caller who makes some calls in order, and leaves at the first that fails.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Flow {
    /// For people.
    #[serde(default)]
    pub name: Option<String>,
    /// How many arrivals are of this kind, relative to the shares of the others.
    pub share: f64,
    /// The pause between two calls.
    #[serde(default)]
    pub think: Think,
    /// The calls.
    pub calls: Vec<Call>,
}

/// A call of a tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    /// The tool's name, whatever the transport.
    pub tool: String,
    /// Who calls: a name from [`Scenario::credentials`].
    #[serde(default)]
    pub credential: Option<String>,
    /// The flat arguments.
    #[serde(default)]
    pub arguments: Arguments,
    /// The code of the refusal that is wanted; without it the call is wanted to succeed.
    #[serde(default)]
    pub expect: Option<String>,
    /// The name under which later calls refer to the answer; where there are several answers of that name, each call that refers to it takes one at random.
    #[serde(default, rename = "as")]
    pub name: Option<String>,
    /// How often the call is made.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Scenario {
    /// Reads and checks a scenario; `file` is named in errors.
    ///
    /// # Errors
    /// [`ScenarioError`] for what is no scenario, or calls what is not there.
    pub fn parse(file: &str, text: &str, contract: &Contract) -> Result<Self, ScenarioError> {
        let refuse = |reason: String| ScenarioError { file: file.to_owned(), reason };
        let scenario: Self = serde_saphyr::from_str(text).map_err(|error| refuse(error.to_string()))?;
        check::check(&scenario, contract).map_err(refuse)?;
        Ok(scenario)
    }
}

/// A scenario together with where it comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path of the file, or the name of a bundled scenario.
    pub name: String,
    /// What the file says.
    pub text: String,
    /// The same, read.
    pub scenario: Scenario,
}

impl Source {
    /// The bundled scenario of that name, or else the file at that path.
    ///
    /// # Errors
    /// [`ScenarioError`] when there is neither, or it cannot be used.
    pub fn load(name: &str, contract: &Contract) -> Result<Self, ScenarioError> {
        let text = match Bundled::find(name) {
            Some(bundled) => bundled.text.to_owned(),
            None => read(name)?,
        };
        let scenario = Scenario::parse(name, &text, contract)?;
        Ok(Self { name: name.to_owned(), text, scenario })
    }

    /// SHA-256 of the text, in lower-case hex: two results are of the same scenario when this is the same.
    #[must_use]
    pub fn digest(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn read(name: &str) -> Result<String, ScenarioError> {
    let path = Path::new(name);
    fs::read_to_string(path).map_err(|error| {
        // Who forgets the ending or mistypes a name looks for a bundled one.
        let names: Vec<&str> = BUNDLED.iter().map(|bundled| bundled.name).collect();
        let others = if path.components().count() > 1 {
            String::new()
        } else {
            format!("; bundled are {}", names.join(", "))
        };
        ScenarioError { file: name.to_owned(), reason: format!("{error}{others}") }
    })
}
