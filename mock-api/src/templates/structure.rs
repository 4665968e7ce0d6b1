//! The rules of a body and its limits.

use serde_json::{Map, Value, json};

use super::body::Body;
use super::placeholder::{self, Part, parts};
use super::{buttons, known, text};
use crate::fields::Fields;
use crate::link;

const HEADER_TYPES: [&str; 5] = ["NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT"];

/// The field `body` in one of its three shapes: an object, the same as JSON text, or plain text.
pub(super) fn read(fields: &Fields<'_>) -> Option<Body> {
    fields.require("body");
    let structured = match fields.value("body")? {
        Value::Object(map) => map.clone(),
        Value::String(text) => from_text(text),
        _ => {
            fields.issue("body", "must be an object or a string");
            return None;
        }
    };
    check(&fields.stand_in("body", &structured));
    Some(known::kept(&structured))
}

fn from_text(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => map,
        _ => Map::from_iter([("body".to_owned(), json!({ "text": text }))]),
    }
}

fn check(body: &Fields<'_>) {
    if let Some(header) = body.object("header") {
        check_header(&header);
    }
    body.require("body");
    if let Some(component) = body.object("body") {
        check_text(&component);
    }
    if let Some(footer) = body.object("footer") {
        check_footer(&footer);
    }
    buttons::check(body);
}

fn check_header(header: &Fields<'_>) {
    let kind = header.one_of("type", &HEADER_TYPES);
    // What a type has no use for is ignored, but of the right type all the same.
    let unused: &[&'static str] = match kind {
        Some("TEXT") => &["url", "base64"],
        Some("IMAGE" | "VIDEO" | "DOCUMENT") => &["text"],
        _ => &["text", "url", "base64"],
    };
    for key in unused {
        header.text(key);
    }
    match kind {
        Some("TEXT") => check_header_text(header),
        Some("IMAGE") => check_media(header, &["image/jpeg", "image/jpg", "image/png"], "a JPG or PNG"),
        Some("VIDEO") => check_media(header, &["video/mp4"], "an MP4"),
        Some("DOCUMENT") => check_media(header, &["application/pdf"], "a PDF"),
        // `NONE` is the default.
        _ => {}
    }
}

fn check_header_text(header: &Fields<'_>) {
    let Some(content) = filled_at_most(header, 60) else { return };
    if placeholder::names(content).count() > 1 {
        header.issue("text", "must have at most one variable");
    }
    if let Some(reason) = text::unsuited(content) {
        header.issue("text", reason);
    }
    check_named(header, content);
}

fn check_media(header: &Fields<'_>, types: &[&str], expected: &str) {
    match (header.text("url"), header.text("base64")) {
        (Some(url), None) if !link::is_web(url) => header.issue("url", "must be an http or https URL"),
        (None, Some(data)) if !is_data_uri(data, types) => {
            header.issue("base64", format!("must be {expected} as data:<mime>;base64,<content>"));
        }
        (Some(_), Some(_)) => header.issue_here("must have url or base64, not both"),
        (None, None) if !header.has("url") && !header.has("base64") => {
            header.issue_here("must have url or base64")
        }
        _ => {}
    }
}

/// The head is looked at, the content is not: it is stored nowhere.
fn is_data_uri(text: &str, types: &[&str]) -> bool {
    let parts = text.strip_prefix("data:").and_then(|rest| rest.split_once(','));
    parts.is_some_and(|(head, content)| {
        let mime = head.strip_suffix(";base64").and_then(|head| head.split(';').next()).unwrap_or_default();
        types.iter().any(|kind| mime.eq_ignore_ascii_case(kind)) && !content.is_empty()
    })
}

fn check_text(component: &Fields<'_>) {
    let Some(content) = filled_at_most(component, 1024) else { return };
    let parts = parts(content.trim());
    if matches!(parts.first(), Some(Part::Variable(_))) || matches!(parts.last(), Some(Part::Variable(_))) {
        component.issue("text", "must not start or end with a variable");
    }
    check_named(component, content);
}

fn check_footer(footer: &Fields<'_>) {
    let Some(content) = filled_at_most(footer, 60) else { return };
    if placeholder::names(content).next().is_some() {
        footer.issue("text", "must not have variables");
    }
}

fn filled_at_most<'a>(fields: &Fields<'a>, max: usize) -> Option<&'a str> {
    fields.required("text").and_then(|_| fields.at_most("text", max))
}

/// Variables of texts are named; `{{1}}` is for URLs.
fn check_named(fields: &Fields<'_>, content: &str) {
    if placeholder::names(content).any(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        fields.issue("text", "must name its variables, as in {{nome}}");
    }
}
