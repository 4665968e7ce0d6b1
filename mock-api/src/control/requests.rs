//! The journal over HTTP: its requests, their counts, and whether they are as expected.

use std::sync::Arc;

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::counts::RequestCounts;
use super::error::ControlError;
use super::input::{Input, read};
use super::journal::{Count, RequestFilter, Verification};
use super::names::check_tenant;
use super::ops::{done, ok};
use crate::mock::Mock;

impl Mock {
    /// Refuses what no request could agree with, and to say anything when nothing was noted.
    fn check(&self, filter: &RequestFilter) -> Result<(), ControlError> {
        if !self.journal.is_on() {
            let text = "The journal is off, so that nothing is known of any request: start the mock with another --journal than 0";
            return Err(ControlError::new(409, "JOURNAL_OFF", text));
        }
        filter.check()?;
        filter.tenant_id.as_deref().map_or(Ok(()), |tenant| check_tenant(self, tenant))
    }

    pub(crate) fn verify(&self, filter: &RequestFilter, count: Count) -> Result<Verification, ControlError> {
        self.check(filter)?;
        count.check()?;
        Ok(self.journal.verify(filter, count, &self.state))
    }

    pub(crate) fn counts(&self, filter: &RequestFilter) -> RequestCounts {
        let requests = self.journal.matching(filter, &self.state);
        RequestCounts::of(&requests, self.journal.dropped(filter.tenant_id.as_deref()))
    }
}

/// The filter of a query, which has neither the headers nor the body that [`verify`] takes.
fn filter(mock: &Mock, query: Map<String, Value>) -> Result<RequestFilter, ControlError> {
    if let Some(name) = ["headers", "body"].into_iter().find(|name| query.contains_key(*name)) {
        let text = "is no query parameter: POST /_mock/requests/verify filters by it";
        return Err(ControlError::invalid(format!("/{name}"), text));
    }
    let filter = read("", Value::Object(query))?;
    mock.check(&filter)?;
    Ok(filter)
}

pub(super) async fn list(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let mut query = input.query_map(&["status", "since", "limit"]);
    let limit: Option<usize> = query.remove("limit").map(|limit| read("/limit", limit)).transpose()?;
    let filter = filter(&mock, query)?;
    let mut requests = mock.journal.matching(&filter, &mock.state);
    let count = requests.len();
    // The newest of them, oldest first.
    requests.drain(..count.saturating_sub(limit.unwrap_or(usize::MAX)));
    let dropped = mock.journal.dropped(filter.tenant_id.as_deref());
    ok(&json!({ "count": count, "dropped": dropped, "requests": requests }))
}

pub(super) async fn count(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&mock.counts(&filter(&mock, input.query_map(&["status", "since"]))?))
}

pub(super) async fn clear(mock: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    mock.journal.clear();
    done()
}

/// The body is a filter with `count` beside its fields.
pub(super) async fn verify(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let mut body: Map<String, Value> = input.json()?;
    let count = body.shift_remove("count").map(|count| read("/count", count)).transpose()?;
    ok(&mock.verify(&read("", Value::Object(body))?, count.unwrap_or_default())?)
}
