//! `Idempotency-Key` on send (U-13).

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::call::{Call, RawBody, Reply};
use crate::error::{ApiError, Code};
use crate::time::Time;

const LIFE: SignedDuration = SignedDuration::from_hours(24);
const MAX_LENGTH: usize = 255;
/// The most answers that are remembered; the oldest makes room.
const MAX_ANSWERS: usize = 100_000;

/// The number and the key it was used with.
pub(super) type Scope = (String, String);

/// An answer, and which body got it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Answer {
    /// Digest of the canonical body, which may be large.
    body: String,
    reply: Reply,
}

/// Answers that are remembered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Idempotency {
    by_number: IndexMap<String, BTreeMap<String, Answer>>,
    /// When each is forgotten, the first one first.
    expiries: VecDeque<(Time, Scope)>,
}

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
    if call.key_in_use || crate::magic::is_key_in_use(&key) {
        return Err(ApiError::new(
            Code::IdempotencyKeyInUse,
            "The first call with this Idempotency-Key is still running",
        ));
    }
    Ok(Some((call.number().to_owned(), key.into_owned())))
}

impl Idempotency {
    /// The stored answer to the same request.
    pub(super) fn replay(&self, scope: &Scope, call: &Call<'_>) -> Result<Option<Reply>, ApiError> {
        let (number, key) = scope;
        match self.by_number.get(number).and_then(|answers| answers.get(key)) {
            None => Ok(None),
            Some(answer) if answer.body == digest(call) => {
                Ok(Some(answer.reply.clone().with_header("idempotent-replayed", "true")))
            }
            Some(_) => Err(ApiError::new(
                Code::IdempotencyKeyReused,
                "This Idempotency-Key was used with another body in the last 24 hours",
            )),
        }
    }

    pub(super) fn remember(&mut self, scope: Scope, call: &Call<'_>, reply: Reply) {
        let (number, key) = scope.clone();
        self.by_number.entry(number).or_default().insert(key, Answer { body: digest(call), reply });
        self.expiries.push_back((call.now.plus(LIFE), scope));
        if self.expiries.len() > MAX_ANSWERS {
            self.forget_first();
        }
    }

    /// Forgets what is older than a day.
    pub(super) fn expire(&mut self, now: Time) {
        while self.expiries.front().is_some_and(|(at, _)| *at <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((_, (number, key))) = self.expiries.pop_front() else { return };
        if let Some(answers) = self.by_number.get_mut(&number) {
            answers.remove(&key);
        }
    }

    pub(super) fn remove_number(&mut self, number: &str) {
        self.by_number.shift_remove(number);
        self.expiries.retain(|(_, (owner, _))| owner != number);
    }
}

/// The same for JSON values that are equal, whatever the order of their keys and the spaces between them.
fn digest(call: &Call<'_>) -> String {
    let mut canonical = String::new();
    if let RawBody::Json(value) = call.body {
        write_canonical(value, &mut canonical);
    }
    let digest = Sha256::digest(canonical);
    digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push('{');
            for (key, value) in map.iter().collect::<BTreeMap<_, _>>() {
                // Writing to a string does not fail.
                let _ = write!(out, "{}:", Value::from(key.as_str()));
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}
