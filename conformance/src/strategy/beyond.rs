//! What the API refuses as invalid, or cannot be told, although no schema can say so. The contract has each in prose, at the place named here.

use fixtures::contract::Operation;
use serde_json::Value;

/// Whether arguments that their schema accepts are refused as invalid all the same.
pub(super) fn refused(operation: &Operation, arguments: &Value) -> bool {
    match operation.id.as_str() {
        "post_messages_send" => rows(arguments) > 10 || blank_around_key(arguments),
        "post_templates" | "put_templates_id" => {
            opens_like_an_object(arguments) || decorates_its_header(arguments)
        }
        "get_analytics_dashboard" => names_no_time_zone(arguments),
        _ => false,
    }
}

/// `Idempotency-Key`: HTTP takes blanks around a header away, so that they cannot be meant.
fn blank_around_key(arguments: &Value) -> bool {
    arguments.get("idempotencyKey").and_then(Value::as_str).is_some_and(|key| key.trim() != key)
}

/// `ListMessage`: at most 10 rows over all sections.
fn rows(arguments: &Value) -> usize {
    let sections = arguments.pointer("/list/sections").and_then(Value::as_array);
    sections.into_iter().flatten().filter_map(|section| section.get("rows")?.as_array()).map(Vec::len).sum()
}

/// `TemplateHeaderInput`: no emojis and no formatting. What counts as either is not attested, so that only plain signs are tried.
fn decorates_its_header(arguments: &Value) -> bool {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || " .,!?'-{}áéíõçÇ".contains(sign);
    arguments
        .pointer("/body/header/text")
        .and_then(Value::as_str)
        .is_some_and(|text| !text.chars().all(plain))
}

/// `tz`: the name of a time zone. Only these are tried.
fn names_no_time_zone(arguments: &Value) -> bool {
    let known = ["UTC", "America/Sao_Paulo", "Europe/Lisbon", "Asia/Kathmandu"];
    arguments.get("tz").and_then(Value::as_str).is_some_and(|name| !known.contains(&name))
}

/// `TemplateInput`: a string that opens like a JSON object is read as one, and need not be a valid one.
fn opens_like_an_object(arguments: &Value) -> bool {
    arguments.get("body").and_then(Value::as_str).is_some_and(|text| text.trim_start().starts_with('{'))
}
