//! How often what was called, and how it was answered.

use std::collections::BTreeMap;

use serde::Serialize;

use super::journal::RecordedRequest;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    count: usize,
    /// How many requests the journal no longer holds.
    dropped: u64,
    /// What reached no operation is under `none`.
    by_operation: BTreeMap<String, usize>,
    /// Connections that were reset are under `none`.
    by_status: BTreeMap<String, usize>,
    by_code: BTreeMap<String, usize>,
}

impl Counts {
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
