//! What can be read, and what is said of the rest.

use conformance::diff::{Document, compare};

const TOOL: &str = r#"{"name": "a", "inputSchema": {"type": "object"}}"#;

#[test]
fn lists_in_every_wrapping_and_contracts_in_both_notations() {
    let tools = Document::parse("", &format!("[{TOOL}]")).unwrap();
    for text in [
        format!(r#"{{"tools": [{TOOL}]}}"#),
        format!(r#"{{"jsonrpc": "2.0", "id": 1, "result": {{"tools": [{TOOL}]}}}}"#),
        "- name: a\n  inputSchema: { type: object }\n".to_owned(),
    ] {
        assert_eq!(Document::parse("", &text).unwrap(), tools, "{text}");
    }
    let contract = Document::parse("", r#"{"openapi": "3.1.0", "paths": {}}"#).unwrap();
    assert_eq!(Document::parse("", "openapi: 3.1.0\npaths: {}\n").unwrap(), contract);
}

#[test]
fn names_stand_for_what_the_program_has() {
    let Document::Tools(tools) = Document::read("tools").unwrap() else { panic!("no tools") };
    assert_eq!(tools.len(), 54);
    assert!(tools.iter().all(|tool| tool["outputSchema"].is_object()));
    let pieces = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/contract");
    assert_eq!(Document::read(pieces).unwrap(), Document::read("contract").unwrap());
}

#[test]
fn everything_else_is_refused_with_what_was_expected() {
    for (text, expected) in [
        ("{", "no JSON, EOF"),
        ("a: [", "no YAML"),
        ("", "expected a list of tools"),
        ("just text", "expected a list of tools"),
        ("{}", "expected a list of tools"),
        (r#"{"tools": 1}"#, "expected a list of tools"),
        (r#"{"jsonrpc": "2.0", "id": 1, "error": {"code": -32601}}"#, "the server answered an error"),
        ("[1]", "item 0 has no name"),
        (r#"[{"name": "a"}]"#, "a has no inputSchema"),
        (r#"[{"name": "a", "inputSchema": 1}]"#, "a has no inputSchema"),
        (r#"{"tools": [], "nextCursor": "x"}"#, "one page of several"),
        (r#"{"openapi": "3.0.3", "paths": {}}"#, "expected 3.1"),
        (r#"{"openapi": "3.10.0", "paths": {}}"#, "expected 3.1"),
        (r#"{"swagger": "2.0"}"#, "expected 3.1"),
        (r#"{"openapi": "3.1.0", "paths": []}"#, "its paths are no object"),
    ] {
        let error = Document::parse("file", text).unwrap_err().to_string();
        assert!(error.starts_with("file is not usable: ") && error.contains(expected), "{text}: {error}");
    }
    let twice = format!("[{TOOL}, {TOOL}]");
    assert!(Document::parse("file", &twice).unwrap_err().to_string().contains("two tools are called a"));
    assert!(
        Document::read("no/such/file").unwrap_err().to_string().starts_with("failed to read no/such/file: ")
    );
    let folder = Document::read(env!("CARGO_MANIFEST_DIR")).unwrap_err().to_string();
    assert!(folder.contains("openapi.yaml"), "{folder}");
}

#[test]
fn two_of_a_kind() {
    let (tools, contract) = (Document::Tools(Vec::new()), Document::contract().unwrap());
    let error = compare(&tools, &contract).unwrap_err().to_string();
    assert_eq!(error, "OLD is a list of tools and NEW is a contract: give two of a kind");
}
