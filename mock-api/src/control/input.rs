//! What a control operation is given: parameters, query, body. Unknown ones are refused, with a text that says what is known.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::error::ControlError;
use crate::mock::Mock;

/// A request to the control API.
#[derive(Debug)]
pub(super) struct Input {
    params: Vec<(String, String)>,
    query: Vec<(String, String)>,
    pub(super) body: Bytes,
}

impl Input {
    /// A parameter of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The query as an object; the values of `integers` are numbers where they can be, the others are text.
    pub(super) fn query_map(&self, integers: &[&str]) -> Map<String, Value> {
        let value = |key: &str, text: &str| match text.parse::<u64>() {
            Ok(number) if integers.contains(&key) => Value::from(number),
            _ => Value::from(text),
        };
        self.query.iter().map(|(key, text)| (key.clone(), value(key, text))).collect()
    }

    /// The query, all of it text.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        read("", Value::Object(self.query_map(&[])))
    }

    /// The body, which is a JSON object whatever its content type; an empty one is `{}`.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        if self.body.is_empty() {
            return read("", Value::Object(Map::new()));
        }
        // serde would take an array as well, by the order of the fields.
        if !self.body.trim_ascii_start().starts_with(b"{") {
            return Err(ControlError::invalid("", "the body must be a JSON object"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| problem("", &error))?;
        reader.end().map_err(|error| ControlError::invalid("", error.to_string()))?;
        Ok(value)
    }
}

/// Reads a value that stands at a JSON pointer; what is wrong with it is said at one.
pub(super) fn read<T: DeserializeOwned>(at: &str, value: Value) -> Result<T, ControlError> {
    serde_path_to_error::deserialize(value).map_err(|error| problem(at, &error))
}

fn problem(at: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> ControlError {
    let pointer = error.path().iter().fold(at.to_owned(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    });
    ControlError::invalid(pointer, plain(&error.inner().to_string()))
}

/// A message of serde without the names of Rust's types.
fn plain(message: &str) -> String {
    let Some((before, expected)) = message.split_once("expected ") else { return message.to_owned() };
    let mut words = expected.split(' ');
    let first = words.next().unwrap_or_default();
    let kind = match first {
        "struct" => {
            words.next();
            "an object"
        }
        "u16" | "u32" | "u64" | "usize" => "an integer of at least 0",
        "f64" => "a number",
        other => other,
    };
    words.fold(format!("{before}expected {kind}"), |text, word| format!("{text} {word}"))
}

/// One operation of the control API.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    /// From `/_mock` on, without it.
    pub(super) path: &'static str,
    pub(super) router: MethodRouter<Arc<Mock>>,
}

/// What an operation reads beside its path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    /// The largest body.
    pub(super) body: usize,
    /// Whether it looks at the query; who sends one to another operation means something else than it does.
    pub(super) query: bool,
}

/// What most operations read.
const PLAIN: Reads = Reads { body: 8 * 1024 * 1024, query: false };

pub(super) fn operation<F, Fut>(method: &'static str, path: &'static str, handler: F) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    operation_that(PLAIN, method, path, handler)
}

/// An operation that looks at its query.
pub(super) fn query_operation<F, Fut>(method: &'static str, path: &'static str, handler: F) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    operation_that(Reads { query: true, ..PLAIN }, method, path, handler)
}

/// An operation with another limit of its body.
pub(super) fn operation_up_to<F, Fut>(
    body: usize,
    method: &'static str,
    path: &'static str,
    handler: F,
) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    operation_that(Reads { body, ..PLAIN }, method, path, handler)
}

fn operation_that<F, Fut>(reads: Reads, method: &'static str, path: &'static str, handler: F) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    let serve = move |mock: axum::extract::State<Arc<Mock>>, params: Params, request: Request| async move {
        let input = read_input(params, request, reads).await?;
        handler(mock.0, input).await
    };
    let filter = Method::from_bytes(method.as_bytes()).ok().and_then(|method| method.try_into().ok());
    Operation { method, path, router: on(filter.unwrap_or(MethodFilter::TRACE), serve) }
}

type Params = Result<RawPathParams, RawPathParamsRejection>;

async fn read_input(params: Params, request: Request, reads: Reads) -> Result<Input, ControlError> {
    let params =
        params.map_err(|_| ControlError::new(404, "NOT_FOUND", "The path is not UTF-8 once decoded"))?;
    let (parts, body) = request.into_parts();
    let query: Vec<_> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    if let Some((name, _)) = query.first().filter(|_| !reads.query) {
        let pointer = format!("/{name}");
        return Err(ControlError::invalid(pointer, "unknown query parameter: this operation takes none"));
    }
    let limit = reads.body;
    let too_large =
        |_| ControlError::new(413, "PAYLOAD_TOO_LARGE", format!("The body is larger than {limit} bytes"));
    let body = axum::body::to_bytes(body, limit).await.map_err(too_large)?;
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(Input { params, query, body })
}
