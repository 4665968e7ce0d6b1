//! Contracts, one change at a time.

use conformance::diff::{Change, Document, Kind, compare};
use serde_json::{Value, json};

use crate::kinds;

fn contract() -> Value {
    let refusal = |code: &str| json!({ "type": "object", "required": ["code"], "properties": { "code": { "const": code } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "A", "version": "1" },
        "servers": [{ "url": "https://a.example" }],
        "security": [{ "key": [] }],
        "tags": [{ "name": "one" }],
        "x-tools": ["a", "b"],
        "components": {
            "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "x-key" } },
            "parameters": { "Limit": { "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 10 } } },
            "schemas": {
                "Item": { "type": "object", "properties": { "id": { "type": "string" } } },
                "Alone": { "type": "string" },
                "Error.A": refusal("A"), "Error.B": refusal("B"), "Error.C": refusal("C"),
            },
        },
        "paths": { "/items": { "post": {
            "operationId": "post_items",
            "x-pilot-status": { "tool": "a", "scope": "number", "provider": "any", "errors": ["A", "B"],
                "annotations": { "readOnlyHint": false, "idempotentHint": true } },
            "parameters": [
                { "$ref": "#/components/parameters/Limit" },
                { "name": "X-Id", "in": "header", "required": true, "schema": { "type": "string" } },
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
            "responses": {
                "200": { "description": "Yes.", "headers": { "x-rest": { "required": true, "schema": { "type": "integer" } } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
                "400": { "description": "No.", "content": { "application/json": { "schema": { "oneOf": [
                    { "$ref": "#/components/schemas/Error.A" }, { "$ref": "#/components/schemas/Error.B" }] } } } },
            },
        } } },
    })
}

const POST: &str = "/paths/~1items/post";

/// A change by pointer: a value that is set, or `null` to remove what is there.
fn changed(edits: &[(&str, Value)]) -> Value {
    let mut document = contract();
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let (parent, key) = (parent.replace("POST", POST), key.replace("~1", "/"));
        let holder = document.pointer_mut(&parent).unwrap_or_else(|| panic!("{parent} is not there"));
        match holder {
            Value::Object(map) if value.is_null() => drop(map.remove(&key).unwrap()),
            Value::Object(map) => drop(map.insert(key, value.clone())),
            Value::Array(list) if value.is_null() => drop(list.remove(key.parse().unwrap())),
            Value::Array(list) => list.push(value.clone()),
            other => panic!("{other} has no members"),
        }
    }
    document
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let document = |value: &Value| Document::parse("contract", &value.to_string()).unwrap();
    compare(&document(old), &document(new)).unwrap().changes
}

/// Each edit with its kind, and with that of the way back.
#[test]
fn every_part_there_and_back() {
    use Kind::{Additive, Breaking, Unknown, Warning};
    let string = || json!({ "type": "string" });
    let error = |code: &str| json!({ "$ref": format!("#/components/schemas/Error.{code}") });
    let rows: Vec<(&str, Value, Kind, Kind)> = vec![
        ("/openapi", json!("3.1.1"), Unknown, Unknown),
        ("/webhooks", json!({}), Unknown, Unknown),
        ("/info/version", json!("2"), Additive, Additive),
        ("/info/title", json!("B"), Warning, Warning),
        ("/servers/-", json!({ "url": "https://b.example" }), Additive, Breaking),
        ("/security/-", json!({ "other": [] }), Additive, Breaking),
        ("/tags/-", json!({ "name": "two" }), Warning, Warning),
        ("/x-tools/-", json!("c"), Additive, Breaking),
        ("/components/securitySchemes/key/name", json!("x-other"), Breaking, Breaking),
        ("/components/securitySchemes/other", json!({ "type": "http" }), Additive, Breaking),
        ("/components/schemas/Alone/maxLength", json!(1), Unknown, Unknown),
        ("/components/schemas/New", string(), Unknown, Unknown),
        ("/components/parameters/Limit/schema/maximum", json!(5), Breaking, Additive),
        ("/components/parameters/Limit/required", json!(true), Breaking, Additive),
        ("/components/parameters/Limit/description", json!("Most."), Warning, Warning),
        ("/components/parameters/Limit/x-argument", json!("most"), Breaking, Breaking),
        ("/components/parameters/Limit/style", json!("form"), Unknown, Unknown),
        ("/components/schemas/Error.A/properties/details", string(), Additive, Breaking),
        ("/paths/~1others", json!({ "get": { "responses": {} } }), Additive, Breaking),
        ("/paths/~1items/get", json!({ "responses": {} }), Additive, Breaking),
        ("/paths/~1items/parameters", json!([{ "name": "q", "in": "query" }]), Additive, Breaking),
        ("POST/operationId", json!("other"), Warning, Warning),
        ("POST/summary", json!("Posts."), Warning, Warning),
        ("POST/tags", json!(["one"]), Warning, Warning),
        ("POST/callbacks", json!({}), Unknown, Unknown),
        ("POST/security", json!([{ "key": [], "other": [] }]), Breaking, Breaking),
        ("POST/parameters/-", json!({ "name": "q", "in": "query", "schema": {} }), Additive, Breaking),
        ("POST/parameters/-", json!({ "name": "q", "in": "query", "required": true }), Breaking, Breaking),
        ("POST/requestBody/required", json!(false), Additive, Breaking),
        ("POST/requestBody/content/text~1plain", json!({}), Additive, Breaking),
        ("POST/requestBody/content/application~1json/encoding", json!({}), Unknown, Unknown),
        ("POST/responses/200/description", json!("Done."), Warning, Warning),
        ("POST/responses/200/headers/x-more", json!({ "schema": {} }), Additive, Breaking),
        ("POST/responses/200/headers/x-rest/required", json!(false), Breaking, Additive),
        ("POST/responses/200/headers/x-rest/schema", json!({ "type": "number" }), Breaking, Additive),
        ("POST/responses/200/content/text~1plain", json!({}), Warning, Breaking),
        ("POST/responses/200/links", json!({}), Unknown, Unknown),
        ("POST/responses/201", json!({ "description": "" }), Breaking, Breaking),
        ("POST/responses/400/content/application~1json/schema/oneOf/-", error("C"), Warning, Breaking),
        ("POST/x-pilot-status/errors/-", json!("C"), Warning, Breaking),
        ("POST/x-pilot-status/tool", json!("b"), Breaking, Breaking),
        ("POST/x-pilot-status/title", json!("B"), Warning, Warning),
        ("POST/x-pilot-status/scope", json!("either"), Additive, Breaking),
        ("POST/x-pilot-status/scope", json!("tenant"), Breaking, Breaking),
        ("POST/x-pilot-status/provider", json!("meta"), Breaking, Additive),
        ("POST/x-pilot-status/annotations/idempotentHint", json!(false), Breaking, Additive),
        ("POST/x-pilot-status/evidence", json!("sdk"), Warning, Warning),
        ("POST/x-pilot-status/other", json!(1), Unknown, Unknown),
    ];
    let old = contract();
    for (pointer, value, there, back) in rows {
        let new = changed(&[(pointer, value)]);
        for (old, new, expected, way) in [(&old, &new, there, "there"), (&new, &old, back, "back")] {
            let found = changes(old, new);
            // What is worst counts: what is replaced may be gone and come at once.
            assert_eq!(kinds(&found).first(), Some(&expected), "{pointer} {way}: {found:#?}");
        }
    }
}

#[test]
fn a_body_that_is_required_or_not() {
    let without = changed(&[("POST/requestBody", json!(null))]);
    let optional = changed(&[("POST/requestBody/required", json!(false))]);
    for (old, new, expected) in [
        (&without, &contract(), Kind::Breaking),
        (&without, &optional, Kind::Additive),
        (&optional, &without, Kind::Breaking),
    ] {
        assert_eq!(kinds(&changes(old, new)), [expected].into());
    }
}

#[test]
fn no_credential_is_the_widest_way_in() {
    let open = changed(&[("POST/security", json!([]))]);
    assert!(kinds(&changes(&open, &contract())).contains(&Kind::Breaking));
    let explicit = changed(&[("POST/security", json!([{ "key": [] }]))]);
    assert_eq!(changes(&contract(), &explicit), [], "what is inherited may be said");
}

#[test]
fn a_code_with_another_status_breaks() {
    let schema = json!({ "$ref": "#/components/schemas/Error.B" });
    let answer = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    let moved = changed(&[
        ("POST/responses/400/content/application~1json/schema/oneOf/1", json!(null)),
        ("POST/responses/409", answer),
    ]);
    let found = changes(&contract(), &moved);
    assert!(
        found.iter().any(|change| change.why.contains("B comes with 409 and no more with 400")),
        "{found:#?}"
    );
    assert!(found.iter().all(|change| change.kind != Kind::Additive), "{found:#?}");
}

#[test]
fn a_shared_schema_is_told_once_per_direction() {
    let new = changed(&[("/components/schemas/Item/properties/id/maxLength", json!(5))]);
    let found = changes(&contract(), &new);
    let told: Vec<(Kind, &str)> = found.iter().map(|change| (change.kind, change.pointer.as_str())).collect();
    let at = "/components/schemas/Item/properties/id/maxLength";
    assert_eq!(told, [(Kind::Breaking, at), (Kind::Additive, at)]);
    assert_eq!(found[0].places, ["POST /items"]);
}

#[test]
fn an_operation_that_moved_is_named() {
    let mut new = contract();
    let item = new["paths"].as_object_mut().unwrap().remove("/items").unwrap();
    new["paths"]["/things"] = item;
    let found = changes(&contract(), &new);
    assert!(found[0].why.ends_with("by its operationId it is POST /things now"), "{}", found[0].why);
}
