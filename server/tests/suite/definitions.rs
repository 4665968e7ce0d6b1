//! The definitions of the 54 tools, as clients get them.

use fixtures::Contract;
use serde_json::Value;
use server::Table;

fn definitions(output_schemas: bool) -> Vec<Value> {
    let table = Table::new(&Contract::load().unwrap(), output_schemas).unwrap();
    table.definitions().map(|tool| serde_json::to_value(tool).unwrap()).collect()
}

fn bytes(definitions: &[Value]) -> usize {
    serde_json::to_vec(definitions).unwrap().len()
}

#[test]
fn there_are_54_in_the_order_of_the_contract() {
    let contract = Contract::load().unwrap();
    let expected: Vec<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
    let definitions = definitions(true);
    let names: Vec<&str> = definitions.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, expected);
    assert_eq!(names.len(), 54);
}

#[test]
fn stay_small() {
    let (plain, full) = (bytes(&definitions(false)), bytes(&definitions(true)));
    println!("{plain} bytes without output schemas, {full} with");
    assert!(plain < 48 * 1024, "{plain} bytes without output schemas");
    assert!(full < 112 * 1024, "{full} bytes with output schemas");
}

#[test]
fn are_what_clients_accept() {
    for tool in definitions(true) {
        let name = tool["name"].as_str().unwrap();
        assert!(
            name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{name}"
        );
        assert!(
            !tool["title"].as_str().unwrap().is_empty() && !tool["description"].as_str().unwrap().is_empty(),
            "{name}"
        );
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{name} {schema}");
            for keyword in ["anyOf", "oneOf", "allOf", "not", "if"] {
                assert!(tool[schema].get(keyword).is_none(), "{name} {schema} {keyword}");
            }
            assert!(jsonschema::draft202012::meta::is_valid(&tool[schema]), "{name} {schema}");
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{name}");
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{name} {hint}");
        }
    }
}

/// Output schemas never reject a real answer: the documented ones least of all, nor one with more in it.
#[test]
fn output_schemas_accept_the_documented_answers() {
    let contract = Contract::load().unwrap();
    let definitions = definitions(true);
    let mut examples = 0;
    for ((tool, operation), definition) in contract.tools().zip(&definitions) {
        let Some(example) = operation.success.example.clone() else { continue };
        let mut answer = if example.is_array() { serde_json::json!({ "items": example }) } else { example };
        answer["addedLater"] = true.into();
        let validator = jsonschema::validator_for(&definition["outputSchema"]).unwrap();
        let problems: Vec<String> = validator.iter_errors(&answer).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", tool.name);
        examples += 1;
    }
    assert!(examples > 27, "half of the tools have one: {examples}");
}
