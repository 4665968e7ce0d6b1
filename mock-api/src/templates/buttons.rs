//! The rules of a template's buttons.

use serde_json::Value;

use super::placeholder::{self, Part, parts};
use crate::fields::Fields;

const MAX_BUTTONS: usize = 10;

/// The types and how many of each a template may have.
const LIMITS: [(&str, usize); 4] = [("QUICK_REPLY", 10), ("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)];

pub(super) fn check(body: &Fields<'_>) {
    let Some(buttons) = body.objects("buttons", 0, MAX_BUTTONS) else { return };
    let types: Vec<_> = buttons.iter().filter_map(check_button).collect();
    for (kind, max) in LIMITS {
        if types.iter().filter(|other| **other == kind).count() > max {
            body.issue("buttons", format!("must have at most {max} of type {kind}"));
        }
    }
}

/// Checks one button and says its type.
fn check_button(button: &Fields<'_>) -> Option<&'static str> {
    button.require("type");
    let kind = button.one_of("type", &LIMITS.map(|(kind, _)| kind))?;
    if kind == "COPY_CODE" {
        check_code(button);
        return Some(kind);
    }
    button.required("text");
    match kind {
        "URL" => check_url(button),
        "PHONE_NUMBER" => {
            button.require("phone_number");
            button.phone("phone_number");
        }
        _ => {}
    }
    Some(kind)
}

/// A URL, static or with one variable at its end.
fn check_url(button: &Fields<'_>) {
    if button.has("example") {
        sample(button);
    }
    let Some(url) = button.required("url") else { return };
    let parts = parts(url);
    let (fixed, variable) = match parts.as_slice() {
        [Part::Text(fixed)] => (*fixed, false),
        [Part::Text(fixed), Part::Variable(_)] => (*fixed, true),
        _ if placeholder::names(url).count() > 1 => {
            return button.issue("url", "must have at most one variable");
        }
        _ => return button.issue("url", "must have its variable at the end"),
    };
    if !crate::link::is_web(fixed) {
        button.issue("url", "must be an http or https URL");
    } else if variable && !is_past_domain(fixed) {
        button.issue("url", "must not have its variable in the domain");
    }
}

/// Whether the fixed part of a URL goes beyond the domain, so that what follows is not part of it.
fn is_past_domain(fixed: &str) -> bool {
    fixed.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']))
}

fn check_code(button: &Fields<'_>) {
    button.require("example");
    if let Some(code) = sample(button)
        && (code.chars().count() > 15 || !code.chars().all(char::is_alphanumeric))
    {
        button.issue("example", "must be a code of at most 15 letters and digits");
    }
}

/// The sample of a button: text, or, as in the documented request, an array with one.
fn sample<'a>(button: &Fields<'a>) -> Option<&'a str> {
    let sample = match button.value("example")? {
        Value::String(text) => Some(text.as_str()),
        Value::Array(items) => match items.as_slice() {
            [Value::String(text)] => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    };
    let sample = sample.filter(|text| !text.trim().is_empty());
    if sample.is_none() {
        button.issue("example", "must be a sample, or an array with one");
    }
    sample
}
