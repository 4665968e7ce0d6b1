//! A template and its versions.

use fixtures::world::{MetaStatus, TemplateCategory};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::body::Body;
use super::placeholder;
use crate::time::Time;

/// One state of a template's content.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    /// Counted from 1.
    pub(super) number: u32,
    pub(super) body: Body,
    pub(super) language: String,
    /// Meta's verdict; none on web numbers, which have no review.
    pub(super) meta_status: Option<MetaStatus>,
    pub(super) created_at: Time,
}

/// A template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(crate) id: String,
    /// Normalised.
    pub(crate) name: String,
    /// Fixed at creation.
    pub(crate) category: TemplateCategory,
    pub(super) latest: Version,
    /// The last approved version, while the latest is another one: it stays sendable during a review (U-12).
    pub(super) approved: Option<Version>,
}

impl Template {
    /// Puts a new version on top.
    pub(super) fn revise(&mut self, version: Version) {
        let previous = std::mem::replace(&mut self.latest, version);
        if previous.meta_status == Some(MetaStatus::Approved) {
            self.approved = Some(previous);
        }
    }

    /// Meta's verdict on the latest version.
    pub(super) fn decide(&mut self, verdict: MetaStatus) {
        self.latest.meta_status = Some(verdict);
        // A template that is switched off is so in all its versions.
        if matches!(verdict, MetaStatus::Approved | MetaStatus::Disabled) {
            self.approved = None;
        }
    }

    /// The version that a send would use now: the latest on web numbers and where Meta has approved it, the last approved one while Meta reviews the latest.
    pub(super) fn sendable(&self) -> Option<&Version> {
        match self.latest.meta_status {
            None | Some(MetaStatus::Approved) => Some(&self.latest),
            Some(MetaStatus::Pending) => self.approved.as_ref(),
            Some(MetaStatus::Rejected | MetaStatus::Disabled) => None,
        }
    }

    /// The version that a send is checked against: the one it would use, or else the latest (U-26).
    fn current(&self) -> &Version {
        self.sendable().unwrap_or(&self.latest)
    }

    /// Whether a send with it can reach WhatsApp now.
    pub(crate) fn is_sendable(&self) -> bool {
        self.sendable().is_some()
    }

    /// Every placeholder of a send, in order of appearance, button texts included.
    pub(crate) fn placeholders(&self) -> Vec<String> {
        self.current().body.placeholders()
    }

    /// Whether a send of it answers with a `flowToken`.
    /// Whether its header is media.
    pub(crate) fn has_media(&self) -> bool {
        self.current().body.has_media()
    }

    pub(crate) fn has_flow_button(&self) -> bool {
        self.current().body.has_flow_button()
    }

    /// The body's text with its variables filled in.
    pub(crate) fn preview(&self, variables: &Map<String, Value>) -> String {
        placeholder::fill(self.current().body.text(), |name| variables.get(name).and_then(Value::as_str))
    }
}
