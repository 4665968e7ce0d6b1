//! How the targets describe themselves: the tools that the server lists, and the contract that the API publishes.

use std::sync::OnceLock;

use fixtures::{Contract, Operation};
use serde_json::Value;

use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::rig::Rig;
use crate::subject::Subject;
use crate::targets::CallError;

/// What the targets of a run say of themselves.
#[derive(Debug)]
pub(crate) struct Described {
    tools: Result<Vec<Value>, CallError>,
    /// Asked for by the first check that wants it.
    contract: OnceLock<Result<Contract, Box<Finding>>>,
}

impl Described {
    /// Asks a server for its tools; without one there are none.
    pub(crate) fn by(rig: Option<&Rig>) -> Self {
        let tools = rig.map_or_else(|| Ok(Vec::new()), |rig| rig.list_tools(TENANT_KEY));
        Self { tools, contract: OnceLock::new() }
    }

    /// A tool as the server lists it.
    pub(in crate::checks) fn tool(&self, name: &str) -> Result<&Value, Box<Finding>> {
        let tools = self.tools.as_ref().map_err(|error| Box::<Finding>::from(error.clone()))?;
        let tool = tools.iter().find(|tool| tool.get("name").is_some_and(|it| it == name));
        tool.ok_or_else(|| Finding::new("the server does not list the tool"))
    }

    /// The operation behind a tool as the API publishes it. That it publishes this contract is a check of its own.
    pub(super) fn operation(&self, rig: &Rig, subject: &Subject<'_>) -> Result<&Operation, Box<Finding>> {
        let contract = self.contract.get_or_init(|| published(rig, subject.contract));
        let contract = contract.as_ref().map_err(Clone::clone)?;
        contract
            .tool(&subject.tool.name)
            .ok_or_else(|| Finding::not_verified("the contract that the target publishes has no such tool"))
    }
}

fn published(rig: &Rig, contract: &Contract) -> Result<Contract, Box<Finding>> {
    let document = rig.openapi()?;
    contract.with_document(document).map_err(|error| {
        Finding::not_verified(format!(
            "the target publishes no contract of this form at /openapi.json: {error}"
        ))
    })
}
