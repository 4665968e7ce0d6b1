//! Templates as the API shows them.

use fixtures::world::{MetaStatus, TemplateCategory};
use indexmap::IndexSet;
use serde::Serialize;

use super::body::Body;
use super::model::{Template, Version};
use crate::time::Time;

/// A template in the list and by itself: its latest version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View<'a> {
    id: &'a str,
    name: &'a str,
    category: TemplateCategory,
    body: &'a Body,
    variables: IndexSet<&'a str>,
    source: &'static str,
    meta_status: Option<MetaStatus>,
    meta_language: Option<&'a str>,
    sendable: bool,
    latest_version: VersionView,
}

/// The evidence names `latestVersion` and nothing in it; what stands here is ours.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionView {
    version: u32,
    meta_status: Option<MetaStatus>,
    created_at: Time,
}

impl<'a> View<'a> {
    pub(super) fn new(template: &'a Template) -> Self {
        let Version { number, ref body, ref language, meta_status, created_at } = template.latest;
        Self {
            id: &template.id,
            name: &template.name,
            category: template.category,
            body,
            variables: body.variables(),
            source: if meta_status.is_some() { "META" } else { "PILOT_STATUS" },
            meta_status,
            meta_language: meta_status.is_some().then_some(language),
            sendable: template.is_sendable(),
            latest_version: VersionView { version: number, meta_status, created_at },
        }
    }
}

/// The answer to create and update.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Submitted<'a> {
    id: &'a str,
    name: &'a str,
    category: TemplateCategory,
    meta_status: Option<MetaStatus>,
}

impl<'a> Submitted<'a> {
    pub(super) fn new(template: &'a Template) -> Self {
        Self {
            id: &template.id,
            name: &template.name,
            category: template.category,
            meta_status: template.latest.meta_status,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Deleted<'a> {
    pub(super) deleted: bool,
    pub(super) id: &'a str,
}
