//! A call as REST says it, built from the contract's arguments.

use fixtures::contract::Place;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::{Call, CallError, credential};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The header in which a caller names a number.
pub(crate) const NUMBER_HEADER: &str = "x-whatsapp-number-id";

/// Longest body that is shown whole in a command line, in bytes.
const MAX_SHOWN: usize = 16 * 1024;

/// A call as it goes over the wire.
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
    /// Maps a call to a request.
    ///
    /// # Errors
    /// [`CallError::Inexpressible`] for arguments that no request can carry: an absent or dotted path segment, an object in a query, a header of
    /// control characters.
    pub fn of(call: &Call<'_>) -> Result<Self, CallError> {
        let mut wire = Self {
            method: call.operation.method.clone(),
            target: call.operation.path.clone(),
            headers: call
                .key
                .map(credential)
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect(),
            body: None,
        };
        let (mut query, mut body) = (Vec::new(), Map::new());
        for argument in &call.operation.arguments {
            let value = call.arguments.get(&argument.name);
            match (argument.place, value) {
                (Place::Path, value) => {
                    let segment = encode(&segment(value.unwrap_or(&Value::Null))?);
                    wire.target = wire.target.replace(&format!("{{{}}}", argument.wire), &segment);
                }
                (_, None) => {}
                (Place::Query, Some(value)) => {
                    query.push(format!("{}={}", encode(&argument.wire), encode(&plain(value)?)))
                }
                (Place::Header, Some(value)) => wire.headers.push((argument.wire.clone(), header(value)?)),
                (Place::Body, Some(value)) => drop(body.insert(argument.wire.clone(), value.clone())),
            }
        }
        wire.add_unknown(call, &mut query, &mut body)?;
        if !query.is_empty() {
            wire.target = format!("{}?{}", wire.target, query.join("&"));
        }
        wire.body = call.operation.has_body().then_some(Value::Object(body));
        Ok(wire)
    }

    /// Arguments that the operation does not have go where a careless client would put them: into the body, or else the query; but the header that names a
    /// number is one.
    fn add_unknown(
        &mut self,
        call: &Call<'_>,
        query: &mut Vec<String>,
        body: &mut Map<String, Value>,
    ) -> Result<(), CallError> {
        for (name, value) in call.arguments.iter().filter(|(name, _)| call.operation.argument(name).is_none())
        {
            if name == NUMBER_HEADER {
                self.headers.push((name.clone(), header(value)?));
            } else if call.operation.has_body() {
                body.insert(name.clone(), value.clone());
            } else {
                query.push(format!("{}={}", encode(name), encode(&plain(value)?)));
            }
        }
        Ok(())
    }

    /// A request to the control API.
    pub(crate) fn control(method: &str, path: &str, body: Option<Value>) -> Self {
        Self { method: method.to_owned(), target: format!("/_mock{path}"), headers: Vec::new(), body }
    }

    /// The command line that makes the same request.
    #[must_use]
    pub fn curl(&self, base: &str) -> String {
        let mut line = format!("curl -sS -X {} {}", self.method, quote(&format!("{base}{}", self.target)));
        for (name, value) in &self.headers {
            line.push_str(&header_flag(name, value));
        }
        if let Some(body) = &self.body {
            line.push_str(&format!(" -H 'content-type: application/json' -d {}", quote(&shown(body))));
        }
        line
    }
}

/// The JSON of a body, or its beginning: nobody reads megabytes in a report.
fn shown(body: &Value) -> String {
    let text = body.to_string();
    if text.len() <= MAX_SHOWN {
        return text;
    }
    format!("{}… ({} bytes)", text.chars().take(MAX_SHOWN / 8).collect::<String>(), text.len())
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn plain(value: &Value) -> Result<String, CallError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(CallError::Inexpressible(format!("{value} outside a body"))),
    }
}

/// URLs resolve dot segments even where they are percent-encoded, and an empty one is another path.
fn segment(value: &Value) -> Result<String, CallError> {
    match plain(value)? {
        text if matches!(text.as_str(), "" | "." | "..") => {
            Err(CallError::Inexpressible(format!("{text:?} in a path")))
        }
        text => Ok(text),
    }
}

/// A header holds no control characters but tabs, and HTTP takes the blanks around it away.
fn header(value: &Value) -> Result<String, CallError> {
    let text = plain(value)?;
    let sayable = !text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') && text.trim() == text;
    if sayable { Ok(text) } else { Err(CallError::Inexpressible(format!("{text:?} in a header"))) }
}

/// The option of curl that sends a header. A variable stands for a key that is not to be printed, and is for the shell to fill in.
pub(super) fn header_flag(name: &str, value: &str) -> String {
    let variable = value.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    let header = format!("{name}: {value}");
    format!(" -H {}", if variable { format!("\"{header}\"") } else { quote(&header) })
}

pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
