//! Lists of tools.

use conformance::diff::{Change, Document, Kind, compare};
use serde_json::{Value, json};

use crate::kinds;

fn tool(name: &str) -> Value {
    json!({ "name": name, "description": format!("Does {name}."), "inputSchema": { "type": "object", "properties": {} } })
}

fn changes(old: &[Value], new: &[Value]) -> Vec<Change> {
    let document = |tools: &[Value]| Document::parse("tools", &json!(tools).to_string()).unwrap();
    compare(&document(old), &document(new)).unwrap().changes
}

fn with(key: &str, value: Value) -> Value {
    let mut tool = tool("a");
    tool[key] = value;
    tool
}

#[test]
fn tools_come_and_go() {
    let (one, both) = ([tool("a")], [tool("a"), tool("b")]);
    assert_eq!(kinds(&changes(&one, &both)), [Kind::Additive].into());
    let gone = changes(&both, &one);
    assert_eq!((gone.len(), gone[0].kind, gone[0].places[0].as_str()), (1, Kind::Breaking, "b"));
}

#[test]
fn a_new_name_is_guessed() {
    let mut renamed = tool("a");
    renamed["name"] = json!("c");
    let found = changes(&[tool("a")], &[tool("b"), renamed]);
    assert_eq!(found[0].kind, Kind::Breaking);
    assert!(found[0].why.ends_with("it looks renamed to c"), "{}", found[0].why);
    assert!(!changes(&[tool("a")], &[tool("b")])[0].why.contains("renamed"));
}

#[test]
fn hints_that_clients_trust() {
    use Kind::{Additive, Breaking, Warning};
    for (hint, was, is, expected) in [
        ("readOnlyHint", json!(true), json!(false), Breaking),
        ("readOnlyHint", json!(false), json!(true), Additive),
        ("readOnlyHint", json!(true), json!(null), Breaking),
        ("destructiveHint", json!(false), json!(true), Breaking),
        ("destructiveHint", json!(true), json!(false), Additive),
        ("destructiveHint", json!(false), json!(null), Breaking),
        ("idempotentHint", json!(true), json!(false), Breaking),
        ("idempotentHint", json!(false), json!(true), Additive),
        ("openWorldHint", json!(false), json!(true), Warning),
        ("openWorldHint", json!(true), json!(false), Additive),
        ("readOnlyHint", json!(null), json!(false), Warning),
        ("readOnlyHint", json!(false), json!("no"), Kind::Unknown),
    ] {
        let annotated = |value: &Value| [with("annotations", json!({ hint: value }))];
        let found = changes(&annotated(&was), &annotated(&is));
        assert_eq!(kinds(&found), [expected].into(), "{hint} {was} {is}: {found:#?}");
        assert_eq!(found[0].pointer, format!("/annotations/{hint}"));
    }
}

#[test]
fn the_rest_of_a_definition() {
    use Kind::{Additive, Breaking, Unknown, Warning};
    for (key, value, added, removed) in [
        ("title", json!("A"), Warning, Warning),
        ("icons", json!([]), Warning, Warning),
        ("outputSchema", json!({ "type": "object" }), Additive, Breaking),
        ("_meta", json!({ "a": 1 }), Unknown, Unknown),
        ("annotations", json!({ "other": true }), Unknown, Unknown),
        ("annotations", json!({ "title": "A" }), Warning, Warning),
    ] {
        let (without, with) = ([tool("a")], [with(key, value)]);
        assert_eq!(kinds(&changes(&without, &with)), [added].into(), "{key} added");
        assert_eq!(kinds(&changes(&with, &without)), [removed].into(), "{key} removed");
    }
    let found = changes(&[tool("a")], &[with("description", json!("Other."))]);
    assert_eq!((found.len(), found[0].kind), (1, Warning));
}

#[test]
fn schemas_by_their_direction() {
    let (wide, narrow) =
        (json!({ "type": "object", "maxProperties": 2 }), json!({ "type": "object", "maxProperties": 1 }));
    for (key, expected) in [("inputSchema", Kind::Breaking), ("outputSchema", Kind::Additive)] {
        let found = changes(&[with(key, wide.clone())], &[with(key, narrow.clone())]);
        assert_eq!((found.len(), found[0].kind), (1, expected), "{key}");
        assert_eq!(
            (found[0].pointer.as_str(), found[0].places[0].as_str()),
            (format!("/{key}/maxProperties").as_str(), "a")
        );
    }
}

#[test]
fn the_order_of_tools_means_nothing() {
    assert_eq!(changes(&[tool("a"), tool("b")], &[tool("b"), tool("a")]), []);
}
