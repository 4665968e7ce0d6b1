//! Which requests of the journal are meant.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::Entry;
use crate::time::Time;

/// Which requests of the journal are meant: those that agree with everything that is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestFilter {
    /// Method.
    pub method: Option<String>,
    /// Path as it came; one that ends in `*` means all that begin so.
    pub path: Option<String>,
    /// Operation, such as `GET /v1/messages/{id}`.
    pub operation: Option<String>,
    /// Status that was answered.
    pub status: Option<u16>,
    /// Code that was answered.
    pub code: Option<String>,
    /// Tenant of the key.
    pub tenant_id: Option<String>,
    /// Number in context.
    pub number_id: Option<String>,
    /// Only what came later than this.
    pub since: Option<Since>,
    /// What the body must hold: every field named here with this value; it may hold more.
    pub body: Option<Value>,
}

/// A place in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "since must be a sequence number or an ISO 8601 instant")]
pub enum Since {
    /// After the request with this number.
    Sequence(u64),
    /// At this instant or later.
    Time(Time),
}

impl RequestFilter {
    /// What an entry does not agree with, by the names of the filter's fields.
    pub(super) fn misses(&self, entry: &Entry) -> Vec<&'static str> {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        let agrees = [
            (
                "method",
                self.method.as_deref().is_none_or(|it| entry.method.as_str().eq_ignore_ascii_case(it)),
            ),
            ("path", self.path.as_deref().is_none_or(|wanted| fits(wanted, &entry.path))),
            ("operation", self.operation.is_none() || self.operation == entry.operation()),
            ("status", self.status.is_none() || self.status == entry.status),
            ("code", is(&self.code, entry.code.as_deref())),
            ("tenantId", is(&self.tenant_id, entry.tenant.as_deref())),
            ("numberId", is(&self.number_id, entry.number.as_deref())),
            ("since", self.since.is_none_or(|since| since.lets_through(entry))),
            ("body", self.body.as_ref().is_none_or(|wanted| holds(entry.json().as_ref(), wanted))),
        ];
        agrees.into_iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name).collect()
    }
}

impl Since {
    fn lets_through(self, entry: &Entry) -> bool {
        match self {
            Self::Sequence(sequence) => entry.sequence > sequence,
            Self::Time(time) => entry.at >= time,
        }
    }
}

fn fits(wanted: &str, path: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == wanted,
    }
}

/// Objects may hold more than is wanted; everything else is compared whole.
fn holds(found: Option<&Value>, wanted: &Value) -> bool {
    match (found, wanted) {
        (Some(Value::Object(found)), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| holds(found.get(key), wanted))
        }
        (found, wanted) => found == Some(wanted),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_may_hold_more() {
        let found = json!({ "a": { "b": 1, "c": [1, 2] }, "d": null });
        for wanted in [json!({}), json!({ "a": {} }), json!({ "a": { "c": [1, 2] } }), json!({ "d": null })] {
            assert!(holds(Some(&found), &wanted), "{wanted}");
        }
        for wanted in [json!({ "e": null }), json!({ "a": { "c": [1] } }), json!({ "a": 1 }), json!([])] {
            assert!(!holds(Some(&found), &wanted), "{wanted}");
        }
    }
}
