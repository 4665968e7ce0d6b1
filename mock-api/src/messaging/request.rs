//! Reads the body of a send: exactly one mode, exactly one destination, and what goes with them.

use serde_json::{Map, Value};

use super::attachment::Media;
use super::interactive::Interactive;
use super::model::Peer;
use super::{destination, interactive};
use crate::fields::Fields;
use crate::time::Time;

/// A message as it was asked for.
#[derive(Debug, Clone)]
pub(super) struct SendRequest {
    pub(super) to: Peer,
    pub(super) mode: Mode,
    /// The media of a direct send, or what overrides a template's.
    pub(super) media: Option<Media>,
    pub(super) labels: Vec<String>,
    /// Overrides the number's `markReadOnSend`.
    pub(super) mark_read: Option<bool>,
    pub(super) deliver_at: Option<Time>,
    pub(super) deliver_until: Option<Time>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) enum Mode {
    Template { id: String, variables: Map<String, Value> },
    Text { text: String, flow: bool, has_media: bool },
    Media { caption: Option<String> },
}

impl SendRequest {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let to = destination::read(fields);
        let variables = fields.map("variables").cloned().unwrap_or_default();
        let media = Media::read(fields);
        let interactive = interactive::read(fields);
        let mode = mode(fields, variables, media.as_ref(), &interactive);
        // It varies the text of marketing templates on the server; the mock sends what it was given.
        if let Some(options) = fields.object("marketingOptions") {
            options.boolean("aiRewriteEnabled");
        }
        let (labels, mark_read) = (labels(fields), fields.boolean("markRead"));
        let (deliver_at, deliver_until) = (instant(fields, "deliverAt"), instant(fields, "deliverUntil"));
        Some(Self { to: to?, mode: mode?, media, labels, mark_read, deliver_at, deliver_until })
    }
}

fn mode(
    fields: &Fields<'_>,
    variables: Map<String, Value>,
    media: Option<&Media>,
    interactive: &Interactive,
) -> Option<Mode> {
    let template = fields.filled("templateId");
    let text = fields.filled("text");
    let caption = fields.text("caption");
    let direct_media = media.is_some() && !fields.has("templateId");
    let given = [fields.has("templateId"), fields.has("text"), direct_media]
        .into_iter()
        .filter(|given| *given)
        .count();
    if given != 1 {
        fields.issue_here("give exactly one of templateId, text, media");
        return None;
    }
    if !fields.has("text") {
        interactive.refuse(fields);
    }
    if fields.has("caption") && !direct_media {
        fields.issue("caption", "goes with direct media only");
    }
    if !variables.is_empty() && !fields.has("templateId") {
        fields.issue("variables", "go with a template only");
    }
    if let Some(id) = template {
        return Some(Mode::Template { id: id.to_owned(), variables });
    }
    if let Some(text) = text {
        let Interactive { flow, has_media, .. } = *interactive;
        return Some(Mode::Text { text: text.to_owned(), flow, has_media });
    }
    direct(fields, media?, caption)
}

fn direct(fields: &Fields<'_>, media: &Media, caption: Option<&str>) -> Option<Mode> {
    if !fields.has("mediaType") && media.content_type().is_none() {
        fields.issue("mediaType", "is required where neither a data URI nor the URL's extension tells it");
    }
    if caption.is_some() && !media.takes_caption() {
        fields.issue("caption", "goes with image, video and document only");
    }
    Some(Mode::Media { caption: caption.map(str::to_owned) })
}

fn labels(fields: &Fields<'_>) -> Vec<String> {
    let labels = fields.texts("labels", 0, usize::MAX).unwrap_or_default();
    for (index, _) in labels.iter().enumerate().filter(|(_, label)| label.is_empty()) {
        fields.issue(&format!("labels/{index}"), "must not be empty");
    }
    labels.into_iter().map(str::to_owned).collect()
}

fn instant(fields: &Fields<'_>, key: &'static str) -> Option<Time> {
    let text = fields.text(key)?;
    let time = text.parse().ok();
    if time.is_none() {
        fields.issue(key, "must be an ISO 8601 date and time");
    }
    time
}
