//! `POST /messages/send`: accepts a message into the queue.

use fixtures::world::{ContentType, Direction};
use serde::Serialize;

use super::checks;
use super::idempotency::Idempotency;
use super::model::{Message, MessageStatus, Row, RowMedia};
use super::request::{Mode, SendRequest};
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::state::State;
use crate::time::Time;

/// The MCP server is recognised by its user agent (U-20).
const MCP_USER_AGENT: &str = "pilot-status-mcp";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Accepted<'a> {
    id: &'a str,
    correlation_id: &'a str,
    status: MessageStatus,
    created_at: Time,
    /// Here the display name of the sending number.
    origin: &'a str,
    source_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_token: Option<String>,
}

pub(super) fn send(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let key = Idempotency::key(call)?;
    let request = call.read(SendRequest::read)?;
    if let Some(key) = &key
        && let Some(reply) = state.messaging.idempotency.replay(key, call)?
    {
        return Ok(reply);
    }
    let prepared = checks::prepare(state, call, &request)?;
    let reply = accept(state, call, &request, &prepared)?;
    if let Some(key) = key {
        state.messaging.idempotency.remember(key, call, reply.clone(), &mut state.schedule);
    }
    Ok(reply)
}

fn accept(
    state: &mut State,
    call: &Call<'_>,
    request: &SendRequest,
    prepared: &checks::Prepared,
) -> Result<Reply, ApiError> {
    let (ids, now) = (&mut state.ids, call.now);
    let message = Message {
        id: ids.id("msg", now),
        correlation_id: ids.id("corr", now),
        to: request.to.clone(),
        template: prepared.template.clone(),
        status: MessageStatus::Queued,
        origin: origin(call),
        created_at: now,
        deliver_at: request.deliver_at,
        deliver_until: request.deliver_until,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        external_id: None,
        error_code: None,
        error_message: None,
    };
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let reply = Reply::accepted(&Accepted {
        id: &message.id,
        correlation_id: &message.correlation_id,
        status: message.status,
        created_at: now,
        origin: &number.name,
        source_number: &number.digits,
        flow_token: prepared.has_flow.then(|| ids.uuid()),
    })?;
    let row_id = ids.id("cm", now);
    let chest = state.messaging.of_mut(call.number());
    let conversation = chest.conversation(&request.to, now, || ids.id("conv", now));
    chest.add_sent(message, row(row_id, conversation, request, prepared, now));
    Ok(reply)
}

fn origin(call: &Call<'_>) -> &'static str {
    let agent = call.header("user-agent").unwrap_or_default();
    if agent.starts_with(MCP_USER_AGENT) { "MCP" } else { "API" }
}

fn row(
    id: String,
    conversation: usize,
    request: &SendRequest,
    prepared: &checks::Prepared,
    now: Time,
) -> Row {
    let media = request.media.as_ref().map(|media| RowMedia {
        url: (!media.is_base64()).then(|| media.source.clone()),
        mime_type: media.mime_type(),
        ..RowMedia::default()
    });
    Row {
        id,
        conversation,
        direction: Direction::Outbound,
        kind: kind(request),
        text: prepared.text.clone(),
        media,
        sender: None,
        sender_name: None,
        external_id: None,
        read_at: None,
        at: now,
        message: None,
    }
}

fn kind(request: &SendRequest) -> ContentType {
    match (&request.mode, request.media.as_ref().and_then(|media| media.kind)) {
        (Mode::Media { .. } | Mode::Template { .. }, Some(kind)) => kind.content_type(),
        _ => ContentType::Text,
    }
}
