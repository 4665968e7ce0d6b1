//! Bounds: how much at once, how often, how long, how large. All hold per replica; nothing is shared between servers.

mod args;
mod check;
mod times;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::seconds;
pub use args::LimitArgs;
pub(crate) use check::MAX_COUNT;
pub(crate) use times::CallTimes;

/// The bounds of a server. Durations are in seconds, with fractions, wherever they are written; none can be written as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections; further ones wait until one closes.
    pub connections: usize,
    /// Longest wait for the head of a request, and for the next request on a connection that is kept.
    #[serde(rename = "head_timeout_seconds", with = "seconds")]
    pub head_timeout: Duration,
    /// Longest wait for a client to take any more of its answer; then the connection is closed.
    #[serde(rename = "write_timeout_seconds", with = "seconds")]
    pub write_timeout: Duration,
    /// Bytes of request bodies over HTTP at once, of all callers, without the first 16 KiB of each; at least one of [`MAX_BODY_BYTES`](crate::http::MAX_BODY_BYTES).
    pub body_bytes: usize,
    /// Bytes of answers of the API over HTTP at once, of all callers, from their arrival until clients have taken them, without the first 16 KiB of each. Each
    /// byte counts three times, as often as it is in memory; so it is at least three times [`Config::max_response_bytes`](crate::Config::max_response_bytes).
    pub answer_bytes: usize,
    /// Calls of tools at once, of all callers.
    pub calls: usize,
    /// Calls of tools at once of one credential.
    pub calls_per_caller: usize,
    /// Calls of tools a minute of one credential, on average; 0 is any number.
    pub calls_per_minute: u32,
    /// Calls of tools that a credential which has been quiet may make at once.
    pub burst: u32,
    /// Calls of tools a minute of all keys together that the API has not accepted yet, the sixtieth part in one moment; 0 is any number. At once they have half of
    /// [`Limits::calls`] at most.
    pub unverified_calls_per_minute: u32,
    /// Credentials that are kept book of, and as many keys besides that the API has not accepted yet. One without calls under way, and with all of its burst, is
    /// forgotten for another; where there is none, the other is refused.
    pub callers: usize,
    /// Longest text of a result that holds a list, in bytes: a longer list is cut at a whole item. Anything else is bounded by
    /// [`Config::max_response_bytes`](crate::Config::max_response_bytes) only.
    pub max_result_bytes: usize,
    /// Longest time for a call of the tool named, retries included, in place of [`Config::upstream_timeout`](crate::Config::upstream_timeout).
    #[serde(rename = "tool_timeout_seconds", with = "seconds::by_name")]
    pub tool_timeouts: BTreeMap<String, Duration>,
    /// Further attempts of a GET that failed for a passing reason; nothing else is ever retried.
    pub retries: u32,
    /// Pause before the first retry; it doubles with each, and the generator takes up to half of it off.
    #[serde(rename = "retry_pause_seconds", with = "seconds")]
    pub retry_pause: Duration,
    /// Longest pause that is not asked for by `Retry-After`.
    #[serde(rename = "retry_pause_max_seconds", with = "seconds")]
    pub retry_pause_max: Duration,
    /// Seed of the pauses, for tests; random when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_seed: Option<u64>,
    /// Failures of the API in a row (no connection, no answer in the usual time, 5xx but 501) after which it is left alone; 0 is never.
    pub breaker_failures: u32,
    /// How long it is then left alone, before one call tries it again.
    #[serde(rename = "breaker_open_seconds", with = "seconds")]
    pub breaker_open: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            body_bytes: 128 * 1024 * 1024,
            answer_bytes: 64 * 1024 * 1024,
            calls: 512,
            calls_per_caller: 64,
            calls_per_minute: 1200,
            burst: 200,
            unverified_calls_per_minute: 12_000,
            callers: 10_000,
            max_result_bytes: 256 * 1024,
            tool_timeouts: BTreeMap::new(),
            retries: 2,
            retry_pause: Duration::from_millis(200),
            retry_pause_max: Duration::from_secs(5),
            retry_seed: None,
            breaker_failures: 10,
            breaker_open: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// The defaults, but any rate, no retries and no breaker: each call is one request and shows what the API answered to it.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            calls_per_minute: 0,
            unverified_calls_per_minute: 0,
            retries: 0,
            breaker_failures: 0,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn are_written_in_seconds_and_read_back() {
        let mut limits = Limits { retry_pause: Duration::from_millis(1500), ..Limits::default() };
        limits.tool_timeouts.insert("media_get".into(), Duration::from_secs(90));
        let written = serde_json::to_value(&limits).unwrap();
        assert_eq!(written["head_timeout_seconds"], 30);
        assert_eq!(written["retry_pause_seconds"], 1.5);
        assert_eq!(written["tool_timeout_seconds"], json!({ "media_get": 90 }));
        assert_eq!(serde_json::from_value::<Limits>(written).unwrap(), limits);
    }

    #[test]
    fn what_is_not_said_is_the_default_and_what_is_unknown_is_refused() {
        let limits: Limits = serde_json::from_value(json!({ "calls": 3 })).unwrap();
        assert_eq!(limits, Limits { calls: 3, ..Limits::default() });
        for bad in [
            json!({ "cals": 3 }),
            json!({ "head_timeout_seconds": -1 }),
            json!({ "head_timeout_seconds": 1e300 }),
            json!({ "head_timeout_seconds": "30" }),
            json!({ "tool_timeout_seconds": { "media_get": -1 } }),
        ] {
            assert!(serde_json::from_value::<Limits>(bad.clone()).is_err(), "{bad}");
        }
    }
}
