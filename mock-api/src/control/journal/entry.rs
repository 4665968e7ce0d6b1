//! One request of the journal: as it is kept, and as it is shown.

use std::sync::Mutex;

use axum::body::Bytes;
use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::nearest::{allowed_methods, nearest, nearest_operations};
use super::redact::{redact, redact_value};
use crate::call::Route;
use crate::error::{ApiError, Code};
use crate::state::State;
use crate::time::Time;

/// How much of a body is kept.
const MAX_BODY: usize = 16 * 1024;

/// A request as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) sequence: u64,
    pub(crate) at: Time,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) route: Option<&'static Route>,
    pub(crate) tenant: Option<String>,
    /// The number in context, or the one that was asked for in vain.
    pub(crate) number: Option<String>,
    pub(crate) key: Option<String>,
    /// None when the connection was reset.
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) body_length: usize,
    pub(crate) ignored: Vec<String>,
    pub(crate) refused: Option<Refused>,
    /// The faults that were applied.
    pub(crate) faults: Vec<String>,
    pub(crate) delay_ms: u64,
}

/// Why a request was refused, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    rule: Rule,
    error: String,
    details: Option<Value>,
}

impl Refused {
    pub(crate) fn new(error: &ApiError, is_known_route: bool) -> Self {
        Self {
            rule: Rule::of(error.code(), is_known_route),
            error: error.text().to_owned(),
            details: error.extras().get("details").cloned(),
        }
    }

    pub(crate) fn by_fault(error: &str) -> Self {
        Self { rule: Rule::Fault, error: error.to_owned(), details: None }
    }
}

/// The rule that refused a request, in the order in which they are applied (U-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// No such route.
    Route,
    /// The route is there, with other methods.
    Method,
    /// A fault of the control API.
    Fault,
    /// The key is missing or wrong.
    Key,
    /// The key is a number's where the account's is needed, or the other way round.
    Scope,
    /// The number in context is unknown or not the tenant's.
    Number,
    /// The number's provider does not have the operation.
    Provider,
    /// The path, query or body is not valid.
    Body,
    /// It is valid, but not in the state that things are in.
    State,
}

impl Rule {
    fn of(code: Option<Code>, is_known_route: bool) -> Self {
        match code {
            Some(Code::NotFound | Code::NotImplemented) if !is_known_route => Self::Route,
            Some(Code::MethodNotAllowed) => Self::Method,
            Some(Code::Unauthorized) => Self::Key,
            Some(Code::TenantScopeNotAllowed | Code::NumberScopeNotAllowed) => Self::Scope,
            Some(Code::NumberNotFound | Code::NumberNotLinked | Code::NumberNotInGrant) => Self::Number,
            Some(Code::NotSupportedForMeta | Code::FeatureNotSupported | Code::MetaGroupsNotEligible) => {
                Self::Provider
            }
            Some(
                Code::ValidationError
                | Code::UnknownFields
                | Code::InvalidDateRange
                | Code::IdempotencyKeyInvalid
                | Code::MissingTemplateVariables
                | Code::InvalidTemplateVariableValue
                | Code::TemplateExamplesRequired
                | Code::EmptyPatch
                | Code::NumberRequired
                | Code::NumberMismatch
                | Code::PayloadTooLarge,
            ) => Self::Body,
            _ => Self::State,
        }
    }
}

/// A request as the journal shows it. Secrets are covered: keys appear as their ids, and what looks like one in path or body is cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedRequest {
    /// Counts up from 1, and does not start again before the mock does.
    pub sequence: u64,
    /// When it came, on the mock's clock.
    pub at: Time,
    /// Method.
    pub method: String,
    /// Path, `/v1` or `/api/v1` included.
    pub path: String,
    /// Query, without `?`.
    pub query: Option<String>,
    /// The operation that it reached, such as `GET /v1/messages/{id}`.
    pub operation: Option<String>,
    /// The tenant of its key.
    pub tenant_id: Option<String>,
    /// The number in context, or the one that was asked for in vain.
    pub number_id: Option<String>,
    /// The id of its key.
    pub key_id: Option<String>,
    /// The status that was answered; none when the connection was reset.
    pub status: Option<u16>,
    /// The code that was answered.
    pub code: Option<String>,
    /// The body: JSON where it is that, otherwise text; at most its first 16 KiB.
    pub body: Option<Value>,
    /// Whether the body was longer than what is kept.
    pub body_truncated: bool,
    /// Fields of the body that the operation does not know and did not look at (U-17).
    pub ignored_fields: Vec<String>,
    /// Why it was refused, if it was.
    pub refused: Option<Refusal>,
    /// The faults that were applied to it.
    pub faults: Vec<String>,
    /// How long they made it wait together, in milliseconds of real time.
    pub delay_ms: u64,
}

/// Why a request was refused, and what would be near.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// The text that was answered.
    pub error: String,
    /// What is wrong with the input, for the rule `body`.
    pub details: Option<Value>,
    /// Operations like the path, for `route`; the methods that the path has, for `method`; the tenant's numbers, for `number`.
    pub nearest: Vec<String>,
}

impl Entry {
    /// The part of a body that is kept, without holding on to the rest of its buffer.
    pub(crate) fn kept_body(body: &[u8]) -> Bytes {
        Bytes::copy_from_slice(body.get(..MAX_BODY).unwrap_or(body))
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(super) fn operation(&self) -> Option<String> {
        self.route.map(|route| route.name())
    }

    pub(super) fn view(&self, state: &Mutex<State>) -> RecordedRequest {
        let text = || Value::from(redact(&String::from_utf8_lossy(&self.body)));
        let body = self.json().map_or_else(text, redact_value);
        RecordedRequest {
            sequence: self.sequence,
            at: self.at,
            method: self.method.to_string(),
            path: redact(&self.path),
            query: self.query.as_deref().map(redact),
            operation: self.operation(),
            tenant_id: self.tenant.clone(),
            number_id: self.number.clone(),
            key_id: self.key.clone(),
            status: self.status,
            code: self.code.clone(),
            body: (self.body_length > 0).then_some(body),
            body_truncated: self.body_length > self.body.len(),
            ignored_fields: self.ignored.clone(),
            refused: self.refused.as_ref().map(|refused| self.refusal(refused, state)),
            faults: self.faults.clone(),
            delay_ms: self.delay_ms,
        }
    }

    fn refusal(&self, refused: &Refused, state: &Mutex<State>) -> Refusal {
        let near = match refused.rule {
            Rule::Route => nearest_operations(&self.method, &self.path),
            Rule::Method => allowed_methods(&self.path),
            Rule::Number => self.nearest_numbers(&crate::lock(state)),
            _ => Vec::new(),
        };
        Refusal {
            rule: refused.rule,
            error: redact(&refused.error),
            details: refused.details.clone(),
            nearest: near,
        }
    }

    fn nearest_numbers(&self, state: &State) -> Vec<String> {
        let (Some(tenant), Some(asked)) = (&self.tenant, &self.number) else { return Vec::new() };
        nearest(asked, state.numbers.of_tenant(tenant).map(|number| number.id.clone()))
    }
}
