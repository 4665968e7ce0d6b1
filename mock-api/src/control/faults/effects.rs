//! What goes wrong with one request.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::delay::MAX_MS;
use super::fault::{Dribble, Fault, RateLimit, ResetAt, Truncate};
use super::shape::shape;
use crate::error::{ApiError, Code};
use crate::net::Connection;

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
        let status = fault.answers_with()?;
        let code = fault.code.clone();
        let body = fault.body.clone().unwrap_or_else(|| standard_body(status, code.as_deref()));
        Some(Instead::Answer { status, code, body })
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
            Self::Answer { status, body, .. } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                match body {
                    _ if matches!(status.as_u16(), 204 | 205 | 304) => status.into_response(),
                    Value::String(text) => (status, text).into_response(),
                    body => (status, axum::Json(body)).into_response(),
                }
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
