//! What makes a free-form text interactive: buttons with a header and a footer, or a list, a carousel, a flow.

use crate::fields::Fields;

const KEYS: [&str; 6] = ["buttons", "header", "footer", "list", "carousel", "flow"];

/// What of it is there.
#[derive(Debug, Clone, Default)]
pub(super) struct Interactive {
    given: Vec<&'static str>,
    pub(super) flow: bool,
    /// Whether it carries media: a header that is not text, or a carousel.
    pub(super) has_media: bool,
}

impl Interactive {
    /// Notes that it goes with `text` only.
    pub(super) fn refuse(&self, fields: &Fields<'_>) {
        for key in &self.given {
            fields.issue(key, "goes with text only");
        }
    }
}

pub(super) fn read(fields: &Fields<'_>) -> Interactive {
    let given: Vec<_> = KEYS.into_iter().filter(|key| fields.has(key)).collect();
    let alternatives =
        ["buttons", "list", "carousel", "flow"].into_iter().filter(|key| fields.has(key)).count();
    if alternatives > 1 {
        fields.issue_here("give at most one of buttons, list, carousel, flow");
    }
    for key in ["header", "footer"] {
        if fields.has(key) && !fields.has("buttons") {
            fields.issue(key, "goes with buttons only");
        }
    }
    buttons(fields);
    let media_header = header(fields);
    fields.at_most("footer", 60);
    list(fields);
    carousel(fields);
    flow(fields);
    Interactive { flow: fields.has("flow"), has_media: media_header || fields.has("carousel"), given }
}

/// `type` and `label` are required; which type needs which of the others is not documented.
fn buttons(fields: &Fields<'_>) {
    for button in fields.objects("buttons", 0, 3).unwrap_or_default() {
        button.require("label");
        filled_at_most(&button, "label", 20);
        button.require("type");
        button.one_of("type", &["reply", "url", "call", "copy"]);
        if button.filled("url").is_some_and(|url| !crate::link::is_web(url)) {
            button.issue("url", "must be an http(s) URL");
        }
        button.phone("phoneNumber");
        button.filled("copyCode");
    }
}

fn filled_at_most<'a>(fields: &Fields<'a>, key: &'static str, max: usize) -> Option<&'a str> {
    fields.filled(key).and_then(|_| fields.at_most(key, max))
}

/// Whether the header carries media.
fn header(fields: &Fields<'_>) -> bool {
    let Some(header) = fields.object("header") else { return false };
    header.required("content");
    header.require("type");
    header.one_of("type", &["text", "image", "video", "document"]).is_some_and(|kind| kind != "text")
}

/// The limits are WhatsApp's; which keys are required is not documented.
fn list(fields: &Fields<'_>) {
    let Some(list) = fields.object("list") else { return };
    filled_at_most(&list, "buttonText", 20);
    let mut total = 0;
    for section in list.objects("sections", 0, 10).unwrap_or_default() {
        section.at_most("title", 24);
        for row in section.objects("rows", 0, 10).unwrap_or_default() {
            total += 1;
            filled_at_most(&row, "title", 24);
            row.at_most("description", 72);
            filled_at_most(&row, "rowId", 200);
        }
    }
    if total > 10 {
        list.issue("sections", "must have at most 10 rows in all");
    }
}

fn carousel(fields: &Fields<'_>) {
    let Some(carousel) = fields.object("carousel") else { return };
    carousel.map("cardTemplate");
    carousel.require("cards");
    for card in carousel.objects("cards", 2, 10).unwrap_or_default() {
        card.require("media");
        if card
            .map("media")
            .is_some_and(|media| media.is_empty() || !media.values().all(serde_json::Value::is_string))
        {
            card.issue("media", "must have strings, at least one");
        }
        card.text("body");
        for button in card.objects("buttons", 0, usize::MAX).unwrap_or_default() {
            button.one_of("type", &["QUICK_REPLY", "URL"]);
            for key in ["text", "url", "payload"] {
                button.text(key);
            }
        }
    }
}

fn flow(fields: &Fields<'_>) {
    let Some(flow) = fields.object("flow") else { return };
    flow.filled("flowId");
    flow.text("cta");
    flow.one_of("action", &["navigate", "data_exchange"]);
    flow.text("screen");
    flow.map("data");
    flow.one_of("mode", &["published", "draft"]);
}
