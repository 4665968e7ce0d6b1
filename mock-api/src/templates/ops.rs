//! The five operations.

use fixtures::world::MetaStatus;

use super::model::{Template, Version};
use super::request::{Content, NewTemplate};
use super::review;
use super::view::{Deleted, Submitted, View};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::ids::Ids;
use crate::numbers::Number;
use crate::state::State;
use crate::time::Time;

pub(super) fn not_found() -> ApiError {
    ApiError::new(Code::TemplateNotFound, "Template not found")
}

pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let templates: Vec<_> = state.templates.of(number).map(View::new).collect();
    Reply::ok(&templates)
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let template = state.templates.find(number, call.param("id")).ok_or_else(not_found)?;
    Reply::ok(&View::new(template))
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let NewTemplate { name, category, content } = call.read(NewTemplate::read)?;
    content.require_samples()?;
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    if state.templates.has_name(number, &name) {
        let text = format!("A template named {name} already exists");
        return Err(ApiError::new(Code::TemplateAlreadyExists, text));
    }
    if number.is_meta() {
        content.submit_to_meta()?;
    }
    let id = state.ids.id("tpl", call.now);
    let latest = version(number, content, 1, call.now, &mut state.ids);
    let template = Template { id, name, category, latest, approved: None };
    let reply = Reply::created(&Submitted::new(&template));
    review::submit(&mut state.schedule, number, &template, call.now);
    state.templates.insert(number, template);
    reply
}

pub(super) fn update(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let content = call.read(Content::read_update)?;
    content.require_samples()?;
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let template = state.templates.find_mut(number, call.param("id")).ok_or_else(not_found)?;
    if number.is_meta() {
        content.submit_to_meta()?;
    }
    let count = template.latest.number.saturating_add(1);
    let version = version(number, content, count, call.now, &mut state.ids);
    template.revise(version);
    review::submit(&mut state.schedule, number, template, call.now);
    Reply::ok(&Submitted::new(template))
}

pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    let template = state.templates.remove(number, call.param("id")).ok_or_else(not_found)?;
    Reply::ok(&Deleted { deleted: true, id: &template.id })
}

/// A new version, on Meta one that waits for review.
fn version(number: &Number, content: Content, count: u32, now: Time, ids: &mut Ids) -> Version {
    let mut body = content.body;
    body.rehost(|data| {
        crate::media::hosted("templates", &ids.hex(16), crate::link::mime_type(data).unwrap_or_default())
    });
    Version {
        number: count,
        body,
        language: content.language,
        meta_status: number.is_meta().then_some(MetaStatus::Pending),
        created_at: now,
    }
}
