//! What a fault does, and to which calls.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delay::Delay;
use crate::call::Route;
use crate::control::error::ControlError;
use crate::control::names::check_operation;
use crate::error::Code;

/// The longest delay, and the longest time that a slow answer takes.
pub(super) const MAX_SECONDS: u32 = 60;

/// Headers that say how an answer is sent, which is the server's.
const FRAMING: [HeaderName; 4] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::UPGRADE];

/// Something that goes wrong. It is applied to the calls of one operation or of all, of one tenant or of all, to each of them, to the next few, or by chance.
///
/// A fault may wait ([`delay`](Self::delay)), may answer instead of the operation, which then has no effect (`status` or `code`, `rate_limit`,
/// [`ResetAt::Before`]), or may spoil the answer of the operation, which has its effect (`truncate`, `dribble`, [`ResetAt::After`]).
///
/// ```
/// use mock_api::Fault;
/// let fault = Fault { status: Some(503), times: Some(2), ..Fault::default() };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Fault {
    /// Operation, such as `GET /v1/messages/{id}`; all when it is absent or `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Tenant of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Waits before anything else, in real time, 60 seconds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// Answers with this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Answers with this code, and with the status that goes with it unless `status` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The answer's body, in place of `{"error", "code"}`; text is sent as it is, as `text/plain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Headers of the answer, beside `status` or `code`; those of its body and of the connection are the mock's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Answers 429 `RATE_LIMITED` (U-18).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Resets the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetAt>,
    /// Sends a part of the answer's body and hangs up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Truncate>,
    /// Sends the answer's body slowly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dribble: Option<Dribble>,
    /// How likely it is, from 0 to 1; it is certain when this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// To how many calls it is applied; all when this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// So many calls in a window, counted for each key on the mock's clock; one more is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RateLimit {
    /// `Retry-After`; what is left of the window when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// How many calls pass in a window; none when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Length of the window; 60 when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_seconds: Option<u32>,
}

impl RateLimit {
    pub(super) fn window_seconds(&self) -> u32 {
        self.window_seconds.unwrap_or(60)
    }
}

/// When a connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResetAt {
    /// Instead of the operation, which has no effect.
    Before,
    /// In place of its answer: it has its effect, and the client does not know.
    After,
}

/// A body that breaks off. `Content-Length` is that of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Truncate {
    /// After so many bytes.
    pub bytes: usize,
}

/// A body that comes slowly; after 60 seconds the rest comes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dribble {
    /// So many bytes a second.
    pub bytes_per_second: u32,
}

/// Whether answers with this status go without a body.
pub(super) fn has_no_body(status: u16) -> bool {
    matches!(status, 204 | 205 | 304)
}

impl Fault {
    pub(super) fn is_for(&self, route: &Route) -> bool {
        match self.operation.as_deref() {
            None | Some("*") => true,
            Some(operation) => operation == route.name(),
        }
    }

    /// The status of its answer, when it answers.
    pub(super) fn answers_with(&self) -> Option<u16> {
        let code = self.code.as_deref().and_then(|code| Code::ALL.iter().find(|it| it.as_str() == code));
        self.status.or_else(|| code.map(|code| code.status()))
    }

    pub(super) fn check(&self) -> Result<(), ControlError> {
        if let Some(operation) = self.operation.as_deref().filter(|operation| *operation != "*") {
            check_operation(operation)?;
        }
        self.check_answer()?;
        let refuse = |path, text: &str| Err(ControlError::invalid(path, text));
        if self.delay.is_some_and(|delay| !delay.is_sound()) {
            return refuse("/delay", "must be within 60 seconds, the smaller figure first");
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return refuse("/probability", "must be from 0 to 1");
        }
        if self.times == Some(0) {
            return refuse("/times", "must be at least 1");
        }
        if self.dribble.is_some_and(|dribble| dribble.bytes_per_second == 0) {
            return refuse("/dribble/bytesPerSecond", "must be at least 1");
        }
        if self.rate_limit.as_ref().is_some_and(|rate| rate.window_seconds == Some(0)) {
            return refuse("/rateLimit/windowSeconds", "must be at least 1");
        }
        Ok(())
    }

    fn check_answer(&self) -> Result<(), ControlError> {
        let answers = self.status.is_some() || self.code.is_some();
        let refuse = |path: &str, text: &str| Err(ControlError::invalid(path, text));
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return refuse("/status", "must be from 200 to 599");
        }
        if answers && self.answers_with().is_none() {
            return refuse("/status", "is required beside a code that is not one of the API's");
        }
        if (self.body.is_some() || !self.headers.is_empty()) && !answers {
            return refuse("/status", "is required beside body and headers");
        }
        if self.body.is_some() && self.answers_with().is_some_and(has_no_body) {
            return refuse("/body", "204, 205 and 304 have none");
        }
        for (name, value) in &self.headers {
            let is_sound = HeaderName::try_from(name).is_ok_and(|name| !FRAMING.contains(&name))
                && HeaderValue::try_from(value).is_ok();
            if !is_sound {
                return refuse(&format!("/headers/{name}"), "is no header that can be set");
            }
        }
        match usize::from(answers)
            + usize::from(self.rate_limit.is_some())
            + usize::from(self.reset.is_some())
        {
            0 if self.delay.is_none() && self.truncate.is_none() && self.dribble.is_none() => {
                refuse("", "must have one of status, code, rateLimit, reset, delay, truncate, dribble")
            }
            0 | 1 => Ok(()),
            _ => refuse("", "must have only one of status or code, rateLimit, reset"),
        }
    }
}
