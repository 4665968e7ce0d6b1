//! A body as the journal keeps it: small ones whole, large ones with their long texts shortened, so that what is asked about a field can still be said.

use axum::body::Bytes;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A body up to this size is kept as it came; of a larger one that is not JSON so much is kept.
const WHOLE: usize = 16 * 1024;
/// How much of a larger JSON body is kept at most, its long texts shortened.
const MOST: usize = 256 * 1024;
/// The longest text that is never shortened.
const TEXT: usize = 1024;
/// How much of a shortened text is kept.
const BEGINNING: usize = 256;
/// What a value takes beside its text.
const OVERHEAD: usize = 4;

/// A body as it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    kept: Bytes,
    /// Of the whole.
    length: usize,
    form: Form,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Whole,
    /// Long texts are shortened, and nothing is missing.
    Shortened,
    /// A part is missing.
    Cut,
}

impl Body {
    /// Keeps what is worth keeping, without holding on to the buffer of the rest.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let length = bytes.len();
        if length <= WHOLE {
            return Self { kept: Bytes::copy_from_slice(bytes), length, form: Form::Whole };
        }
        let Ok(value) = serde_json::from_slice(bytes) else {
            let kept = Bytes::copy_from_slice(bytes.get(..WHOLE).unwrap_or(bytes));
            return Self { kept, length, form: Form::Cut };
        };
        let mut left = MOST;
        let value = shorten(value, &mut left);
        let form = if left == 0 { Form::Cut } else { Form::Shortened };
        Self { kept: value.to_string().into(), length, form }
    }

    /// One that was too large to be read.
    pub(crate) fn unread() -> Self {
        Self { kept: Bytes::new(), length: usize::MAX, form: Form::Cut }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(super) fn is_whole(&self) -> bool {
        self.form == Form::Whole
    }

    /// Whether a part of it is not known any more.
    pub(super) fn is_cut(&self) -> bool {
        self.form == Form::Cut
    }

    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.kept).ok()
    }

    /// What is kept, as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }

    /// What is wanted of a field in the form in which this body has it.
    pub(super) fn in_its_form(&self, wanted: &Value) -> Value {
        if self.is_whole() { wanted.clone() } else { shorten(wanted.clone(), &mut usize::MAX.clone()) }
    }
}

/// A value with its long texts shortened, as far as `left` goes, which is 0 when something was left out.
pub(super) fn shorten(value: Value, left: &mut usize) -> Value {
    match value {
        Value::String(text) => {
            let text = shorten_text(text);
            if takes(left, text.len()) { Value::from(text) } else { Value::Null }
        }
        Value::Array(items) => {
            let kept = items.into_iter().map_while(|item| takes(left, 0).then(|| shorten(item, left)));
            kept.collect()
        }
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                let key = shorten_text(key);
                if !takes(left, key.len()) {
                    break;
                }
                kept.insert(key, shorten(value, left));
            }
            Value::Object(kept)
        }
        other => other,
    }
}

fn takes(left: &mut usize, bytes: usize) -> bool {
    *left = left.saturating_sub(bytes + OVERHEAD);
    *left > 0
}

/// A long text as its beginning, its length and its digest: two that differ do so when they are shortened, too.
pub(super) fn shorten_text(text: String) -> String {
    if text.len() <= TEXT {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}… ({} bytes, SHA-256 {hex})", beginning(&text, BEGINNING), text.len())
}

/// The first bytes of a text, or one or two fewer, where a character ends.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_small_ones_as_they_came() {
        let text = json!({ "a": "x".repeat(WHOLE - 8) }).to_string();
        assert_eq!(text.len(), WHOLE);
        let body = Body::of(text.as_bytes());
        assert!(body.is_whole());
        assert_eq!(body.text(), text);
    }

    #[test]
    fn shortens_long_texts_of_large_ones() {
        let image = "ã".repeat(WHOLE);
        let whole = json!({ "media": image, "list": [{ "n": 1.5, "short": "y" }, null] });
        let body = Body::of(whole.to_string().as_bytes());
        assert!(!body.is_whole() && !body.is_cut());
        assert!(body.weight() < 2 * TEXT, "{}", body.weight());
        let json = body.json().unwrap();
        assert_eq!((&json["list"], json["media"] == whole["media"]), (&whole["list"], false));
        assert_eq!(json, body.in_its_form(&whole));
        let other = json!({ "media": format!("{image}x") });
        assert_ne!(json["media"], body.in_its_form(&other)["media"]);
    }

    #[test]
    fn bounds_what_has_many_parts() {
        let many = json!({ "list": vec![json!({ "a": "b" }); MOST], "token": "t" });
        let body = Body::of(many.to_string().as_bytes());
        assert!(body.is_cut() && body.weight() <= 2 * MOST, "{}", body.weight());
        assert_eq!(body.json().unwrap()["list"][0], json!({ "a": "b" }));
        let text = Body::of("é".repeat(WHOLE).as_bytes());
        assert!(text.is_cut() && text.json().is_none() && text.weight() == WHOLE);
    }
}
