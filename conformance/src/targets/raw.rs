//! Requests as no well-behaved client makes them, to the endpoint of a server over HTTP.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Map, Value};

use super::mcp::read_message;
use super::wire::{header_flag, quote};
use super::{CallError, Revision, Target, bounded, client};

/// Longest body that is shown in a command line.
const MAX_SHOWN: usize = 4096;

/// The client for them.
#[derive(Debug)]
pub(crate) struct Sender(Client);

impl Default for Sender {
    fn default() -> Self {
        Self(client())
    }
}

/// A request, byte by byte.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    method: Method,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Raw {
    /// A `POST` of a well-behaved client.
    pub(crate) fn post(key: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("x-api-key", key),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { method: Method::POST, headers: headers.map(owned).to_vec(), body: body.into() }
    }

    /// A request of the newest revision, with all that goes with it.
    pub(crate) fn modern(key: &str, method: &str, params: Value) -> Self {
        let params = params.as_object().cloned().unwrap_or_else(Map::new);
        Self::carrying(key, &Revision::Modern.request(1, method, params))
    }

    /// A message of the newest revision, with the headers that repeat what it says.
    pub(crate) fn carrying(key: &str, message: &Value) -> Self {
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let raw = Self::post(key, message.to_string())
            .with("mcp-protocol-version", Revision::Modern.name())
            .with("mcp-method", text("/method"));
        match text("/params/name") {
            "" => raw,
            name => raw.with("mcp-name", name),
        }
    }

    /// The same by another method.
    pub(crate) fn by(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// The same with that header, in place of any other of the name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The same with that header besides.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without that header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    /// The same with another body.
    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The same with other keys: what goes to the target, or is shown, for those of the demo world.
    pub(crate) fn keyed<E>(&self, key: impl Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let mut raw = self.clone();
        for (_, value) in raw.headers.iter_mut().filter(|(name, _)| name == "x-api-key") {
            *value = key(value)?;
        }
        Ok(raw)
    }

    /// All that it says: the body, and the values of its headers.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.headers.iter().map(|(_, value)| value.as_bytes()).chain([self.body.as_slice()])
    }

    /// Whether the command line has all of the body.
    pub(crate) fn is_shown_whole(&self) -> bool {
        self.body.len() <= MAX_SHOWN
    }

    /// The command line that makes the same request.
    pub(crate) fn curl(&self, url: &str) -> String {
        let mut line = format!("curl -sS -i -X {} {}", self.method, quote(url));
        for (name, value) in &self.headers {
            line.push_str(&header_flag(name, value));
        }
        match self.body.len() {
            0 => line,
            length if length > MAX_SHOWN => {
                format!("head -c {length} /dev/zero | tr '\\0' ' ' | {line} --data-binary @-")
            }
            _ => format!("{line} --data-binary {}", quote(&String::from_utf8_lossy(&self.body))),
        }
    }

    /// Makes the request. Whoever drops this hangs up.
    pub(crate) async fn send(&self, sender: &Sender, url: &str) -> Result<Heard, CallError> {
        let unusable = |reason: &dyn std::fmt::Display| CallError::unusable(Target::Mcp, reason);
        let mut request = sender.0.request(self.method.clone(), url).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| unusable(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = bounded(response).await.map_err(|error| unusable(&error))?;
        Ok(Heard { status, headers, text: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// The answer to it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Heard {
    /// Its JSON, also that of an event; null where it has none.
    pub(crate) fn json(&self) -> Value {
        read_message(&self.headers, &self.text).unwrap_or_default()
    }

    /// The code of a JSON-RPC error.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json().pointer("/error/code")?.as_i64()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// For reports.
    pub(crate) fn shown(&self) -> Value {
        let body = match self.json() {
            Value::Null => Value::from(self.text.chars().take(MAX_SHOWN).collect::<String>()),
            json => json,
        };
        serde_json::json!({ "status": self.status, "body": body })
    }
}
