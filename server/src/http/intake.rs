//! From an HTTP request to a message: media types, size; then JSON-RPC framing and the version named in the header.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};
use rmcp::model::{ErrorCode, ProtocolVersion, RequestId};
use serde_json::{Value, json};

use super::{MAX_BODY_BYTES, Problem};
use crate::handler::REVISIONS;
use crate::jsonrpc::{self, Frame, Rejection};
use crate::room::{Collected, Full, Held, Room};

/// How much of a body that is too long is read and thrown away, so that the client gets to read the refusal.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;

/// What a client that takes JSON may accept.
const TAKEN: [&str; 3] = ["application/json", "application/*", "*/*"];

pub(super) const VERSION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// A message that was read.
#[derive(Debug)]
pub struct Taken {
    /// The HTTP request, but for its body.
    pub parts: Parts,
    /// The message.
    pub body: Bytes,
    /// The body's share of the room for bodies; to be kept for as long as the message is.
    pub(super) room: Held,
}

/// Reads the message of a request, as far as there is `room` for it.
///
/// # Errors
/// The refusal to answer with.
pub async fn read(request: Request, timeout: Duration, room: &Room) -> Result<Taken, Response> {
    let (parts, body) = request.into_parts();
    check_media_types(&parts.headers).map_err(IntoResponse::into_response)?;
    let body = tokio::time::timeout(timeout, collect(&parts.headers, body, room)).await;
    let body = body.unwrap_or_else(|_| {
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "the body did not arrive in time"))
    });
    let (body, room) = body.map_err(IntoResponse::into_response)?;
    Ok(Taken { parts, body, room })
}

/// A JSON-RPC error with status 400.
pub(super) fn refuse(rejection: &Rejection) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(rejection.to_json())).into_response()
}

fn check_media_types(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence);
    if !content_type.is_some_and(|it| it.eq_ignore_ascii_case("application/json")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send application/json",
        ));
    }
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut accepted = accepted.flat_map(|value| value.split(',')).map(essence).peekable();
    let any = accepted.peek().is_none();
    if !any && !accepted.any(|range| TAKEN.iter().any(|taken| range.eq_ignore_ascii_case(taken))) {
        return Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "accept application/json and text/event-stream",
        ));
    }
    Ok(())
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

async fn collect(headers: &HeaderMap, body: Body, room: &Room) -> Result<(Bytes, Held), Problem> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut collected = Some(Collected::new(room, announced.unwrap_or(0).min(MAX_BODY_BYTES)));
    let mut drained = 0;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "BODY_UNREADABLE", "the body broke off"))?;
        match &mut collected {
            Some(collected) if collected.len() + chunk.len() <= MAX_BODY_BYTES => collected.extend(&chunk)?,
            // With its room: nothing of it is kept.
            collected => *collected = None,
        }
        if collected.is_none() {
            drained += chunk.len();
        }
        if drained > MAX_DRAINED_BYTES {
            break;
        }
    }
    collected.map(Collected::finish).ok_or_else(|| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            format!("a body has at most {MAX_BODY_BYTES} bytes"),
        )
    })
}

impl From<Full> for Problem {
    fn from(_: Full) -> Self {
        let error = "this server has as many requests under way as it takes: call again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVER_BUSY", error).with_retry_after(1)
    }
}

/// The id of the message, if it is a JSON-RPC request; a notification has none.
///
/// # Errors
/// For what is neither, and for a version that the header names and nobody knows.
pub(super) fn check(headers: &HeaderMap, body: &[u8]) -> Result<Option<RequestId>, Rejection> {
    match jsonrpc::read(body)? {
        Frame::Request { id, message } => {
            check_version(headers, &message, &id)?;
            Ok(Some(id))
        }
        Frame::Notification(_) => Ok(None),
        Frame::Response => {
            Err(Rejection::new(ErrorCode::INVALID_REQUEST, "this server sends no requests", None))
        }
    }
}

/// A version in the header alone, as revisions before 2026-07-28 have it; one in the message is checked with the rest of its metadata.
fn check_version(headers: &HeaderMap, message: &Value, id: &RequestId) -> Result<(), Rejection> {
    let Some(requested) = headers.get(VERSION_HEADER).and_then(|value| value.to_str().ok()) else {
        return Ok(());
    };
    let known = || ProtocolVersion::KNOWN_VERSIONS.iter().any(|version| version.as_str() == requested);
    let in_message = || message.pointer("/params/_meta/io.modelcontextprotocol~1protocolVersion").is_some();
    let initializes = || message.get("method").is_some_and(|method| method == "initialize");
    if known() || in_message() || initializes() {
        return Ok(());
    }
    let mut rejection = Rejection::new(
        ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
        "Unsupported protocol version",
        Some(id.clone()),
    );
    rejection.data = Some(Box::new(json!({ "requested": requested, "supported": REVISIONS })));
    Err(rejection)
}
