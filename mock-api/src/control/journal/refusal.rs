//! Why a request was refused: as it is kept, and as it is shown.

use std::sync::Mutex;

use serde::Serialize;
use serde_json::Value;

use super::Entry;
use super::body::{shorten, shorten_text};
use super::nearest::{allowed_methods, nearest_ids, nearest_operations};
use super::redact::{redact, redact_value};
use crate::error::{ApiError, Code};
use crate::state::State;

/// How much of the details is kept.
const MAX_DETAILS: usize = 16 * 1024;

/// Why a request was refused, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    rule: Rule,
    code: Option<Code>,
    error: String,
    details: Option<Value>,
}

impl Refused {
    pub(crate) fn new(error: &ApiError, is_known_route: bool) -> Self {
        let shortened = |details: &Value| shorten(details.clone(), &mut MAX_DETAILS.clone());
        Self {
            rule: Rule::of(error.code(), is_known_route),
            code: error.code(),
            error: shorten_text(error.text().to_owned()),
            details: error.extras().get("details").map(shortened),
        }
    }

    pub(crate) fn by_fault(error: &str) -> Self {
        Self { rule: Rule::Fault, code: None, error: error.to_owned(), details: None }
    }

    /// How much memory it takes at most.
    pub(super) fn weight(&self) -> usize {
        self.error.len() + self.details.as_ref().map_or(0, |_| MAX_DETAILS)
    }

    pub(super) fn view(&self, entry: &Entry, state: &Mutex<State>) -> Refusal {
        Refusal {
            rule: self.rule,
            error: redact(&self.error),
            details: self.details.clone().map(redact_value),
            nearest: self.nearest(entry, state),
        }
    }

    fn nearest(&self, entry: &Entry, state: &Mutex<State>) -> Vec<String> {
        match (self.rule, self.code) {
            // There is no operation like it to be near to.
            (_, Some(Code::NotImplemented)) => Vec::new(),
            (Rule::Route, _) => nearest_operations(&entry.method, &entry.path),
            (Rule::Method, _) => allowed_methods(&entry.path),
            (Rule::Number | Rule::State, Some(code)) => {
                let Some(asked) = entry.asked_for(code) else { return Vec::new() };
                let (tenant, number) = (entry.tenant.as_deref(), entry.number.as_deref());
                nearest_ids(&crate::lock(state), code, &asked, tenant, number)
            }
            _ => Vec::new(),
        }
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
    /// Operations like the path, for `route`, unless what was asked for is not modelled; the methods that the path has, for `method`; the tenant's numbers,
    /// for `number`; for an unknown id, the ids that are like it, of a number's messages among the last 200.
    pub nearest: Vec<String>,
}
