//! `Idempotency-Key` on send (U-13).

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde_json::Value;

use crate::call::{Call, RawBody, Reply};
use crate::error::{ApiError, Code};
use crate::schedule::{Due, Schedule};
use crate::time::Time;

const LIFE: SignedDuration = SignedDuration::from_hours(24);
const MAX_LENGTH: usize = 255;

/// The number and the key it was used with.
type Scope = (String, String);

/// Answers that are remembered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Idempotency {
    answers: IndexMap<Scope, (Value, Reply)>,
}

impl Idempotency {
    /// The key of a request, when it has one.
    pub(super) fn key(call: &Call<'_>) -> Result<Option<Scope>, ApiError> {
        let Some(key) = call.header("idempotency-key") else { return Ok(None) };
        let length = key.chars().count();
        if length == 0 || length > MAX_LENGTH || key.chars().any(char::is_control) {
            return Err(ApiError::new(
                Code::IdempotencyKeyInvalid,
                "Idempotency-Key must have 1 to 255 characters and no control characters",
            ));
        }
        Ok(Some((call.number().to_owned(), key.into_owned())))
    }

    /// The stored answer to the same request.
    pub(super) fn replay(&self, scope: &Scope, call: &Call<'_>) -> Result<Option<Reply>, ApiError> {
        match self.answers.get(scope) {
            None => Ok(None),
            Some((body, reply)) if *body == canonical(call) => {
                Ok(Some(reply.clone().with_header("idempotent-replayed", "true")))
            }
            Some(_) => Err(ApiError::new(
                Code::IdempotencyKeyReused,
                "This Idempotency-Key was used with another body in the last 24 hours",
            )),
        }
    }

    pub(super) fn remember(&mut self, scope: Scope, call: &Call<'_>, reply: Reply, schedule: &mut Schedule) {
        schedule.at(expiry(call.now), Due::IdempotencyKeyExpires { scope: scope.clone() });
        self.answers.insert(scope, (canonical(call), reply));
    }

    pub(crate) fn forget(&mut self, scope: &Scope) {
        self.answers.swap_remove(scope);
    }

    pub(super) fn remove_number(&mut self, number: &str) {
        self.answers.retain(|(owner, _), _| owner != number);
    }
}

fn expiry(now: Time) -> Time {
    now.plus(LIFE)
}

/// JSON values compare whatever the order of their keys and the spaces between them.
fn canonical(call: &Call<'_>) -> Value {
    match call.body {
        RawBody::Json(value) => value.clone(),
        _ => Value::Null,
    }
}
