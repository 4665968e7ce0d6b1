//! "Exactly n calls like this": whether the journal holds as many as expected, and if not, what comes near.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::filter::RequestFilter;
use super::{Journal, RecordedRequest};
use crate::state::State;

/// How many requests that nearly agree are named.
const SHOWN: usize = 3;

/// How many are expected; at least one when nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Count {
    /// So many, no more and no fewer.
    pub exactly: Option<u64>,
    /// So many or more.
    pub at_least: Option<u64>,
    /// So many or fewer.
    pub at_most: Option<u64>,
}

impl Count {
    /// Exactly so many.
    #[must_use]
    pub fn exactly(count: u64) -> Self {
        Self { exactly: Some(count), ..Self::default() }
    }

    /// So many or more.
    #[must_use]
    pub fn at_least(count: u64) -> Self {
        Self { at_least: Some(count), ..Self::default() }
    }

    /// So many or fewer.
    #[must_use]
    pub fn at_most(count: u64) -> Self {
        Self { at_most: Some(count), ..Self::default() }
    }

    fn holds(self, count: u64) -> bool {
        if self == Self::default() {
            return count > 0;
        }
        self.exactly.is_none_or(|exactly| count == exactly)
            && self.at_least.is_none_or(|least| count >= least)
            && self.at_most.is_none_or(|most| count <= most)
    }
}

/// Whether the journal is as expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether it is.
    pub ok: bool,
    /// How many requests agree with the filter.
    pub count: u64,
    /// How many requests the journal no longer holds; what is not `ok` may be among them.
    pub dropped: u64,
    /// Requests that nearly agree, nearest first, when it is not `ok`.
    pub nearest: Vec<NearMiss>,
}

/// A request that nearly agrees.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMiss {
    /// The fields of the filter that it does not agree with.
    pub differs: Vec<&'static str>,
    /// The request.
    pub request: RecordedRequest,
}

impl Journal {
    pub(crate) fn verify(
        &self,
        filter: &RequestFilter,
        expected: Count,
        state: &Mutex<State>,
    ) -> Verification {
        let (entries, dropped) = self.all();
        let (hits, mut misses): (Vec<_>, Vec<_>) = entries
            .iter()
            .map(|entry| (filter.misses(entry), entry))
            .partition(|(differs, _)| differs.is_empty());
        let count = u64::try_from(hits.len()).unwrap_or(u64::MAX);
        let ok = expected.holds(count);
        // The sort is stable: of equally near ones the newest comes first.
        misses.reverse();
        misses.sort_by_key(|(differs, _)| differs.len());
        misses.truncate(if ok { 0 } else { SHOWN });
        let near = |(differs, entry): (_, &super::Entry)| NearMiss { differs, request: entry.view(state) };
        Verification { ok, count, dropped, nearest: misses.into_iter().map(near).collect() }
    }
}
