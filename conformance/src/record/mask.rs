//! Taking out of an answer what is nobody else's business, and leaving its form.

use serde_json::{Map, Value};

/// The value without what is private: every text but words that the contract enumerates, and points in time. Letters become `x`, digits `0`, all else
/// stays, so that the form of an id or a phone can still be seen. Numbers, booleans and names of fields stay.
///
/// `schema` stands alone, and says what is enumerated.
#[must_use]
pub fn mask(value: &Value, schema: &Value) -> Value {
    under(value, &[schema])
}

/// `schemas` are all those that may speak of the value.
fn under(value: &Value, schemas: &[&Value]) -> Value {
    let mut all = Vec::new();
    schemas.iter().for_each(|schema| alternatives(schema, &mut all));
    match value {
        Value::String(text) if is_public(text, &all) => value.clone(),
        Value::String(text) => Value::String(masked(text)),
        Value::Array(items) => {
            let of_items: Vec<&Value> = all.iter().filter_map(|schema| schema.get("items")).collect();
            Value::Array(items.iter().map(|item| under(item, &of_items)).collect())
        }
        Value::Object(map) => Value::Object(object(map, &all)),
        _ => value.clone(),
    }
}

fn object(map: &Map<String, Value>, schemas: &[&Value]) -> Map<String, Value> {
    let of = |name: &str| -> Vec<&Value> {
        schemas.iter().filter_map(|schema| schema.get("properties")?.get(name)).collect()
    };
    let field = |(name, value): (&String, &Value)| {
        // A map by phone or id.
        let digits = name.chars().filter(|letter| letter.is_numeric()).count();
        (if digits > 4 { masked(name) } else { name.clone() }, under(value, &of(name)))
    };
    map.iter().map(field).collect()
}

/// Whether a text has nothing but letters and digits that a mask has put there.
#[must_use]
pub(crate) fn is_masked(text: &str) -> bool {
    text.chars().all(|letter| !letter.is_alphanumeric() || letter == 'x' || letter == '0')
}

fn alternatives<'a>(schema: &'a Value, into: &mut Vec<&'a Value>) {
    into.push(schema);
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let of = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        of.for_each(|schema| alternatives(schema, into));
    }
}

/// A word of the contract, or something like it where the contract enumerates words; a point in time. All else may be a person's.
fn is_public(text: &str, schemas: &[&Value]) -> bool {
    let enumerated =
        schemas.iter().any(|schema| schema.get("enum").is_some() || schema.get("const").is_some());
    let word = text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-' | b'*'));
    (enumerated && word) || is_time(text)
}

/// `2026-06-20T10:00:00.000Z`, with or without the time of day.
fn is_time(text: &str) -> bool {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let (date, time) = shape.split_once('T').unwrap_or((&shape, "00:00:00Z"));
    date == "0000-00-00" && time.starts_with("00:00:00") && time.bytes().all(|byte| b"0:.Z+-".contains(&byte))
}

fn masked(text: &str) -> String {
    let mask = |letter: char| match letter {
        letter if letter.is_numeric() => '0',
        letter if letter.is_alphabetic() => 'x',
        letter => letter,
    };
    text.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leaves_form_and_words_of_the_contract() {
        let schema = json!({ "properties": {
            "status": { "enum": ["SENT"] },
            "items": { "items": { "anyOf": [{ "properties": { "kind": { "const": "text" } } }, {}] } }
        } });
        let value = json!({
            "status": "PAUSED", "id": "msg_7f3", "phone": "+5511988887777", "at": "2026-06-20T10:00:00.000Z",
            "text": "Olá, Ana!", "count": 3, "none": null, "ps_key": "ps_demo_tenant",
            "items": [{ "kind": "text", "text": "SENT" }]
        });
        assert_eq!(
            mask(&value, &schema),
            json!({
                "status": "PAUSED", "id": "xxx_0x0", "phone": "+0000000000000", "at": "2026-06-20T10:00:00.000Z",
                "text": "xxx, xxx!", "count": 3, "none": null, "ps_key": "xx_xxxx_xxxxxx",
                "items": [{ "kind": "text", "text": "xxxx" }]
            })
        );
    }

    #[test]
    fn an_enumeration_hides_no_secret() {
        let schema = json!({ "enum": ["A"] });
        assert_eq!(mask(&json!("ps_4f1c"), &schema), json!("xx_0x0x"));
        assert_eq!(mask(&json!("New.Word"), &schema), json!("New.Word"));
        assert_eq!(mask(&json!("2026-06-20T10 Ana"), &json!({})), json!("0000-00-00x00 xxx"));
        assert_eq!(mask(&json!({ "+5511988887777": 1 }), &json!({})), json!({ "+0000000000000": 1 }));
    }

    #[test]
    fn knows_its_own_work() {
        assert!(is_masked("xxx_0x0") && is_masked("") && !is_masked("msg"));
    }
}
