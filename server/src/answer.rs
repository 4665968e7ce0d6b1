//! The JSON of a success, passed on as it came: looked at, byte by byte, and not built up and written again.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// What the API said of a success: an object or an array, as JSON that any client can read.
#[derive(Debug, Clone)]
pub struct Answer {
    json: Box<RawValue>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
}

impl Answer {
    /// The JSON of a body; `None` for anything but an object or an array.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let kind = match body.trim_ascii_start().first()? {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            _ => return None,
        };
        let json: Box<RawValue> = serde_json::from_slice(body).ok()?;
        let sound = is_plain(json.get()) || serde_json::from_str::<Sound>(json.get()).is_ok();
        sound.then_some(Self { json, kind })
    }

    /// The JSON, verbatim but for space around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.json.get()
    }

    /// The same as an object; an array stands under `items`.
    #[must_use]
    pub fn structured(&self) -> Value {
        serde_json::to_value(self.object()).unwrap_or_default()
    }

    /// [`Answer::structured`], to be written and not to be built up.
    pub(crate) fn object(&self) -> Object<'_> {
        match self.kind {
            Kind::Object => Object::Whole(&self.json),
            Kind::Array => Object::Items { items: &self.json },
        }
    }
}

/// The object that an [`Answer`] is to a client.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Object<'a> {
    Whole(&'a RawValue),
    Items { items: &'a RawValue },
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        let kind = if value.is_array() { Kind::Array } else { Kind::Object };
        Self { json: serde_json::value::to_raw_value(&value).unwrap_or_default(), kind }
    }
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// Deepest nesting that needs no closer look; readers take a little more.
const SHALLOW: u32 = 100;

/// Digits in a row that need no closer look; the largest double has some more.
const SHORT: u32 = 300;

/// Whether JSON has nothing that a reader may refuse though its syntax is right, which takes a fraction of the time of looking closer: no escape by number, no
/// exponent, no long number, no deep nesting.
fn is_plain(json: &str) -> bool {
    let (mut in_text, mut depth, mut digits) = (false, 0_u32, 0_u32);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                if bytes.next() == Some(b'u') {
                    return false;
                }
            }
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'e' | b'E' if digits > 0 => return false,
            b'0'..=b'9' => digits += 1,
            _ => digits = 0,
        }
        if depth > SHALLOW || digits > SHORT {
            return false;
        }
    }
    true
}

/// A value that can be read as [`Value`] can: no number that stands for nothing, no broken escape, no deep nesting. Nothing of it is kept.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Option<Answer> {
        Answer::read(text.as_bytes())
    }

    #[test]
    fn is_passed_on_as_it_came() {
        for text in [r#"{}"#, "[]", " {\"a\" : [1, 2.50, -3, 1e3, true, null, \"\\ud83d\\ude00 é\"]}\n"] {
            let answer = read(text).unwrap();
            assert_eq!(answer.text(), text.trim());
            assert_eq!(
                answer.structured(),
                serde_json::from_str::<Value>(text)
                    .map(|value| if value.is_array() { json!({ "items": value }) } else { value })
                    .unwrap()
            );
        }
        assert_eq!(read("[1]").unwrap().structured(), json!({ "items": [1] }));
    }

    #[test]
    fn takes_what_can_be_read_and_nothing_else() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in [
            "",
            "x",
            "1",
            "null",
            "\"a\"",
            "{",
            "[1,]",
            "{}x",
            "{\"a\":1e999}",
            "[\"\\ud800\"]",
            "[\"\\x\"]",
            "[\"\u{1}\"]",
            "{1:2}",
            &deep(200),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Answer::read(b"[\"\xff\"]"), None);
        assert!(read(&deep(100)).is_some());
    }

    proptest! {
        #[test]
        fn agrees_with_a_reader_that_keeps_everything(text in r#"[\[\]{}",:0-9eE+.\\ud8f \-a]{0,24}"#) {
            let kept = serde_json::from_str::<Value>(&text).ok().filter(|value| value.is_object() || value.is_array());
            prop_assert_eq!(read(&text).map(|answer| answer.structured()), kept.map(|value| Answer::from(value).structured()));
        }
    }
}
