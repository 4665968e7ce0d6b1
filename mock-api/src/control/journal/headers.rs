//! The headers that the journal notes: those that change what a call means or say who made it, and none that is a credential.

use std::collections::BTreeMap;

use http::HeaderMap;

use super::body::beginning;
use super::redact::redact;

/// By their names, lower case.
pub(super) const NOTED: [&str; 7] = [
    "accept",
    "content-type",
    "idempotency-key",
    "traceparent",
    "user-agent",
    "x-request-id",
    "x-whatsapp-number-id",
];
/// How much of a value is kept.
const MAX_VALUE: usize = 256;

/// The headers of a request that are noted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(Vec<(&'static str, String)>);

impl Headers {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let noted = NOTED.into_iter().filter_map(|name| {
            let value = String::from_utf8_lossy(headers.get(name)?.as_bytes());
            Some((name, beginning(&value, MAX_VALUE).to_owned()))
        });
        Self(noted.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(noted, _)| noted.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn view(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), redact(value))).collect()
    }

    /// How much memory they take.
    pub(super) fn weight(&self) -> usize {
        self.0.iter().map(|(_, value)| value.len()).sum()
    }
}
