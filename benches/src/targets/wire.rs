//! A call as a REST request, by the contract's arguments.

use fixtures::contract::Place;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::Call;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What goes over the wire, but for host and credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    /// The HTTP method, in capitals.
    pub method: String,
    /// Path and query, encoded.
    pub target: String,
    /// Headers beyond those that every request has.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Value>,
}

impl Wire {
    /// Maps a call to a request. Arguments that the operation does not have go into the body, or else the query.
    #[must_use]
    pub fn of(call: Call<'_>) -> Self {
        let operation = call.operation;
        let (mut target, mut query, mut headers) = (operation.path.clone(), String::new(), Vec::new());
        let mut body = Map::new();
        for (name, value) in call.arguments {
            let argument = operation.argument(&name);
            let wire = argument.map_or(name.as_str(), |argument| argument.wire.as_str());
            match argument.map(|argument| argument.place) {
                Some(Place::Path) => target = target.replace(&format!("{{{wire}}}"), &encode(&plain(&value))),
                Some(Place::Header) => headers.push((wire.to_owned(), plain(&value))),
                None if !operation.has_body() => add(&mut query, wire, &value),
                Some(Place::Query) => add(&mut query, wire, &value),
                Some(Place::Body) | None => drop(body.insert(wire.to_owned(), value)),
            }
        }
        let body = operation.has_body().then_some(Value::Object(body));
        Self { method: operation.method.clone(), target: target + &query, headers, body }
    }
}

fn add(query: &mut String, name: &str, value: &Value) {
    query.push(if query.is_empty() { '?' } else { '&' });
    query.push_str(&format!("{}={}", encode(name), encode(&plain(value))));
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
