//! `POST /messages/send`: accepts a message into the queue.

use fixtures::world::{ContentType, Direction};
use serde::Serialize;

use super::attachment::Media;
use super::checks::{Prepared, prepare};
use super::index::Position;
use super::model::{Message, MessageStatus, Origin, Row};
use super::request::{Mode, SendRequest};
use super::store::{Place, name_of};
use super::{idempotency, lifecycle};
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
    correlation_id: String,
    status: MessageStatus,
    created_at: Time,
    /// Here the display name of the sending number.
    origin: &'a str,
    source_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_token: Option<String>,
}

pub(crate) fn send(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let key = idempotency::key(call)?;
    let request = call.read(SendRequest::read)?;
    state.messaging.idempotency.expire(call.now);
    if let Some(key) = &key
        && let Some(reply) = state.messaging.idempotency.replay(key, call)?
    {
        return Ok(reply);
    }
    let prepared = prepare(state, call, &request)?;
    let reply = accept(state, call, &request, &prepared)?;
    if let Some(key) = key {
        state.messaging.idempotency.remember(key, call, reply.clone());
    }
    Ok(reply)
}

fn accept(
    state: &mut State,
    call: &Call<'_>,
    request: &SendRequest,
    prepared: &Prepared,
) -> Result<Reply, ApiError> {
    let name = name_of(state, call.number(), &request.to);
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let mark_read = request.mark_read.unwrap_or_else(|| number.switched_on("markReadOnSend"));
    let (ids, now) = (&mut state.ids, call.now);
    let message = message(ids.id("msg", now), call, request, prepared, mark_read);
    let reply = Reply::accepted(&Accepted {
        id: &message.id,
        correlation_id: message.correlation_id(),
        status: message.status,
        created_at: now,
        origin: &number.name,
        source_number: &number.digits,
        flow_token: prepared.has_flow.then(|| ids.uuid()),
    })?;
    let chest = state.messaging.of_mut(call.number());
    let conversation = chest.open(&request.to, name, now, || ids.id("conv", now));
    let row = row(ids.id("cm", now), conversation, request, prepared, now);
    let place = Place { number: call.number().to_owned(), index: chest.add_sent(message, row) };
    if let Some(message) = chest.messages.get(place.index) {
        lifecycle::begin(&mut state.schedule, &place, message);
    }
    state.messaging.labels.tag(&call.caller.tenant, &request.labels, &request.to);
    Ok(reply)
}

fn message(
    id: String,
    call: &Call<'_>,
    request: &SendRequest,
    prepared: &Prepared,
    mark_read: bool,
) -> Message {
    Message {
        id: id.into(),
        to: request.to.clone(),
        template: prepared.template.as_deref().map(Into::into),
        status: MessageStatus::Queued,
        origin: origin(call),
        created_at: call.now,
        deliver_at: request.deliver_at,
        deliver_until: request.deliver_until,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        external_id: None,
        failure: None,
        pricing: None,
        mark_read,
        attempts: 0,
        waited: false,
        row: 0,
    }
}

fn origin(call: &Call<'_>) -> Origin {
    let agent = call.header("user-agent").unwrap_or_default();
    if agent.starts_with(MCP_USER_AGENT) { Origin::Mcp } else { Origin::Api }
}

fn row(id: String, conversation: Position, request: &SendRequest, prepared: &Prepared, now: Time) -> Row {
    Row {
        id: id.into(),
        conversation,
        direction: Direction::Outbound,
        kind: kind(request),
        text: prepared.text.as_deref().map(Into::into),
        media: request.media.as_ref().map(|media| Box::new(media.descriptor())),
        sender: None,
        external_id: None,
        quoted: None,
        read_at: None,
        at: now,
        message: None,
    }
}

/// Of what type the message is: a template with media of its own counts as text.
fn kind(request: &SendRequest) -> ContentType {
    match request.mode {
        Mode::Text { .. } => ContentType::Text,
        Mode::Media { .. } | Mode::Template { .. } => {
            request.media.as_ref().and_then(Media::content_type).unwrap_or_default()
        }
    }
}
