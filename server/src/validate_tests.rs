use serde_json::json;

use super::*;

fn check(schema: &Value, arguments: &Value) -> Vec<(String, String)> {
    let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(schema).unwrap();
    problems(&validator, schema, arguments)
        .into_iter()
        .map(|problem| (problem.path, problem.message))
        .collect()
}

fn one(schema: Value, arguments: Value) -> (String, String) {
    let found = check(&schema, &arguments);
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn pair(path: &str, message: &str) -> (String, String) {
    (path.to_owned(), message.to_owned())
}

#[test]
fn says_nothing_about_valid_arguments() {
    assert!(check(&json!({ "type": "object" }), &json!({})).is_empty());
}

#[test]
fn finds_every_problem() {
    let schema = json!({
        "type": "object", "required": ["id"], "additionalProperties": false,
        "properties": { "id": { "type": "string" }, "page": { "type": "integer", "minimum": 1 }, "a/b": { "type": "string" } },
    });
    let found = check(&schema, &json!({ "page": 0, "a/b": 1, "extra": true }));
    for expected in [
        pair("/id", "is required"),
        pair("/page", "must be at least 1"),
        pair("/a~1b", "must be string, not number"),
        pair("/extra", "is not an argument"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(found.len(), 4);
}

#[test]
fn suggests_a_near_name() {
    let schema =
        json!({ "additionalProperties": false, "properties": { "destinationNumber": {}, "text": {} } });
    let hint = "is not an argument; did you mean destinationNumber?";
    for name in ["destination_number", "destinatonNumber", "DestinationNumber"] {
        assert_eq!(one(schema.clone(), json!({ name: "1" })), pair(&format!("/{name}"), hint));
    }
    assert_eq!(one(schema, json!({ "recipient": "1" })), pair("/recipient", "is not an argument"));
}

/// The paths of what is told, when there is more to tell than that.
fn told(schema: Value, arguments: Value) -> Vec<String> {
    let mut found = check(&schema, &arguments);
    assert_eq!(found.pop(), Some(pair("", "there are more problems: mend these first")));
    found.into_iter().map(|(path, _)| path).collect()
}

#[test]
fn stops_when_it_has_found_enough() {
    let numbers = json!({ "items": { "type": "string" } });
    let expected: Vec<String> = (0..MOST).map(|index| format!("/{index}")).collect();
    assert_eq!(told(numbers.clone(), json!(vec![7; 100_000])), expected);
    assert_eq!(check(&numbers, &json!(vec![7; MOST])).len(), MOST);
    let names = json!({ "additionalProperties": false, "properties": { "text": {} } });
    let many: Value = (0..100_000).map(|index| (format!("name{index}"), Value::Null)).collect();
    assert_eq!(told(names, many).len(), MOST);
    // Alternatives are gone through only as far, too.
    let either = json!({ "anyOf": [{ "type": "string" }, numbers] });
    assert_eq!(told(either, json!(vec![7; 100_000])), expected);
}

#[test]
fn names_of_the_caller_are_cut_and_set_right_for_the_first_few_only() {
    let schema = json!({ "additionalProperties": false, "properties": { "text": {} } });
    let long = "x".repeat(1_000_000);
    assert_eq!(
        one(schema.clone(), json!({ &long: 1 })),
        pair(&format!("/{}", "x".repeat(64)), "is not an argument")
    );
    let many: Value = (0..9).map(|index| (format!("text{index}"), Value::Null)).collect();
    let suggestions =
        check(&schema, &many).into_iter().filter(|(_, message)| message.contains("did you mean text?"));
    assert_eq!(suggestions.count(), SUGGESTIONS);
    let map = json!({ "additionalProperties": { "type": "string" } });
    assert_eq!(
        one(map, json!({ &long: 1 })),
        pair(&format!("/{}", "x".repeat(MOST_PATH - 1)), "must be string, not number")
    );
}

#[test]
fn a_title_beside_a_keyword_is_the_message() {
    let phone = json!({ "properties": { "to": { "type": "string", "pattern": "^[0-9]{8,15}$", "title": "give 8 to 15 digits" } } });
    assert_eq!(one(phone, json!({ "to": "abc" })), pair("/to", "give 8 to 15 digits"));
}

#[test]
fn the_title_of_a_rule_is_the_message_wherever_it_fails() {
    let title = "give exactly one of a, b";
    let one_of =
        json!({ "allOf": [{ "title": title, "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] }] });
    assert_eq!(one(one_of.clone(), json!({})), pair("", title));
    assert_eq!(one(one_of, json!({ "a": 1, "b": 1 })), pair("", title));

    let condition = json!({ "allOf": [{ "title": "a needs b", "if": { "required": ["a"] }, "then": { "required": ["b"] } }] });
    assert_eq!(one(condition, json!({ "a": 1 })), pair("/b", "a needs b"));

    let forbidden = json!({ "allOf": [{ "title": "leave out a", "not": { "required": ["a"] } }] });
    assert_eq!(one(forbidden, json!({ "a": 1 })), pair("", "leave out a"));
}

#[test]
fn the_title_of_an_object_does_not_speak_for_its_properties() {
    let schema = json!({ "properties": { "o": { "title": "an object", "properties": { "n": { "type": "integer" } } } } });
    assert_eq!(one(schema, json!({ "o": { "n": "1" } })), pair("/o/n", "must be integer, not string"));
}

#[test]
fn explains_the_alternative_that_was_meant() {
    let schema = json!({ "properties": { "body": { "anyOf": [
        { "type": "string" },
        { "type": "object", "required": ["text"] },
    ] } } });
    assert_eq!(one(schema.clone(), json!({ "body": {} })), pair("/body/text", "is required"));
    assert_eq!(one(schema, json!({ "body": 1 })), pair("/body", "has none of the accepted forms"));
}

#[test]
fn never_repeats_the_value() {
    let schema = json!({ "properties": {
        "a": { "type": "integer" }, "b": { "enum": ["x"] }, "c": { "maxLength": 1 }, "d": { "contains": { "const": 1 } }, "e": { "const": 1 },
    } });
    let found = check(
        &schema,
        &json!({ "a": "secret", "b": "secret", "c": "secret", "d": ["secret"], "e": "secret" }),
    );
    assert_eq!(found.len(), 5);
    assert!(!format!("{found:?}").contains("secret"), "{found:?}");
}

/// Every condition of the contract in words that a model can act on.
#[test]
fn every_condition_has_words_of_its_own() {
    for (schema, value, expected) in [
        (json!({ "enum": ["a", "b", 3] }), json!("c"), "must be one of a, b, 3"),
        (json!({ "const": true }), json!(false), "must be true"),
        (json!({ "minLength": 1 }), json!(""), "must not be empty"),
        (json!({ "minLength": 2 }), json!("a"), "must have at least 2 characters"),
        (json!({ "maxLength": 2 }), json!("abc"), "must have at most 2 characters"),
        (json!({ "minItems": 1 }), json!([]), "must not be empty"),
        (json!({ "minItems": 2 }), json!([1]), "must have at least 2 items"),
        (json!({ "maxItems": 1 }), json!([1, 2]), "must have at most 1 items"),
        (json!({ "minProperties": 1 }), json!({}), "must not be empty"),
        (json!({ "minimum": 1 }), json!(0), "must be at least 1"),
        (json!({ "maximum": 1 }), json!(2), "must be at most 1"),
        (json!({ "exclusiveMinimum": 1 }), json!(1), "must be more than 1"),
        (json!({ "exclusiveMaximum": 1 }), json!(1), "must be less than 1"),
        (json!({ "multipleOf": 5 }), json!(7), "must be a multiple of 5"),
        (json!({ "pattern": "^a" }), json!("b"), "must match ^a"),
        (json!({ "uniqueItems": true }), json!([1, 1]), "must not repeat an item"),
        (
            json!({ "oneOf": [{ "type": "string" }, { "minLength": 1 }] }),
            json!("a"),
            "has several forms that exclude each other",
        ),
        (json!(false), json!(1), "is not accepted here"),
        (json!({ "not": { "type": "string" } }), json!("a"), "is not accepted here"),
        (json!({ "type": ["string", "null"] }), json!(1), "must be null or string, not number"),
    ] {
        let schema = json!({ "type": "object", "properties": { "it": schema } });
        assert_eq!(one(schema, json!({ "it": value })), pair("/it", expected));
    }
}
