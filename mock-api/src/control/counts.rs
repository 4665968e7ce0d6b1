//! How often what was called, and how it was answered.

use std::collections::BTreeMap;

use serde::Serialize;

use super::journal::RecordedRequest;

/// How often what was called, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestCounts {
    /// How many requests there were.
    pub count: usize,
    /// How many requests the journal no longer holds, of the filter's tenant where it names one.
    pub dropped: u64,
    /// By operation, as `GET /v1/messages/{id}`; what reached none is under `none`.
    pub by_operation: BTreeMap<String, usize>,
    /// By status; connections that were reset are under `none`.
    pub by_status: BTreeMap<String, usize>,
    /// By code, where one was answered.
    pub by_code: BTreeMap<String, usize>,
}

impl RequestCounts {
    pub(super) fn of(requests: &[RecordedRequest], dropped: u64) -> Self {
        let none = || "none".to_owned();
        let by = |name: fn(&RecordedRequest) -> Option<String>| {
            let mut counts = BTreeMap::new();
            for request in requests {
                *counts.entry(name(request).unwrap_or_else(none)).or_default() += 1;
            }
            counts
        };
        let mut by_code = by(|request| request.code.clone());
        by_code.remove("none");
        Self {
            count: requests.len(),
            dropped,
            by_operation: by(|request| request.operation.clone()),
            by_status: by(|request| request.status.map(|status| status.to_string())),
            by_code,
        }
    }
}
