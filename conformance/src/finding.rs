//! What a check found out.

use std::fmt;

use fixtures::Evidence;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::targets::Target;

/// The tool that checks of all tools at once are filed under.
pub(crate) const CATALOGUE: &str = "catalogue";

/// The kind of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The tool is described soundly, and as the contract and the recorded definition say.
    Definition,
    /// The documented examples are accepted and answered as documented.
    Example,
    /// Both sides answer alike.
    Agreement,
    /// What must be refused is refused, with the exact status, code and body; and what only looks like it is not.
    Refusal,
    /// What holds for all arguments, tried on generated ones.
    Property,
}

/// The stable name of a check: `messages_send/example/rest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId {
    /// The tool; `catalogue` for what concerns all of them.
    pub tool: String,
    /// What is checked.
    pub rule: String,
    /// The side that is checked.
    pub target: Target,
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.tool, self.rule, self.target)
    }
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something that is not as it must be, with the call that showed it. Boxed wherever it is, because most results have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is wrong, in one line.
    pub message: String,
    /// What was expected.
    pub expected: Value,
    /// What came instead.
    pub actual: Value,
    /// Key and arguments of the call, where one was made.
    pub call: Option<(Option<String>, Map<String, Value>)>,
}

impl Finding {
    /// A finding that speaks for itself.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self { message: message.into(), expected: Value::Null, actual: Value::Null, call: None })
    }

    /// The same with what was expected and what came instead.
    #[must_use]
    pub fn with(mut self: Box<Self>, expected: impl Into<Value>, actual: impl Into<Value>) -> Box<Self> {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// The same with the call that showed it.
    #[must_use]
    pub fn after(mut self: Box<Self>, key: Option<&str>, arguments: &Map<String, Value>) -> Box<Self> {
        self.call = Some((key.map(str::to_owned), arguments.clone()));
        self
    }
}

/// A finding with what it takes to see it again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// What is wrong, in one line.
    pub message: String,
    /// What was expected.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub expected: Value,
    /// What came instead.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub actual: Value,
    /// The arguments of the call; of a property the smallest that fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Map<String, Value>>,
    /// The calls that come before it, as `curl` lines, from a mock that was just reset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The call as a `curl` line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// The call as a JSON-RPC request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcp: Option<Value>,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "verdict")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed(Box<Failure>),
    /// It could not be looked at.
    NotVerified {
        /// Why.
        reason: String,
    },
}

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The check.
    pub id: CheckId,
    /// Its kind.
    pub family: Family,
    /// How well that which it holds the target to is attested.
    pub evidence: Evidence,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
}
