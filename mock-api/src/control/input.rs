//! What a control operation is given: parameters, query, body. Unknown ones are refused, with a text that says what is known.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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
        read(Value::Object(self.query_map(&[])))
    }

    /// The body as JSON, whatever its content type; an empty one is `{}`.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        if self.body.is_empty() {
            return read(Value::Object(Map::new()));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| problem(&error))?;
        reader.end().map_err(|error| ControlError::invalid("", error.to_string()))?;
        Ok(value)
    }
}

/// Reads a value; what is wrong with it is said at a JSON pointer.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, ControlError> {
    serde_path_to_error::deserialize(value).map_err(|error| problem(&error))
}

fn problem(error: &serde_path_to_error::Error<serde_json::Error>) -> ControlError {
    let path = error.path().to_string();
    let pointer = if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) };
    ControlError::invalid(pointer, error.inner().to_string())
}

/// One operation of the control API.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    /// From `/_mock` on, without it.
    pub(super) path: &'static str,
    pub(super) router: MethodRouter<Arc<Mock>>,
}

/// The largest body that most operations read.
pub(super) const MAX_BODY: usize = 8 * 1024 * 1024;

pub(super) fn operation<F, Fut>(method: &'static str, path: &'static str, handler: F) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    operation_up_to(MAX_BODY, method, path, handler)
}

/// An operation with another limit of its body.
pub(super) fn operation_up_to<F, Fut>(
    limit: usize,
    method: &'static str,
    path: &'static str,
    handler: F,
) -> Operation
where
    F: Fn(Arc<Mock>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, ControlError>> + Send,
{
    let serve = move |mock: axum::extract::State<Arc<Mock>>, params: RawPathParams, request: Request| async move {
        let input = read_input(&params, request, limit).await?;
        handler(mock.0, input).await
    };
    let filter = Method::from_bytes(method.as_bytes()).ok().and_then(|method| method.try_into().ok());
    Operation { method, path, router: on(filter.unwrap_or(MethodFilter::TRACE), serve) }
}

async fn read_input(params: &RawPathParams, request: Request, limit: usize) -> Result<Input, ControlError> {
    let (parts, body) = request.into_parts();
    let too_large =
        |_| ControlError::new(413, "PAYLOAD_TOO_LARGE", format!("The body is larger than {limit} bytes"));
    let body = axum::body::to_bytes(body, limit).await.map_err(too_large)?;
    Ok(Input {
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        body,
    })
}
