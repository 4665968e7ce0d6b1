//! What is kept of a body: the fields that its components have. Whatever else a request brings is ignored (U-17), and so is no part of the template.

use serde_json::{Map, Value};

use super::body::Body;

/// The body with the fields that count.
pub(super) fn kept(body: &Map<String, Value>) -> Body {
    let components = body.iter().filter_map(|(name, component)| {
        let component = match name.as_str() {
            "header" => header(component.as_object()?),
            "body" | "footer" => pick(component.as_object()?, &["text"]),
            "buttons" => component.as_array()?.iter().filter_map(Value::as_object).map(typed).collect(),
            _ => return None,
        };
        Some((name.clone(), component))
    });
    Body::new(Value::Object(components.collect()))
}

/// A header without a type has the default one.
fn header(header: &Map<String, Value>) -> Value {
    let mut header = header.clone();
    header.entry("type").or_insert_with(|| "NONE".into());
    typed(&header)
}

/// A header or a button, whose type says which fields it has.
fn typed(component: &Map<String, Value>) -> Value {
    let fields: &[_] = match component.get("type").and_then(Value::as_str).unwrap_or_default() {
        "TEXT" | "QUICK_REPLY" => &["type", "text"],
        "IMAGE" | "VIDEO" | "DOCUMENT" => &["type", "url", "base64"],
        "URL" => &["type", "text", "url", "example"],
        "PHONE_NUMBER" => &["type", "text", "phone_number"],
        "COPY_CODE" => &["type", "example"],
        _ => &["type"],
    };
    pick(component, fields)
}

fn pick(component: &Map<String, Value>, fields: &[&str]) -> Value {
    let fields = component.iter().filter(|(name, _)| fields.contains(&name.as_str()));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // facts: TPL-BODY-013
    #[test]
    fn only_fields_that_count_are_kept() {
        let body = json!({
            "extra": "{{a}}",
            "header": { "type": "IMAGE", "url": "https://a.b/c.png", "text": "{{b}}" },
            "body": { "text": "Oi {{nome}}, tudo bem?", "format": "{{c}}" },
            "footer": { "text": "Fim", "more": "{{d}}" },
            "buttons": [{ "type": "QUICK_REPLY", "text": "Sim", "url": "https://a.b/{{e}}", "payload": "{{f}}" }]
        });
        let kept = serde_json::to_value(kept(body.as_object().unwrap())).unwrap();
        let expected = json!({
            "header": { "type": "IMAGE", "url": "https://a.b/c.png" },
            "body": { "text": "Oi {{nome}}, tudo bem?" },
            "footer": { "text": "Fim" },
            "buttons": [{ "type": "QUICK_REPLY", "text": "Sim" }]
        });
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_header_of_no_type_is_none() {
        let body = json!({ "header": { "text": "{{a}}", "base64": "data:" }, "body": { "text": "Oi" } });
        let kept = serde_json::to_value(kept(body.as_object().unwrap())).unwrap();
        assert_eq!(kept, json!({ "header": { "type": "NONE" }, "body": { "text": "Oi" } }));
    }
}
