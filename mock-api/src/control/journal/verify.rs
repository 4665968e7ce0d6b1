//! "Exactly n calls like this": whether the journal holds as many as expected, and if not, what comes near.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::filter::{Difference, RequestFilter};
use super::{Entry, Journal, RecordedRequest};
use crate::control::error::ControlError;
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

    /// The fewest and the most that are expected.
    fn range(self) -> (u64, u64) {
        if self == Self::default() {
            return (1, u64::MAX);
        }
        let least = self.at_least.into_iter().chain(self.exactly).max().unwrap_or(0);
        let most = self.at_most.into_iter().chain(self.exactly).min().unwrap_or(u64::MAX);
        (least, most)
    }

    /// Refuses what no count could be.
    pub(crate) fn check(self) -> Result<(), ControlError> {
        let (least, most) = self.range();
        if least > most {
            let text = format!("no count is at least {least} and at most {most}");
            return Err(ControlError::invalid("/count", text));
        }
        Ok(())
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
    /// How many requests the journal no longer holds, of the filter's tenant where it names one.
    pub dropped: u64,
    /// Why nothing can be said, when that is so; it is not `ok` then.
    pub inconclusive: Option<String>,
    /// The newest requests that agree with the filter, when there are more than expected.
    pub matched: Vec<RecordedRequest>,
    /// Requests that nearly agree, nearest first, when there are fewer than expected.
    pub nearest: Vec<NearMiss>,
}

/// A request that nearly agrees.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMiss {
    /// What it has otherwise than the filter wants it.
    pub differs: Vec<Difference>,
    /// The request.
    pub request: RecordedRequest,
}

impl Verification {
    /// Nothing can be said.
    pub(crate) fn impossible(reason: impl Into<String>) -> Self {
        let inconclusive = Some(reason.into());
        Self { ok: false, count: 0, dropped: 0, inconclusive, matched: Vec::new(), nearest: Vec::new() }
    }
}

impl Journal {
    pub(crate) fn verify(
        &self,
        filter: &RequestFilter,
        expected: Count,
        state: &Mutex<State>,
    ) -> Verification {
        let (entries, gone) = self.all(filter.tenant_id.as_deref());
        let (hits, misses): (Vec<_>, Vec<_>) = entries
            .iter()
            .map(|entry| (filter.differences(entry), entry))
            .partition(|(differs, _)| differs.is_empty());
        let count = count_of(hits.len());
        let dropped = if gone.is_before(filter.since) { 0 } else { gone.count };
        let unsure = count_of(misses.iter().filter(|miss| may_agree(miss)).count());
        let (least, most) = expected.range();
        let highest = count.saturating_add(dropped).saturating_add(unsure);
        let (too_few, too_many) = (highest < least, count > most);
        let ok = least <= count && highest <= most;
        Verification {
            ok,
            count,
            dropped: gone.count,
            inconclusive: (!ok && !too_few && !too_many).then(|| self.missing(dropped, unsure)),
            matched: newest(&hits, too_many).map(|(_, entry)| entry.view(state)).collect(),
            nearest: if count < least { nearest(misses, state) } else { Vec::new() },
        }
    }

    /// What keeps from saying how many there were, and what to do about it.
    fn missing(&self, dropped: u64, unsure: u64) -> String {
        let mut reasons = Vec::new();
        if dropped > 0 {
            reasons.push(format!(
                "the journal no longer holds {dropped} requests, which may be among those that are meant: empty it before the calls (DELETE /_mock/requests), \
                 ask with `since` for what it still holds, or start the mock with more than --journal {}",
                self.capacity
            ));
        }
        if unsure > 0 {
            reasons.push(format!(
                "of {unsure} requests the body was too large to be kept: ask for other fields"
            ));
        }
        reasons.join("; ")
    }
}

fn count_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Whether only a part of the body that was not kept is in the way.
fn may_agree((differs, entry): &(Vec<Difference>, &Entry)) -> bool {
    entry.body.is_cut() && differs.iter().all(|it| it.path.starts_with("/body") && it.found.is_null())
}

fn newest<T>(hits: &[T], wanted: bool) -> impl Iterator<Item = &T> {
    hits.iter().rev().take(if wanted { SHOWN } else { 0 })
}

fn nearest(mut misses: Vec<(Vec<Difference>, &Entry)>, state: &Mutex<State>) -> Vec<NearMiss> {
    // The sort is stable: of equally near ones the newest comes first.
    misses.reverse();
    misses.sort_by_key(|(differs, _)| differs.len());
    misses.truncate(SHOWN);
    misses.into_iter().map(|(differs, entry)| NearMiss { differs, request: entry.view(state) }).collect()
}
