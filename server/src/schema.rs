//! Schemas for clients: what the contract says, in the form that real clients accept.

use serde_json::{Map, Value, json};

/// The `inputSchema` of a tool: the schema of its arguments in the plain part of JSON Schema.
///
/// Clients refuse a whole list of tools for one `allOf` at the root, and models read words better than conditions and regular expressions: what those
/// demand is told by `title` and `description`, and checked all the same by the validator.
#[must_use]
pub(crate) fn input(arguments: &Value) -> Map<String, Value> {
    let mut schema = plain(arguments).as_object().cloned().unwrap_or_default();
    schema.remove("anyOf");
    schema
}

/// Leaves out the keywords that only a validator can follow.
fn plain(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in map {
        match keyword.as_str() {
            "allOf" | "not" | "if" | "then" | "else" | "pattern" | "propertyNames" | "dependentRequired" => {}
            "contains" | "minContains" | "maxContains" => {}
            "minLength" if value == 1 => {}
            "title" if is_told(value, map) => {}
            "items" | "additionalProperties" => insert(&mut out, keyword, plain(value)),
            "properties" => insert(&mut out, keyword, each(value, plain)),
            "anyOf" | "oneOf" => insert(&mut out, "anyOf", all(value, plain)),
            _ => insert(&mut out, keyword, value.clone()),
        }
    }
    Value::Object(out)
}

/// The `outputSchema` of a tool: an object that describes the answer and rejects no real one.
///
/// A client drops a whole answer that does not match, so whatever the API may change without notice (a new property, a new value) has to pass. An array is
/// wrapped as `{"items": […]}`, because `structuredContent` is an object.
#[must_use]
pub(crate) fn output(success: &Value) -> Map<String, Value> {
    let relaxed = relax(success);
    if relaxed.get("type").and_then(Value::as_str) == Some("array") {
        let wrapped = json!({ "type": "object", "properties": { "items": relaxed }, "required": ["items"] });
        return wrapped.as_object().cloned().unwrap_or_default();
    }
    let mut schema = relaxed.as_object().cloned().unwrap_or_default();
    for keyword in ["anyOf", "allOf"] {
        schema.remove(keyword);
    }
    schema.insert("type".into(), "object".into());
    schema
}

/// Whether the description says what the title says, which is an instruction that begins with "give".
fn is_told(title: &Value, schema: &Map<String, Value>) -> bool {
    let said = title.as_str().map(|title| title.strip_prefix("give ").unwrap_or(title));
    let description = schema.get("description").and_then(Value::as_str);
    said.zip(description).is_some_and(|(said, description)| description.contains(said))
}

/// Keeps of a schema what describes an answer, and lets go of what only limits it.
fn relax(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in map {
        match keyword.as_str() {
            "type" | "description" | "required" | "examples" => insert(&mut out, keyword, value.clone()),
            "enum" => insert(&mut out, "examples", value.clone()),
            "const" => insert(&mut out, "examples", json!([value])),
            "items" => insert(&mut out, keyword, relax(value)),
            "properties" | "patternProperties" => insert(&mut out, keyword, each(value, relax)),
            "additionalProperties" if value.is_object() => insert(&mut out, keyword, relax(value)),
            "allOf" => insert(&mut out, "allOf", all(value, relax)),
            // Alternatives overlap once they are open, so that "exactly one" would fail where "one at least" holds.
            "anyOf" | "oneOf" => insert(&mut out, "anyOf", all(value, relax)),
            _ => {}
        }
    }
    Value::Object(out)
}

fn insert(out: &mut Map<String, Value>, keyword: &str, value: Value) {
    out.entry(keyword.to_owned()).or_insert(value);
}

fn each(schemas: &Value, change: fn(&Value) -> Value) -> Value {
    schemas.as_object().into_iter().flatten().map(|(name, schema)| (name.clone(), change(schema))).collect()
}

fn all(schemas: &Value, change: fn(&Value) -> Value) -> Value {
    schemas.as_array().into_iter().flatten().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_plain() {
        let arguments = json!({
            "type": "object", "required": ["to"], "additionalProperties": false,
            "allOf": [{ "title": "rule" }], "oneOf": [{ "required": ["a"] }],
            "properties": {
                "to": { "type": "string", "title": "give 8 to 15 digits", "pattern": "^[0-9]{8,15}$" },
                "not": { "type": "array", "maxItems": 3, "items": { "type": "object", "if": {}, "then": {} } },
                "url": { "type": "string", "minLength": 1, "title": "give a URL", "description": "Where to, a URL." },
                "body": { "oneOf": [{ "type": "string", "pattern": "a" }, { "type": "object" }] },
            },
        });
        let expected = json!({
            "type": "object", "required": ["to"], "additionalProperties": false,
            "properties": {
                "to": { "type": "string", "title": "give 8 to 15 digits" },
                "not": { "type": "array", "maxItems": 3, "items": { "type": "object" } },
                "url": { "type": "string", "description": "Where to, a URL." },
                "body": { "anyOf": [{ "type": "string" }, { "type": "object" }] },
            },
        });
        assert_eq!(Value::Object(input(&arguments)), expected);
    }

    #[test]
    fn output_is_open() {
        let success = json!({
            "type": "object", "additionalProperties": false, "required": ["status"],
            "properties": {
                "status": { "type": "string", "enum": ["QUEUED"] },
                "link": { "oneOf": [{ "type": "object", "additionalProperties": false }, { "type": "null" }] },
                "counts": { "type": "object", "additionalProperties": { "type": "integer", "minimum": 0 } },
            },
        });
        let expected = json!({
            "type": "object", "required": ["status"],
            "properties": {
                "status": { "type": "string", "examples": ["QUEUED"] },
                "link": { "anyOf": [{ "type": "object" }, { "type": "null" }] },
                "counts": { "type": "object", "additionalProperties": { "type": "integer" } },
            },
        });
        assert_eq!(Value::Object(output(&success)), expected);
    }

    #[test]
    fn output_wraps_an_array() {
        let expected = json!({
            "type": "object", "required": ["items"],
            "properties": { "items": { "type": "array", "items": { "type": "string" } } },
        });
        assert_eq!(
            Value::Object(output(&json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }))),
            expected
        );
    }

    #[test]
    fn output_has_no_alternatives_at_its_root() {
        let success = json!({ "oneOf": [{ "type": "object" }, { "type": "object" }] });
        assert_eq!(Value::Object(output(&success)), json!({ "type": "object" }));
    }
}
