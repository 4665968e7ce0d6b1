//! The table for people and programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Effect, Input, MessageOutcome, TABLE};

impl Input {
    /// Where it is given.
    fn place(self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::TemplateName(_) => "template name ending",
            Self::IdempotencyKey(_) => "Idempotency-Key",
        }
    }

    /// As it is written.
    fn written(self) -> String {
        match self {
            Self::Phone(digits) => crate::phone::e164(digits),
            Self::TemplateName(text) | Self::IdempotencyKey(text) => text.to_owned(),
        }
    }
}

impl Effect {
    /// The `errorCode` of the message, if it fails with a certain one.
    fn error_code(self) -> Option<&'static str> {
        match self {
            Self::Message(MessageOutcome::Fails(failure) | MessageOutcome::SentThenFails(failure)) => {
                Some(failure.code())
            }
            _ => None,
        }
    }
}

/// The table as text, one line per input.
#[must_use]
pub fn magic_text() -> String {
    TABLE.iter().fold(String::new(), |mut text, magic| {
        let (place, input) = (magic.input.place(), magic.input.written());
        let code = magic.effect.error_code().map(|code| format!("{code}: ")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{place:<20}  {input:<13}  {code}{}", magic.text);
        text
    })
}

/// The table as a Markdown table.
#[must_use]
pub fn magic_markdown() -> String {
    let head = "| where | input | errorCode | what happens |\n|---|---|---|---|\n".to_owned();
    TABLE.iter().fold(head, |mut table, magic| {
        let code = magic.effect.error_code().map_or_else(String::new, |code| format!("`{code}`"));
        let _ = writeln!(
            table,
            "| {} | `{}` | {code} | {} |",
            magic.input.place(),
            magic.input.written(),
            magic.text
        );
        table
    })
}

/// The table as JSON: `[{ "where", "input", "errorCode"?, "effect" }]`.
#[must_use]
pub fn magic_json() -> Value {
    let rows = TABLE.iter().map(|magic| {
        let mut row = json!({
            "where": magic.input.place(),
            "input": magic.input.written(),
            "effect": magic.text,
        });
        if let (Some(code), Some(row)) = (magic.effect.error_code(), row.as_object_mut()) {
            row.insert("errorCode".to_owned(), code.into());
        }
        row
    });
    rows.collect()
}
