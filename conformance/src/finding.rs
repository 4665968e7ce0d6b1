//! What a check found out.

use std::fmt;
use std::time::Duration;

use fixtures::{Area, Evidence};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::family::{Family, Level};
use crate::targets::{CallError, Target};

/// The stable name of a check: `messages_send/example/rest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId {
    /// What is checked: a tool, or whatever a family looks at besides, such as `catalogue`.
    pub subject: String,
    /// The rule that it is held to.
    pub rule: String,
    /// The side that is checked.
    pub target: Target,
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.subject, self.rule, self.target)
    }
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something that a check did, for a reader who wants to see it again.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A call of a tool, on the side that is checked.
    Call {
        /// The tool.
        tool: String,
        /// The raw API key; none was sent where there is none.
        key: Option<String>,
        /// The arguments.
        arguments: Map<String, Value>,
    },
    /// A request to the mock's control API.
    Control {
        /// The HTTP method, in capitals.
        method: &'static str,
        /// The path behind `/_mock`.
        path: String,
        /// The JSON body; null where there is none.
        body: Value,
    },
    /// A command line.
    Command(String),
}

/// Something that is not as it must be, with what showed it. Boxed wherever it is, because most results have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is wrong, in one line.
    pub message: String,
    /// What was expected.
    pub expected: Value,
    /// What came instead.
    pub actual: Value,
    /// What came before the call that showed it, from a mock that was just reset.
    pub before: Vec<Step>,
    /// What showed it, where anything was done.
    pub step: Option<Step>,
    /// Whether it only says that the check could not be made.
    pub not_verified: bool,
}

impl Finding {
    /// A finding that speaks for itself.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            expected: Value::Null,
            actual: Value::Null,
            before: Vec::new(),
            step: None,
            not_verified: false,
        })
    }

    /// That a check could not be made, and why.
    #[must_use]
    pub fn not_verified(reason: impl Into<String>) -> Box<Self> {
        Box::new(Self { not_verified: true, ..*Self::new(reason) })
    }

    /// The same with what was expected and what came instead.
    #[must_use]
    pub fn with(mut self: Box<Self>, expected: impl Into<Value>, actual: impl Into<Value>) -> Box<Self> {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// The same with what showed it.
    #[must_use]
    pub fn shown_by(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.step = Some(step);
        self
    }

    /// The same with what came before, from a mock that was just reset.
    #[must_use]
    pub fn preceded_by(mut self: Box<Self>, before: Vec<Step>) -> Box<Self> {
        self.before = before;
        self
    }
}

/// A finding with what it takes to see it again.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
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
    /// What comes before it, as command lines; the first one resets the mock, where there is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The call as a `curl` line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// The call as a JSON-RPC request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcp: Option<Value>,
    /// That request as a `curl` line, where the server is reached over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcp_curl: Option<String>,
}

impl Failure {
    /// The call over MCP, in the form in which it is repeated best.
    pub(crate) fn over_mcp(&self) -> Option<String> {
        self.mcp_curl.clone().or_else(|| self.mcp.as_ref().map(Value::to_string))
    }
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
    /// What it is about.
    pub family: Family,
    /// The area of the API that it is about; none where it is about all of them.
    #[serde(serialize_with = "area", skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// How binding it is.
    pub level: Level,
    /// How well that which it holds the target to is attested.
    pub evidence: Evidence,
    /// The facts of the ledger that it holds the target to.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub facts: &'static [&'static str],
    /// How long it took, with what it took to get ready.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why it is known to fail, where a baseline says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    took.as_millis().serialize(serializer)
}

#[expect(clippy::ref_option, reason = "the form that serde calls it in")]
fn area<S: Serializer>(area: &Option<Area>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(area.map_or("", Area::name))
}

/// A target that gives no answer is wrong; one that cannot be asked is not verified.
impl From<CallError> for Box<Finding> {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unsupported(reason) => Finding::not_verified(reason),
            error => Finding::new(error.to_string()),
        }
    }
}
