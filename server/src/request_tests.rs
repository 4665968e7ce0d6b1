use fixtures::contract::{Evidence, Provider, Scope, Success};
use serde_json::json;

use super::*;

fn argument(name: &str, place: Place) -> Argument {
    let wire = if place == Place::Header { "Idempotency-Key" } else { name };
    Argument { name: name.into(), wire: wire.into(), place, required: false, schema: json!({}) }
}

fn operation(method: &str, path: &str, arguments: Vec<Argument>) -> Operation {
    Operation {
        id: "id".into(),
        method: method.into(),
        path: path.into(),
        area: fixtures::Area::Messaging,
        tool: None,
        scope: Scope::Number,
        provider: Provider::Any,
        evidence: Evidence::Documented,
        errors: Vec::new(),
        arguments,
        rules: Vec::new(),
        success: Success { status: 200, schema: json!({}), example: None },
    }
}

fn built(operation: &Operation, arguments: Value) -> Request {
    build(operation, arguments.as_object().unwrap()).unwrap()
}

#[test]
fn puts_each_argument_in_its_place() {
    let arguments = vec![
        argument("id", Place::Path),
        argument("page", Place::Query),
        argument("refresh", Place::Query),
        argument("key", Place::Header),
        argument("text", Place::Body),
        argument("footer", Place::Body),
    ];
    let operation = operation("POST", "/v1/things/{id}/parts", arguments);
    let request = built(
        &operation,
        json!({ "text": "Olá", "id": "a", "page": 2.0, "refresh": true, "key": "k-1", "footer": null }),
    );
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.target, "/v1/things/a/parts?page=2&refresh=true");
    assert_eq!(
        request.headers,
        [(HeaderName::from_static("idempotency-key"), HeaderValue::from_static("k-1"))]
    );
    assert_eq!(request.body.unwrap(), r#"{"text":"Olá","footer":null}"#);
}

#[test]
fn an_operation_with_a_body_always_sends_one() {
    let operation = operation("DELETE", "/v1/things", vec![argument("ids", Place::Body)]);
    assert_eq!(built(&operation, json!({})).body.unwrap(), "{}");
    assert!(built(&self::operation("GET", "/v1/things", vec![]), json!({})).body.is_none());
}

#[test]
fn a_value_stays_within_its_segment_and_parameter() {
    let operation =
        operation("GET", "/v1/things/{id}", vec![argument("id", Place::Path), argument("q", Place::Query)]);
    let hostile = "../a/b?c=d&e#f%2e é\r\n";
    let request = built(&operation, json!({ "id": hostile, "q": hostile }));
    let encoded = "..%2Fa%2Fb%3Fc%3Dd%26e%23f%252e%20%C3%A9%0D%0A";
    assert_eq!(request.target, format!("/v1/things/{encoded}?q={encoded}"));
    assert_eq!(built(&operation, json!({ "id": "1@g.us" })).target, "/v1/things/1%40g.us");
}

#[test]
fn refuses_dot_segments_and_empty_ones() {
    let operation = operation("GET", "/v1/things/{id}", vec![argument("id", Place::Path)]);
    for id in ["", ".", ".."] {
        let problems = build(&operation, json!({ "id": id }).as_object().unwrap()).unwrap_err();
        assert_eq!(problems, [Problem::with_argument("id", "must not be empty, . or ..")]);
    }
    assert_eq!(built(&operation, json!({ "id": "..." })).target, "/v1/things/...");
}

#[test]
fn refuses_what_would_break_out_of_a_header() {
    let operation = operation("GET", "/v1/things", vec![argument("key", Place::Header)]);
    for value in ["a\r\nx-api-key: other", "a\0", "\n"] {
        assert_eq!(build(&operation, json!({ "key": value }).as_object().unwrap()).unwrap_err().len(), 1);
    }
    assert_eq!(built(&operation, json!({ "key": "é" })).headers[0].1.as_bytes(), "é".as_bytes());
}

/// Refused here, where it would else look as if the API could not be reached.
#[test]
fn refuses_what_no_url_can_hold() {
    let operation = operation("GET", "/v1/things", vec![argument("q", Place::Query)]);
    let of = |length: usize| build(&operation, json!({ "q": "x".repeat(length) }).as_object().unwrap());
    let longest = MAX_TARGET_BYTES - "/v1/things?q=".len();
    assert_eq!(of(longest).unwrap().target.len(), MAX_TARGET_BYTES);
    assert!(of(longest + 1).unwrap_err()[0].message.contains("a URL of 32769 bytes"));
}

#[test]
fn null_outside_the_body_is_absent() {
    let operation =
        operation("GET", "/v1/things", vec![argument("page", Place::Query), argument("key", Place::Header)]);
    let request = built(&operation, json!({ "page": null, "key": null }));
    assert_eq!((request.target.as_str(), request.headers.len()), ("/v1/things", 0));
}

#[test]
fn integers_are_written_as_integers() {
    for (value, expected) in [
        (json!(1.0), "1"),
        (json!(-2.0), "-2"),
        (json!(1.5), "1.5"),
        (json!(1e300), "1e+300"),
        (json!({ "a": [3.0, "3.0"] }), r#"{"a":[3,"3.0"]}"#),
        (json!(u64::MAX), "18446744073709551615"),
    ] {
        assert_eq!(plain(&value).to_string(), expected);
    }
}
