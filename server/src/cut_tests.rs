use std::sync::LazyLock;

use fixtures::Contract;
use fixtures::contract::Tool;

use super::*;
use crate::Table;

const MAX: usize = 4096;

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::load().unwrap());

fn operation(tool: &str) -> &'static Operation {
    CONTRACT.tools().find(|(named, _)| named.name == tool).unwrap().1
}

fn success(structured: Value) -> Outcome {
    Outcome::Success(structured.into())
}

/// The answer of a call, shortened, after checking what holds for every one.
fn shortened(tool: &str, arguments: Value, answer: Value) -> Value {
    let Outcome::Success(answer) = shorten(success(answer), operation(tool), &arguments, MAX) else {
        panic!("a failure");
    };
    assert!(answer.text().len() <= MAX, "{} bytes", answer.text().len());
    assert_eq!(serde_json::from_str::<Value>(answer.text()).unwrap(), answer.structured());
    answer.structured()
}

/// Items of about 100 bytes, the newest first.
fn items(numbers: std::ops::Range<usize>) -> Vec<Value> {
    let item = |number: usize| json!({ "id": number, "createdAt": format!("2026-11-22T10:{:02}:00Z", 59 - number / 2), "text": "x".repeat(50) });
    numbers.map(item).collect()
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

/// An API of 100 messages in pages.
fn messages(arguments: &Value) -> Value {
    let number = |name: &str, otherwise| arguments[name].as_u64().map_or(otherwise, |number| number as usize);
    let (page, size) = (number("page", 1), number("pageSize", 30));
    let from = ((page - 1) * size).min(100);
    json!({ "messages": items(from..(from + size).min(100)), "total": 100, "page": page, "pageSize": size })
}

#[test]
fn what_fits_is_left_as_it_was() {
    let outcome = Outcome::Success(Answer::read(b"{ \"messages\": [1,  2] }").unwrap());
    let operation = operation("messages_unread");
    assert_eq!(shorten(outcome.clone(), operation, &json!({}), 23), outcome);
    assert_ne!(shorten(outcome.clone(), operation, &json!({}), 22), outcome);
}

#[test]
fn a_page_is_cut_and_following_the_note_gives_every_item_once() {
    for start in
        [json!({}), json!({ "pageSize": 100 }), json!({ "pageSize": 50, "page": 2 }), json!({ "page": 3 })]
    {
        let first = messages(&start)["messages"][0]["id"].as_u64().unwrap();
        let (mut arguments, mut seen) = (start.clone(), Vec::new());
        for _ in 0..100 {
            let result = shortened("messages_unread", arguments.clone(), messages(&arguments));
            seen.extend(ids(&result["messages"]));
            let next = match result.get(NOTE) {
                Some(note) => note["next"].clone(),
                None => {
                    json!({ "page": result["page"].as_u64().unwrap() + 1, "pageSize": result["pageSize"] })
                }
            };
            arguments = next;
        }
        assert_eq!(seen, (first..100).collect::<Vec<_>>(), "{start}");
    }
}

#[test]
fn the_note_says_what_is_shown_and_stands_first() {
    let result = shortened("messages_unread", json!({}), messages(&json!({ "pageSize": 100 })));
    assert_eq!(result.as_object().unwrap().keys().next().unwrap(), NOTE);
    let shown = result["messages"].as_array().unwrap().len();
    assert!(shown > 20, "{shown}");
    assert_eq!(result[NOTE]["shown"], shown);
    assert_eq!(result[NOTE]["of"], 100);
    assert_eq!(result[NOTE]["next"], json!({ "page": 2, "pageSize": shown }));
    assert_eq!((&result["total"], &result["pageSize"]), (&json!(100), &json!(100)));
}

#[test]
fn a_list_by_time_goes_on_from_its_last_item_and_keeps_a_moment_together() {
    let mut seen = Vec::new();
    let mut before = String::from("~");
    loop {
        let older = |item: &Value| item["createdAt"].as_str().unwrap() < before.as_str();
        let answer: Vec<Value> = items(0..99).into_iter().filter(older).collect();
        let result = shortened("calls_list", json!({}), json!({ "calls": answer }));
        seen.extend(ids(&result["calls"]));
        let Some(note) = result.get(NOTE) else { break };
        before = note["next"]["before"].as_str().unwrap().to_owned();
        assert_eq!(note["next"], json!({ "before": before }), "as many as were asked for");
    }
    assert_eq!(seen, (0..99).collect::<Vec<_>>());
}

#[test]
fn a_list_without_pages_says_so() {
    let result = shortened("numbers_list", json!({}), json!({ "items": items(0..100) }));
    assert!(result[NOTE]["hint"].as_str().unwrap().contains("no pages"));
    assert!(result[NOTE].get("next").is_none());
    let result = shortened("webhook_events", json!({}), json!({ "items": items(0..100) }));
    assert!(result[NOTE]["hint"].as_str().unwrap().ends_with("narrow the call with limit, event."));
}

#[test]
fn at_least_one_item_remains_and_no_list_is_left_alone() {
    let long = json!({ "items": ["x".repeat(MAX), "y"] });
    let operation = operation("numbers_list");
    let Outcome::Success(answer) = shorten(success(long.clone()), operation, &json!({}), MAX) else {
        panic!("a failure");
    };
    assert_eq!(answer.structured()["items"], json!([long["items"][0]]));
    for whole in [
        json!({ "base64": "x".repeat(MAX) }),
        json!({ "text": "x".repeat(MAX), "list": [1] }),
        json!({ "a": "x".repeat(MAX), "list": [] }),
    ] {
        assert_eq!(shorten(success(whole.clone()), operation, &json!({}), MAX), success(whole));
    }
}

#[test]
fn numbers_out_of_any_range_do_no_harm() {
    for (page, size) in [(u64::MAX, u64::MAX), (0, 0), (0, 7), (u64::MAX, 1)] {
        let answer = json!({ "messages": items(0..100), "page": page, "pageSize": size });
        assert!(shortened("messages_unread", json!({}), answer)[NOTE]["next"]["page"].as_u64().unwrap() > 0);
    }
}

/// Every tool whose answer has a list: a cut one with its note is still what the tool promised.
#[test]
fn a_cut_answer_fits_the_published_schema() {
    let table = Table::new(&CONTRACT, true).unwrap();
    let with_list: Vec<(&Tool, &Operation)> = CONTRACT
        .tools()
        .filter(|(_, operation)| {
            let example = operation.success.example.as_ref();
            let list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
            example.is_some_and(|value| {
                list(value) || value.as_object().is_some_and(|map| map.values().any(list))
            })
        })
        .collect();
    assert!(with_list.len() >= 10, "{}", with_list.len());
    for (tool, operation) in with_list {
        let mut answer = match operation.success.example.clone().unwrap() {
            Value::Array(items) => json!({ "items": items }),
            object => object,
        };
        let longest = answer.as_object().unwrap().iter().filter(|(_, value)| value.is_array());
        let name = longest.max_by_key(|(_, value)| length(value)).unwrap().0.clone();
        let item = answer[&name][0].clone();
        answer[&name] = vec![item; 1000].into();
        let Outcome::Success(answer) = shorten(success(answer), operation, &json!({}), MAX) else {
            panic!("a failure");
        };
        let structured = answer.structured();
        assert!(structured.get(NOTE).is_some(), "{}", tool.name);
        let definition = &table.get(&tool.name).unwrap().definition;
        let schema = Value::Object(definition.output_schema.as_deref().unwrap().clone());
        assert!(jsonschema::draft202012::is_valid(&schema, &structured), "{}", tool.name);
        assert!(schema.pointer("/properties").is_none_or(|known| known.get(NOTE).is_none()), "{}", tool.name);
    }
}
