//! Arguments to a request of the API.

use bytes::Bytes;
use fixtures::contract::{Argument, Operation, Place};
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Number, Value};

use crate::validate::Problem;

/// Everything but the unreserved characters of RFC 3986: a value can end neither its path segment nor its query parameter.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longest path with its query, in bytes. No server takes as much, and a URL has no room for twice of it.
const MAX_TARGET_BYTES: usize = 32 * 1024;

/// Largest integer that a double holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// A request of the API, but for the host and the credentials.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, from `/v1` on, percent-encoded.
    pub target: String,
    /// Headers that arguments go to.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The JSON body, for operations that have one.
    pub body: Option<Bytes>,
}

/// Maps arguments, already valid by the tool's schema, to a request.
///
/// # Errors
/// The arguments that cannot be sent as they are: path segments that would name another resource, headers that would break out of their line, more than a
/// URL can hold.
pub fn build(operation: &Operation, arguments: &Map<String, Value>) -> Result<Request, Vec<Problem>> {
    let mut parts = Parts { path: operation.path.clone(), ..Parts::default() };
    for argument in &operation.arguments {
        if let Some(value) = arguments.get(&argument.name) {
            parts.add(argument, plain(value));
        }
    }
    let method = Method::from_bytes(operation.method.as_bytes());
    let method =
        method.map_err(|_| vec![Problem { path: String::new(), message: "has no usable method".into() }])?;
    parts.finish(method, operation.has_body())
}

#[derive(Default)]
struct Parts {
    path: String,
    query: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Parts {
    fn add(&mut self, argument: &Argument, value: Value) {
        match argument.place {
            Place::Body => {
                self.body.insert(argument.wire.clone(), value);
            }
            // Outside the body there is no null: the argument is not given.
            _ if value.is_null() => {}
            Place::Path => self.add_segment(argument, &text(&value)),
            Place::Query => self.query.push(format!("{}={}", encode(&argument.wire), encode(&text(&value)))),
            Place::Header => self.add_header(argument, &text(&value)),
        }
    }

    fn add_segment(&mut self, argument: &Argument, value: &str) {
        // A dot segment changes the path even when the rest of it is encoded.
        if matches!(value, "" | "." | "..") {
            self.problems.push(Problem::with_argument(&argument.name, "must not be empty, . or .."));
        }
        self.path = self.path.replace(&format!("{{{}}}", argument.wire), &encode(value));
    }

    fn add_header(&mut self, argument: &Argument, value: &str) {
        let name = HeaderName::from_bytes(argument.wire.as_bytes());
        match (name, HeaderValue::from_bytes(value.as_bytes())) {
            (Ok(name), Ok(value)) => self.headers.push((name, value)),
            _ => {
                self.problems.push(Problem::with_argument(&argument.name, "must not hold control characters"))
            }
        }
    }

    fn finish(self, method: Method, has_body: bool) -> Result<Request, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let mut target = self.path;
        if !self.query.is_empty() {
            target = format!("{target}?{}", self.query.join("&"));
        }
        if target.len() > MAX_TARGET_BYTES {
            return Err(vec![too_long(target.len())]);
        }
        let body = has_body.then(|| Bytes::from(Value::Object(self.body).to_string()));
        Ok(Request { method, target, headers: self.headers, body })
    }
}

fn too_long(bytes: usize) -> Problem {
    let message = format!(
        "the arguments make a URL of {bytes} bytes, where {MAX_TARGET_BYTES} can be sent: shorten those that stand in path and query"
    );
    Problem { path: String::new(), message }
}

fn encode(value: &str) -> String {
    utf8_percent_encode(value, STRICT).to_string()
}

/// A value as it stands in a path, a query or a header.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The value with integers written as such: models write `1.0` where JSON Schema, but not every parser, sees an integer.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(plain_number(number)),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

fn plain_number(number: &Number) -> Number {
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within what both types hold")]
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= MAX_SAFE_INTEGER => {
            Number::from(float as i64)
        }
        _ => number.clone(),
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
