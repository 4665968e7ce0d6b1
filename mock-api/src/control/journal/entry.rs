//! One request of the journal: as it is kept, and as it is shown.

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::body::{Body, beginning};
use super::headers::Headers;
use super::nearest::parameter;
use super::redact::{redact, redact_query, redact_text, redact_value};
use super::refusal::{Refusal, Refused};
use crate::call::Route;
use crate::error::Code;
use crate::state::State;
use crate::time::Time;

/// How many ignored fields are named, and how much of each name is kept.
const IGNORED: (usize, usize) = (100, 200);
/// How much of a path and of a query is kept.
pub(crate) const MAX_TARGET: usize = 4 * 1024;
/// What an entry takes beside its texts, roughly.
const OVERHEAD: usize = 512;

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
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) ignored: Ignored,
    pub(crate) refused: Option<Refused>,
    /// The faults that were applied.
    pub(crate) faults: Vec<String>,
    pub(crate) delay_ms: u64,
}

/// Fields that nobody looked at: the first of them, and how many they were.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ignored {
    named: Vec<String>,
    count: usize,
}

impl Ignored {
    pub(crate) fn of(pointers: &[String]) -> Self {
        let named = pointers.iter().take(IGNORED.0).map(|pointer| beginning(pointer, IGNORED.1).to_owned());
        Self { named: named.collect(), count: pointers.len() }
    }
}

/// A request as the journal shows it. Secrets are covered: keys appear as their ids, and what looks like a secret, or
/// is named like one, is cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedRequest {
    /// Counts up from 1, and does not start again before the mock does.
    pub sequence: u64,
    /// When it came, on the mock's clock.
    pub at: Time,
    /// Method.
    pub method: String,
    /// Path, `/v1` or `/api/v1` included; at most 4 KiB of it, as of the query.
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
    /// The headers that are noted, by their names in lower case; none of them is a credential.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON where it is that, otherwise text. Up to 16 KiB are kept as they came. In a larger one, texts of more than 1 KiB are shown as their
    /// beginning, length and digest, and at most 256 KiB of JSON or 16 KiB of text are kept.
    pub body: Option<Value>,
    /// Whether the body was longer than what is shown.
    pub body_truncated: bool,
    /// Fields of the body that the operation does not know and did not look at (U-17), the first 100.
    pub ignored_fields: Vec<String>,
    /// How many such fields there were.
    pub ignored_field_count: usize,
    /// Why it was refused, if it was.
    pub refused: Option<Refusal>,
    /// The faults that were applied to it.
    pub faults: Vec<String>,
    /// How long they made it wait together, in milliseconds of real time.
    pub delay_ms: u64,
}

impl Entry {
    /// How much memory it takes, roughly.
    pub(super) fn weight(&self) -> usize {
        let named: usize = self.ignored.named.iter().map(String::len).sum();
        let target = self.path.len() + self.query.as_ref().map_or(0, String::len);
        let refused = self.refused.as_ref().map_or(0, Refused::weight);
        OVERHEAD + target + self.headers.weight() + self.body.weight() + named + refused
    }

    pub(super) fn operation(&self) -> Option<String> {
        self.route.map(|route| route.name())
    }

    /// The id that a call named in vain: in its path, else in its body.
    pub(super) fn asked_for(&self, code: Code) -> Option<String> {
        let field = match code {
            Code::NumberNotFound => {
                return self.number.clone().or_else(|| parameter(self.route?, &self.path));
            }
            Code::TemplateNotFound => "templateId",
            Code::GroupNotFound => "groupId",
            _ => "messageId",
        };
        let in_body = || Some(self.body.json()?.get(field)?.as_str()?.to_owned());
        self.route.and_then(|route| parameter(route, &self.path)).or_else(in_body)
    }

    /// The body with its secrets covered.
    pub(super) fn shown_body(&self) -> Value {
        self.body.json().map_or_else(|| Value::from(redact_text(&self.body.text())), redact_value)
    }

    pub(super) fn view(&self, state: &Mutex<State>) -> RecordedRequest {
        RecordedRequest {
            sequence: self.sequence,
            at: self.at,
            method: self.method.to_string(),
            path: redact(&self.path),
            query: self.query.as_deref().map(redact_query),
            operation: self.operation(),
            tenant_id: self.tenant.clone(),
            number_id: self.number.as_deref().map(redact),
            key_id: self.key.clone(),
            status: self.status,
            code: self.code.clone(),
            headers: self.headers.view(),
            body: (!self.body.is_empty()).then(|| self.shown_body()),
            body_truncated: !self.body.is_whole(),
            ignored_fields: self.ignored.named.iter().map(|pointer| redact(pointer)).collect(),
            ignored_field_count: self.ignored.count,
            refused: self.refused.as_ref().map(|refused| refused.view(self, state)),
            faults: self.faults.clone(),
            delay_ms: self.delay_ms,
        }
    }
}
