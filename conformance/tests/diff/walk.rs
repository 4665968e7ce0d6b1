//! Nothing differs from itself, and nothing that differs is passed over: the real contract and the real tools, changed in every keyword.

use std::collections::BTreeMap;

use conformance::diff::{Document, compare};
use serde_json::{Value, json};

use crate::mutation::{mutants, places};

/// Places with the same last keywords are changed this often: names are many, keywords few.
const EACH: usize = 1;

fn read(name: &str) -> Document {
    Document::read(name).unwrap()
}

#[test]
fn nothing_differs_from_itself() {
    for name in ["tools", "contract"] {
        assert_eq!(compare(&read(name), &read(name)).unwrap().changes, []);
    }
}

#[test]
fn the_last_release_can_be_compared() {
    // Whether anything broke since then is for CI to say, which runs the command.
    let released = concat!(env!("CARGO_MANIFEST_DIR"), "/released");
    let Document::Tools(tools) = read(&format!("{released}/tools-list.json")) else { panic!("no tools") };
    assert_eq!(tools.len(), 54);
    assert!(tools.iter().all(|tool| tool["outputSchema"].is_object()));
    let contract = read(&format!("{released}/openapi.json"));
    assert!(compare(&contract, &read("contract")).is_ok());
}

#[test]
fn no_change_of_a_tool_is_passed_over() {
    let Document::Tools(tools) = read("tools") else { panic!("no tools") };
    let mut missed = Vec::new();
    for tool in tools {
        let old = Document::Tools(vec![tool.clone()]);
        let whole = |place: &&String| ["/name", "/inputSchema"].contains(&place.as_str());
        for place in places(&tool).iter().filter(|place| !whole(place) && !says_nothing(&tool, place)) {
            for mutant in mutants(&tool, place) {
                see(&old, &Document::Tools(vec![mutant]), place, &mut missed);
            }
        }
    }
    assert!(missed.is_empty(), "not seen: {missed:#?}");
}

#[test]
fn no_change_of_the_contract_is_passed_over() {
    let Document::Contract(contract) = read("contract") else { panic!("no contract") };
    let old = Document::Contract(contract.clone());
    let mut missed = Vec::new();
    let mut changed: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for place in places(&contract).into_iter().filter(|place| !says_nothing(&contract, place)) {
        let count = changed.entry(keywords(&place)).or_default();
        *count += 1;
        if *count <= EACH {
            for mutant in mutants(&contract, &place) {
                see(&old, &Document::Contract(mutant), &place, &mut missed);
            }
        }
    }
    assert!(missed.is_empty(), "not seen: {missed:#?}");
}

/// The last keywords on the way to a place, without the names in between.
fn keywords(place: &str) -> Vec<String> {
    let named = [
        "properties",
        "schemas",
        "parameters",
        "paths",
        "responses",
        "headers",
        "content",
        "examples",
        "default",
        "value",
        "dependentRequired",
        "dependentSchemas",
    ];
    let (mut keys, mut name) = (Vec::new(), false);
    for key in place.split('/') {
        let index = key.parse::<u16>().is_ok();
        keys.push(if index || name { "*" } else { key }.to_owned());
        name = !name && named.contains(&key);
    }
    keys.split_off(keys.len().saturating_sub(4))
}

/// What says nothing, or nothing that a reference beside it does not say: it may go.
fn says_nothing(document: &Value, place: &str) -> bool {
    let value = document.pointer(place).unwrap();
    let (parent, key) = place.rsplit_once('/').unwrap();
    let reference =
        document.pointer(parent).and_then(|parent| parent.get("$ref")?.as_str()?.strip_prefix('#'));
    let referred = reference.and_then(|reference| document.pointer(reference)?.get(key));
    let open = ["additionalProperties", "items"].contains(&key) && [json!({}), json!(true)].contains(value);
    referred == Some(value) || open || (key == "properties" && *value == json!({}))
}

/// Notes a change that is not seen, there or back.
fn see(old: &Document, new: &Document, place: &str, missed: &mut Vec<String>) {
    for (old, new, way) in [(old, new, "there"), (new, old, "back")] {
        if compare(old, new).unwrap().changes.is_empty() {
            missed.push(format!("{way}: {place}"));
        }
    }
}
