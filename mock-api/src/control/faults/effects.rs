//! What goes wrong with one request.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::delay::MAX_MS;
use super::fault::{Dribble, Fault, RateLimit, ResetAt, Truncate, has_no_body};
use super::shape::shape;
use crate::error::{ApiError, Code};
use crate::net::Connection;

/// After how many seconds a refusal for the rate that has no window says to try again.
const RETRY_AFTER: u32 = 60;

/// What goes wrong with one request, of all faults together.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Which faults they are.
    pub(crate) faults: Vec<String>,
    /// How long they wait together.
    pub(crate) delay_ms: u64,
    pub(crate) instead: Option<Instead>,
    reset_after: bool,
    truncate: Option<Truncate>,
    dribble: Option<Dribble>,
    /// What is left of the window of a rate limit.
    pub(super) window_left: SignedDuration,
}

/// What comes in place of the operation's answer.
#[derive(Debug, Clone)]
pub(crate) enum Instead {
    /// The API's own refusal.
    Limited(ApiError),
    /// An answer that was made up.
    Answer {
        /// Its status.
        status: u16,
        /// The code that stands in its body.
        code: Option<String>,
        /// Its headers, beside those of its body.
        headers: HeaderMap,
        /// Its body.
        body: Value,
    },
    /// Nothing.
    Reset,
}

impl Effects {
    pub(super) fn add(&mut self, id: &str, fault: &Fault, rng: &mut ChaCha8Rng) {
        self.faults.push(id.to_owned());
        if let Some(delay) = fault.delay {
            self.delay_ms = (self.delay_ms + delay.draw_ms(rng)).min(MAX_MS);
        }
        self.reset_after |= fault.reset == Some(ResetAt::After);
        self.truncate = self.truncate.or(fault.truncate);
        self.dribble = self.dribble.or(fault.dribble);
        if self.instead.is_none() {
            self.instead = self.instead(fault);
        }
    }

    fn instead(&self, fault: &Fault) -> Option<Instead> {
        if fault.reset == Some(ResetAt::Before) {
            return Some(Instead::Reset);
        }
        if let Some(rate) = &fault.rate_limit {
            return Some(Instead::Limited(limited(rate, self.window_left)));
        }
        fault.answers_with().map(|status| answer(fault, status))
    }

    /// Waits as long as is asked for, in real time.
    pub(crate) async fn wait(&self) {
        if self.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
        }
    }

    /// Whether the client gets no answer.
    pub(crate) fn resets(&self) -> bool {
        self.reset_after || matches!(self.instead, Some(Instead::Reset))
    }

    /// Spoils an answer.
    pub(crate) async fn spoil(&self, response: Response, connection: Option<&Connection>) -> Response {
        if self.resets() {
            if let Some(connection) = connection {
                connection.reset();
            }
            return response;
        }
        if self.truncate.is_none() && self.dribble.is_none() {
            return response;
        }
        shape(response, self.truncate, self.dribble).await
    }
}

/// U-18.
fn limited(rate: &RateLimit, left: SignedDuration) -> ApiError {
    // Rounded up: after so many whole seconds the window is over.
    let left = u32::try_from(left.as_millis().max(0).unsigned_abs().div_ceil(1000)).unwrap_or(u32::MAX);
    let seconds = rate.retry_after_seconds.unwrap_or(left);
    ApiError::new(Code::RateLimited, "Too many requests").with("retryAfterSeconds", seconds)
}

/// An answer that is made up. A refusal for the rate says when to try again, as the API's own does (U-18).
fn answer(fault: &Fault, status: u16) -> Instead {
    let parsed = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
    let mut headers: HeaderMap = fault.headers.iter().filter_map(parsed).collect();
    let code = fault.code.clone();
    let mut body = standard_body(status, code.as_deref());
    if code.as_deref() == Some(Code::RateLimited.as_str()) {
        let given = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let seconds: u32 = given.unwrap_or(RETRY_AFTER);
        headers.entry(header::RETRY_AFTER).or_insert(seconds.into());
        if let Value::Object(body) = &mut body {
            body.insert("retryAfterSeconds".to_owned(), seconds.into());
        }
    }
    Instead::Answer { status, code, headers, body: fault.body.clone().unwrap_or(body) }
}

fn standard_body(status: u16, code: Option<&str>) -> Value {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let error = reason.unwrap_or("Fault");
    match code {
        _ if status < 400 => json!({}),
        Some(code) => json!({ "error": error, "code": code }),
        None => json!({ "error": error }),
    }
}

impl Instead {
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Limited(error) => Some(error.status()),
            Self::Answer { status, .. } => Some(*status),
            Self::Reset => None,
        }
    }

    pub(crate) fn code(&self) -> Option<String> {
        match self {
            Self::Limited(error) => error.code().map(|code| code.as_str().to_owned()),
            Self::Answer { code, .. } => code.clone(),
            Self::Reset => None,
        }
    }

    /// For the journal.
    pub(crate) fn text(&self) -> &'static str {
        match self {
            Self::Limited(_) => "A fault limits the rate",
            Self::Answer { .. } => "A fault answers instead",
            Self::Reset => "A fault resets the connection",
        }
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        match self {
            Self::Limited(error) => error.into_response(),
            Self::Answer { status, headers, body, .. } => {
                let without_body = has_no_body(status);
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = match body {
                    _ if without_body => status.into_response(),
                    Value::String(text) => (status, text).into_response(),
                    body => (status, axum::Json(body)).into_response(),
                };
                for (name, value) in headers.iter() {
                    response.headers_mut().insert(name, value.clone());
                }
                response
            }
            Self::Reset => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::super::{Delay, generator};
    use super::*;

    fn waiting(ms: u64) -> Fault {
        Fault { delay: Some(Delay::Fixed { ms }), ..Fault::default() }
    }

    /// How long a request waits under these faults, and how long it says it did.
    async fn wait(faults: &[Fault]) -> (Duration, u64) {
        let (mut effects, mut rng) = (Effects::default(), generator(7));
        for fault in faults {
            effects.add("a", fault, &mut rng);
        }
        let start = Instant::now();
        effects.wait().await;
        (start.elapsed(), effects.delay_ms)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_as_long_as_was_drawn() {
        for (faults, expected) in [
            (vec![], 0),
            (vec![Fault { status: Some(500), ..Fault::default() }], 0),
            (vec![waiting(1)], 1),
            (vec![waiting(300), waiting(45)], 345),
            (vec![waiting(40_000), waiting(40_000)], MAX_MS),
        ] {
            assert_eq!(wait(&faults).await, (Duration::from_millis(expected), expected), "{faults:?}");
        }
        let drawn = Delay::Uniform { min_ms: 1_000, max_ms: 9_000 };
        let (waited, said) = wait(&[Fault { delay: Some(drawn), ..Fault::default() }]).await;
        assert_eq!(waited, Duration::from_millis(said));
        assert_eq!(said, drawn.draw_ms(&mut generator(7)));
    }
}
