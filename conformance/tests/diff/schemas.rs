//! JSON Schemas, keyword by keyword.

use conformance::diff::Direction::{Input, Output};
use conformance::diff::{Kind, compare_schemas};
use serde_json::{Value, json};

use crate::kinds;

/// A wider schema, a narrower one, and a value that only the wider accepts.
fn narrowings() -> Vec<(Value, Value, Value)> {
    let closed = |properties: Value| json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let kind = |name: &str| json!({ "type": "object", "required": ["kind"], "properties": { "kind": { "const": name } } });
    vec![
        (json!({}), json!({ "type": "string" }), json!(1)),
        (json!({ "type": "number" }), json!({ "type": "integer" }), json!(1.5)),
        (json!({ "type": ["string", "null"] }), json!({ "type": "string" }), json!(null)),
        (json!({ "type": "string" }), json!({ "type": "string", "enum": ["a"] }), json!("b")),
        (json!({ "enum": ["a", "b"] }), json!({ "enum": ["a"] }), json!("b")),
        (json!({ "enum": ["a", "b"] }), json!({ "const": "a" }), json!("b")),
        (json!({}), json!({ "const": 1 }), json!(2)),
        (json!({}), json!({ "pattern": "^a" }), json!("b")),
        (json!({}), json!({ "minLength": 1 }), json!("")),
        (json!({ "minLength": 1 }), json!({ "minLength": 2 }), json!("a")),
        (json!({ "maxLength": 2 }), json!({ "maxLength": 1 }), json!("ab")),
        (json!({}), json!({ "maxLength": 1 }), json!("ab")),
        (json!({ "minItems": 1 }), json!({ "minItems": 2 }), json!([1])),
        (json!({ "maxItems": 2 }), json!({ "maxItems": 1 }), json!([1, 2])),
        (json!({}), json!({ "uniqueItems": true }), json!([1, 1])),
        (json!({}), json!({ "minProperties": 1 }), json!({})),
        (json!({ "maxProperties": 1 }), json!({ "maxProperties": 0 }), json!({ "a": 1 })),
        (json!({ "minimum": 0 }), json!({ "minimum": 1 }), json!(0)),
        (json!({ "minimum": 0 }), json!({ "exclusiveMinimum": 0 }), json!(0)),
        (json!({}), json!({ "exclusiveMinimum": 0 }), json!(0)),
        (json!({ "maximum": 2 }), json!({ "maximum": 1 }), json!(2)),
        (json!({ "maximum": 2 }), json!({ "exclusiveMaximum": 2 }), json!(2)),
        (json!({ "multipleOf": 2 }), json!({ "multipleOf": 4 }), json!(2)),
        (json!({ "items": {} }), json!({ "items": { "type": "string" } }), json!([1])),
        (json!({}), json!({ "prefixItems": [{ "type": "string" }] }), json!([1])),
        (json!({}), json!({ "contains": { "const": 1 } }), json!([])),
        (
            json!({ "contains": { "const": 1 } }),
            json!({ "contains": { "const": 1 }, "minContains": 2 }),
            json!([1]),
        ),
        (
            json!({ "contains": {}, "maxContains": 2 }),
            json!({ "contains": {}, "maxContains": 1 }),
            json!([1, 2]),
        ),
        (
            json!({ "contains": { "const": 1 }, "minContains": 0, "maxContains": 1 }),
            json!({ "contains": { "enum": [1, 2] }, "minContains": 0, "maxContains": 1 }),
            json!([1, 2]),
        ),
        (
            json!({ "properties": { "a": {} } }),
            json!({ "properties": { "a": { "type": "string" } } }),
            json!({ "a": 1 }),
        ),
        (json!({}), json!({ "required": ["a"] }), json!({})),
        (json!({ "required": ["a"] }), json!({ "required": ["a", "b"] }), json!({ "a": 1 })),
        (
            json!({ "type": "object" }),
            json!({ "type": "object", "additionalProperties": false }),
            json!({ "a": 1 }),
        ),
        (json!({}), json!({ "additionalProperties": { "type": "string" } }), json!({ "a": 1 })),
        (json!({}), json!({ "propertyNames": { "maxLength": 1 } }), json!({ "ab": 1 })),
        (json!({}), json!({ "dependentRequired": { "a": ["b"] } }), json!({ "a": 1 })),
        (
            json!({ "dependentRequired": { "a": ["b"] } }),
            json!({ "dependentRequired": { "a": ["b", "c"] } }),
            json!({ "a": 1, "b": 1 }),
        ),
        (json!({}), json!({ "dependentSchemas": { "a": { "required": ["b"] } } }), json!({ "a": 1 })),
        (
            json!({ "patternProperties": { "^a": {} } }),
            json!({ "patternProperties": { "^a": { "type": "string" } } }),
            json!({ "ab": 1 }),
        ),
        (json!({}), json!({ "allOf": [{ "type": "string" }] }), json!(1)),
        (json!({ "allOf": [{ "minLength": 1 }] }), json!({ "allOf": [{ "minLength": 2 }] }), json!("a")),
        (json!({}), json!({ "anyOf": [{ "type": "string" }] }), json!(1)),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
            json!({ "anyOf": [{ "type": "string" }] }),
            json!(null),
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
            json!({ "type": "string" }),
            json!(null),
        ),
        (json!({ "anyOf": [{ "maxLength": 2 }] }), json!({ "anyOf": [{ "maxLength": 1 }] }), json!("ab")),
        (json!({ "oneOf": [kind("a"), kind("b")] }), json!({ "oneOf": [kind("a")] }), json!({ "kind": "b" })),
        (
            json!({ "oneOf": [{ "type": "string" }, { "type": "null" }] }),
            json!({ "oneOf": [{ "type": "string", "minLength": 1 }, { "type": "null" }] }),
            json!(""),
        ),
        (json!({}), json!({ "oneOf": [{ "type": "string" }] }), json!(1)),
        (json!({}), json!({ "not": { "type": "string" } }), json!("a")),
        (json!({ "not": { "const": "a" } }), json!({ "not": { "enum": ["a", "b"] } }), json!("b")),
        (json!({}), json!({ "if": { "type": "string" }, "then": { "minLength": 1 } }), json!("")),
        (
            json!({ "if": { "type": "string" }, "then": {}, "else": {} }),
            json!({ "if": { "type": "string" }, "then": { "minLength": 1 }, "else": {} }),
            json!(""),
        ),
        (
            json!({ "if": { "type": "string" } }),
            json!({ "if": { "type": "string" }, "else": false }),
            json!(1),
        ),
        (json!(true), json!(false), json!(1)),
        (json!({ "items": true }), json!({ "items": false }), json!([1])),
        (
            closed(json!({ "a": { "items": {} } })),
            closed(json!({ "a": { "items": { "maximum": 1 } } })),
            json!({ "a": [2] }),
        ),
        (
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "maxLength": 2 } } }),
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "maxLength": 1 } } }),
            json!("ab"),
        ),
        (
            json!({ "$ref": "#/$defs/a", "minLength": 1, "$defs": { "a": { "minLength": 2 } } }),
            json!({ "$ref": "#/$defs/a", "minLength": 1, "$defs": { "a": { "minLength": 3 } } }),
            json!("ab"),
        ),
    ]
}

#[test]
fn accepting_less_breaks_an_input_and_adds_to_an_output() {
    for (wide, narrow, only_wide) in narrowings() {
        let valid = |schema: &Value| jsonschema::draft202012::new(schema).unwrap().is_valid(&only_wide);
        assert!(valid(&wide) && !valid(&narrow), "the row is wrong: {wide} {narrow} {only_wide}");
        for (direction, old, new, expected) in [
            (Input, &wide, &narrow, Kind::Breaking),
            (Input, &narrow, &wide, Kind::Additive),
            (Output, &wide, &narrow, Kind::Additive),
            (Output, &narrow, &wide, Kind::Breaking),
        ] {
            let changes = compare_schemas(direction, old, new);
            assert_eq!(kinds(&changes), [expected].into(), "{direction:?} {old} {new}: {changes:#?}");
        }
    }
}

#[test]
fn formats_are_taken_at_their_word() {
    // Validators may pass over a format, so that no value shows the difference.
    let (wide, narrow) = (json!({}), json!({ "format": "date-time" }));
    assert_eq!(kinds(&compare_schemas(Input, &wide, &narrow)), [Kind::Breaking].into());
    assert_eq!(kinds(&compare_schemas(Input, &narrow, &wide)), [Kind::Additive].into());
}

#[test]
fn other_values_break_in_every_direction() {
    let pairs = [
        (json!({ "type": "string" }), json!({ "type": "integer" })),
        (json!({ "multipleOf": 2 }), json!({ "multipleOf": 3 })),
        (json!({ "enum": ["a", "b"] }), json!({ "enum": ["b", "c"] })),
        (json!({ "const": "a" }), json!({ "const": "b" })),
    ];
    for (one, other) in pairs {
        for (old, new) in [(&one, &other), (&other, &one)] {
            for direction in [Input, Output] {
                let found = kinds(&compare_schemas(direction, old, new));
                assert!(found.contains(&Kind::Breaking), "{direction:?} {old} {new}: {found:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_decided_is_unknown() {
    let pairs = [
        (json!({ "pattern": "^a" }), json!({ "pattern": "^b" })),
        (json!({ "format": "date" }), json!({ "format": "date-time" })),
        (json!({ "multipleOf": 0.1 }), json!({ "multipleOf": 0.2 })),
        (json!({ "if": { "type": "string" } }), json!({ "if": { "type": "null" } })),
        // Both alternatives fit a short text, so that widening one refuses more.
        (
            json!({ "oneOf": [{ "maxLength": 2 }, { "minLength": 2 }] }),
            json!({ "oneOf": [{ "maxLength": 3 }, { "minLength": 2 }] }),
        ),
        (
            json!({ "contains": { "const": 1 }, "maxContains": 1 }),
            json!({ "contains": {}, "maxContains": 1 }),
        ),
        (json!({ "unevaluatedProperties": false }), json!({})),
        (json!({ "x-other": 1 }), json!({ "x-other": 2 })),
        (json!({ "madeUp": 1 }), json!({})),
        (json!({ "$ref": "other.json" }), json!({ "$ref": "another.json" })),
        (json!({ "patternProperties": { "^a": {} } }), json!({ "patternProperties": { "^b": {} } })),
    ];
    for (one, other) in pairs {
        for (old, new) in [(&one, &other), (&other, &one)] {
            for direction in [Input, Output] {
                let changes = compare_schemas(direction, old, new);
                assert_eq!(
                    kinds(&changes),
                    [Kind::Unknown].into(),
                    "{direction:?} {old} {new}: {changes:#?}"
                );
            }
        }
    }
}

#[test]
fn what_only_is_read_is_a_warning() {
    for keyword in ["title", "description", "default", "examples", "deprecated", "x-evidence"] {
        let (one, other) = (json!({ "type": "string" }), json!({ "type": "string", keyword: "a" }));
        for (old, new) in [(&one, &other), (&other, &one)] {
            assert_eq!(kinds(&compare_schemas(Input, old, new)), [Kind::Warning].into(), "{keyword}");
        }
    }
}

/// Input and output, added and removed, where none but the named are allowed and where others are.
#[test]
fn properties_come_and_go() {
    let schema = |closed: bool, properties: Value| json!({ "type": "object", "additionalProperties": !closed, "properties": properties });
    for (closed, direction, added, removed) in [
        (true, Input, Kind::Additive, Kind::Breaking),
        (false, Input, Kind::Warning, Kind::Warning),
        (true, Output, Kind::Warning, Kind::Breaking),
        (false, Output, Kind::Additive, Kind::Breaking),
    ] {
        let (without, with) =
            (schema(closed, json!({})), schema(closed, json!({ "a": { "type": "string" } })));
        assert_eq!(
            kinds(&compare_schemas(direction, &without, &with)),
            [added].into(),
            "{closed} {direction:?} added"
        );
        assert_eq!(
            kinds(&compare_schemas(direction, &with, &without)),
            [removed].into(),
            "{closed} {direction:?} removed"
        );
    }
}

#[test]
fn a_condition_on_a_property_that_is_named_elsewhere_is_no_new_property() {
    let rule = |then: Value| json!({ "properties": { "a": {}, "b": {} }, "if": { "required": ["a"] }, "then": then });
    let (wide, narrow) = (rule(json!({})), rule(json!({ "properties": { "b": { "minLength": 1 } } })));
    assert_eq!(kinds(&compare_schemas(Input, &wide, &narrow)), [Kind::Breaking].into());
    assert_eq!(kinds(&compare_schemas(Input, &narrow, &wide)), [Kind::Additive].into());
}

#[test]
fn order_and_spelling_mean_nothing() {
    let pairs = [
        (json!({ "enum": ["a", "b"] }), json!({ "enum": ["b", "a"] })),
        (json!({ "type": ["string", "null"] }), json!({ "type": ["null", "string"] })),
        (json!({ "required": ["a", "b"] }), json!({ "required": ["b", "a"] })),
        (
            json!({ "anyOf": [{ "minLength": 1 }, { "type": "null" }] }),
            json!({ "anyOf": [{ "type": "null" }, { "minLength": 1 }] }),
        ),
        (
            json!({ "type": "string", "maxLength": 1 }),
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "type": "string", "maxLength": 1 } } }),
        ),
        (json!({ "minimum": 1 }), json!({ "minimum": 1.0 })),
        (json!({ "items": {} }), json!({ "items": true })),
    ];
    for (one, other) in pairs {
        for (old, new) in [(&one, &other), (&other, &one)] {
            assert_eq!(compare_schemas(Input, old, new), [], "{old} {new}");
        }
    }
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    let tree = |longest: u64| {
        json!({ "$ref": "#/$defs/node", "$defs": { "node": { "properties": {
            "name": { "maxLength": longest },
            "children": { "items": { "$ref": "#/$defs/node" } },
        } } } })
    };
    let changes = compare_schemas(Input, &tree(9), &tree(8));
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(changes[0].pointer, "/$defs/node/properties/name/maxLength");
    let circle = json!({ "$ref": "#" });
    assert_eq!(compare_schemas(Input, &circle, &circle), []);
    let pair = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } });
    let choice = json!({ "anyOf": [{ "$ref": "#" }, { "anyOf": [{ "$ref": "#" }, { "type": "string" }] }] });
    for other in [pair, choice, json!({ "type": "string" })] {
        assert!(!compare_schemas(Input, &circle, &other).is_empty(), "{other}");
        assert!(!compare_schemas(Input, &other, &circle).is_empty(), "{other}");
    }
}

#[test]
fn what_lies_too_deep_is_unknown() {
    let chain = |longest: u64| {
        let link =
            |index: u32| json!({ "properties": { "next": { "$ref": format!("#/$defs/{}", index + 1) } } });
        let mut links: serde_json::Map<String, Value> =
            (0..400).map(|index| (index.to_string(), link(index))).collect();
        links.insert("400".into(), json!({ "maxLength": longest }));
        json!({ "$ref": "#/$defs/0", "$defs": links })
    };
    assert_eq!(kinds(&compare_schemas(Input, &chain(9), &chain(8))), [Kind::Unknown].into());
}

#[test]
fn a_change_says_where_and_what() {
    let schema = |longest: u64| json!({ "properties": { "a/b": { "maxLength": longest } } });
    let changes = compare_schemas(Input, &schema(2), &schema(1));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].pointer, "/properties/a~1b/maxLength");
    assert_eq!((&changes[0].was, &changes[0].is), (&Some(json!(2)), &Some(json!(1))));
    assert_eq!(changes[0].why, "the upper bound is lower, so that calls which were accepted may be refused");
}
