//! Which requests of the journal are meant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::shorten;
use super::entry::Entry;
use super::headers::NOTED;
use super::redact::redact;
use crate::control::error::ControlError;
use crate::control::names::check_operation;
use crate::time::Time;

/// How many fields of a body are named that differ.
const MAX_DIFFERENCES: usize = 10;
/// How much of a differing value is shown.
const MAX_SHOWN: usize = 2 * 1024;

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
    /// Headers with their whole values, of those that are noted.
    pub headers: BTreeMap<String, String>,
    /// What the body must hold: every field named here with this value; it may hold more.
    pub body: Option<Value>,
}

/// Something that a request has otherwise than a filter wants it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What differs, as a JSON pointer into the filter, such as `/status` or `/body/media/url`.
    pub path: String,
    /// What is wanted.
    pub wanted: Value,
    /// What the request has, secrets covered; null when it has nothing.
    pub found: Value,
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
    /// Refuses what no request could agree with.
    pub(crate) fn check(&self) -> Result<(), ControlError> {
        if let Some(operation) = &self.operation {
            check_operation(operation)?;
        }
        match self.headers.keys().find(|name| !NOTED.iter().any(|noted| noted.eq_ignore_ascii_case(name))) {
            Some(name) => Err(ControlError::invalid(
                format!("/headers/{}", escape(name)),
                format!("is not noted; those that are: {}", NOTED.join(", ")),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn lets_through(&self, entry: &Entry) -> bool {
        self.differences(entry).is_empty()
    }

    /// What an entry has otherwise.
    pub(super) fn differences(&self, entry: &Entry) -> Vec<Difference> {
        let mut differing = Vec::new();
        let mut check = |path: &str, agrees: bool, wanted: Value, found: Value| {
            if !agrees {
                differing.push(Difference { path: path.to_owned(), wanted, found });
            }
        };
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        let method = entry.method.as_str();
        let agrees = self.method.as_deref().is_none_or(|it| method.eq_ignore_ascii_case(it));
        check("/method", agrees, json!(self.method), json!(method));
        let agrees = self.path.as_deref().is_none_or(|wanted| fits(wanted, &entry.path));
        check("/path", agrees, json!(self.path), json!(redact(&entry.path)));
        let operation = entry.operation();
        let agrees = is(&self.operation, operation.as_deref());
        check("/operation", agrees, json!(self.operation), json!(operation));
        let agrees = self.status.is_none() || self.status == entry.status;
        check("/status", agrees, json!(self.status), json!(entry.status));
        check("/code", is(&self.code, entry.code.as_deref()), json!(self.code), json!(entry.code));
        let agrees = is(&self.tenant_id, entry.tenant.as_deref());
        check("/tenantId", agrees, json!(self.tenant_id), json!(entry.tenant));
        let agrees = is(&self.number_id, entry.number.as_deref());
        check("/numberId", agrees, json!(self.number_id), json!(entry.number.as_deref().map(redact)));
        let agrees = self.since.is_none_or(|since| since.lets_through(entry));
        check("/since", agrees, json!(self.since), json!(entry.sequence));
        for (name, wanted) in &self.headers {
            let found = entry.headers.get(name);
            let path = format!("/headers/{}", escape(name));
            check(&path, found == Some(wanted), json!(wanted), json!(found.map(redact)));
        }
        differing.extend(self.body.as_ref().into_iter().flat_map(|wanted| body_differences(entry, wanted)));
        differing
    }
}

/// What a body has otherwise, field by field.
fn body_differences(entry: &Entry, wanted: &Value) -> Vec<Difference> {
    let found = entry.body.json();
    let mut pointers = Vec::new();
    differ(found.as_ref(), &entry.body.in_its_form(wanted), String::new(), &mut pointers);
    if pointers.is_empty() {
        return Vec::new();
    }
    let shown = entry.shown_body();
    let at = |value: &Value, pointer: &str| {
        shorten(value.pointer(pointer).cloned().unwrap_or_default(), &mut MAX_SHOWN.clone())
    };
    let difference = |pointer: &String| Difference {
        path: format!("/body{pointer}"),
        wanted: at(wanted, pointer),
        found: at(&shown, pointer),
    };
    pointers.iter().take(MAX_DIFFERENCES).map(difference).collect()
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

/// Where a value differs from what is wanted. Objects may hold more; everything else is compared whole.
fn differ(found: Option<&Value>, wanted: &Value, pointer: String, differing: &mut Vec<String>) {
    match (found, wanted) {
        (Some(Value::Object(found)), Value::Object(wanted)) => {
            for (key, wanted) in wanted {
                differ(found.get(key), wanted, format!("{pointer}/{}", escape(key)), differing);
            }
        }
        (Some(found), wanted) if found == wanted => {}
        _ => differing.push(pointer),
    }
}

/// A part of a JSON pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(wanted: &Value) -> Vec<String> {
        let found = json!({ "a": { "b": 1, "c": [1, 2], "d/e": 1 }, "d": null });
        let mut differing = Vec::new();
        differ(Some(&found), wanted, String::new(), &mut differing);
        differing
    }

    #[test]
    fn bodies_may_hold_more() {
        for wanted in [json!({}), json!({ "a": {} }), json!({ "a": { "c": [1, 2] } }), json!({ "d": null })] {
            assert!(differing(&wanted).is_empty(), "{wanted}");
        }
        for (wanted, pointers) in [
            (json!({ "e": null }), vec!["/e"]),
            (json!({ "a": { "c": [1], "b": 2, "d/e": 2 } }), vec!["/a/c", "/a/b", "/a/d~1e"]),
            (json!({ "a": 1 }), vec!["/a"]),
            (json!([]), vec![""]),
        ] {
            assert_eq!(differing(&wanted), pointers, "{wanted}");
        }
    }
}
