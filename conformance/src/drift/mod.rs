//! Where contract and mock differ from what a real API was recorded to answer.

mod contract;
mod render;
mod shape;

use fixtures::Contract;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use crate::record::Recording;
use crate::rig::Rig;
use crate::suite::{Options, Suite, SuiteError};

pub use render::Table;
use shape::Shape;

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The contract forbids what the API answered.
    Contract,
    /// The mock never answers what the API did.
    Mock,
    /// The mock answers what the API did not, and the contract leaves open whether it does.
    Note,
}

impl Kind {
    /// All kinds, the worst first.
    pub const ALL: [Self; 3] = [Self::Contract, Self::Mock, Self::Note];

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Mock => "mock",
            Self::Note => "note",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What it means.
    pub kind: Kind,
    /// The tool that was called.
    pub tool: String,
    /// Where in the answer, as a JSON pointer; `*` stands for every item of a list.
    pub pointer: String,
    /// What differs, in one line.
    pub what: String,
    /// What was recorded, where it can be shown.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub recorded: Value,
}

/// All differences, and how much was compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// Recorded calls.
    pub calls: usize,
    /// Tools that were called.
    pub tools: usize,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl Drift {
    /// Whether contract or mock are wrong.
    #[must_use]
    pub fn found(&self) -> bool {
        self.differences.iter().any(|difference| difference.kind != Kind::Note)
    }

    /// The differences of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |difference| difference.kind == kind)
    }
}

/// Holds contract and mock against a recording.
///
/// # Errors
/// When contract or examples are malformed, or the mock does not start.
pub fn drift(recording: &Recording) -> Result<Drift, SuiteError> {
    let contract = Contract::load()?;
    let mut differences: Vec<Difference> =
        recording.calls.iter().flat_map(|call| contract::differences(&contract, call)).collect();
    let mut shapes: IndexMap<&str, Shape> = IndexMap::new();
    for call in recording.calls.iter().filter(|call| (200..300).contains(&call.status)) {
        shapes.entry(&call.tool).or_default().add(&call.body);
    }
    let mocked = mocked()?;
    for (tool, recorded) in &shapes {
        if let Some(Mocked { all, first }) = mocked.get(*tool) {
            differences.extend(shape::differences(tool, recorded, all, first));
        }
    }
    known_once(&mut differences);
    differences.sort_by(|a, b| (a.kind, &a.tool, &a.pointer).cmp(&(b.kind, &b.tool, &b.pointer)));
    differences.dedup();
    let mut tools: Vec<&str> = recording.calls.iter().map(|call| call.tool.as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    Ok(Drift { calls: recording.calls.len(), tools: tools.len(), differences })
}

/// What the contract does not know, the mock cannot know either: it is told once.
fn known_once(differences: &mut Vec<Difference>) {
    let of_contract: Vec<(String, String)> = differences
        .iter()
        .filter(|difference| difference.kind == Kind::Contract)
        .map(|difference| (difference.tool.clone(), shape::general(&difference.pointer)))
        .collect();
    differences.retain(|difference| {
        let told = |(tool, pointer): &(String, String)| {
            let below = difference.pointer.strip_prefix(pointer.as_str());
            let inside = |below: &str| below.is_empty() || (!pointer.is_empty() && below.starts_with('/'));
            *tool == difference.tool && below.is_some_and(inside)
        };
        difference.kind != Kind::Mock || !of_contract.iter().any(told)
    });
}

/// What the mock answers to the documented examples of a tool, and to the first, which is the one that is recorded.
#[derive(Debug, Default)]
struct Mocked {
    all: Shape,
    first: Shape,
}

fn mocked() -> Result<IndexMap<String, Mocked>, SuiteError> {
    let (rig, suite) = (Rig::start()?, Suite::new(Options::default())?);
    let mut tools = IndexMap::new();
    for subject in suite.subjects()? {
        let mocked: &mut Mocked = tools.entry(subject.tool.name.clone()).or_default();
        let answers = crate::checks::examples(&rig, &subject);
        answers.iter().for_each(|answer| mocked.all.add(&answer.body));
        answers.iter().take(1).for_each(|answer| mocked.first.add(&answer.body));
    }
    Ok(tools)
}
