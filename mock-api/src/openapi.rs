//! `GET /openapi.json`: the document of the API.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use fixtures::Contract;
use http::{StatusCode, header};

/// Put together on first need, once for all mocks of a process: few ask for it, and a start need not wait.
static DOCUMENT: LazyLock<Result<Bytes, String>> = LazyLock::new(|| {
    let contract = Contract::load().map_err(|error| error.to_string())?;
    serde_json::to_vec(contract.document()).map(Bytes::from).map_err(|error| error.to_string())
});

pub(crate) async fn get() -> Response {
    match &*DOCUMENT {
        Ok(document) => ([(header::CONTENT_TYPE, "application/json")], document.clone()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.as_str()).into_response(),
    }
}
