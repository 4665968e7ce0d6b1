//! Arguments to a request: it goes to the operation's own path, keeps to its own headers, and takes nothing that the schema refuses.
//!
//! The first byte names the tool. The rest is the arguments as JSON, or else the text that every argument is given.

#![no_main]

use std::sync::LazyLock;

use fixtures::Contract;
use fixtures::contract::Operation;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use server::request::{Request, build};
use server::{Entry, Table, rules, validate};

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let contract = Contract::load().expect("the contract");
    Table::new(&contract, false).expect("its tools")
});
static TOOLS: LazyLock<Vec<&'static Entry>> =
    LazyLock::new(|| TABLE.definitions().filter_map(|tool| TABLE.get(&tool.name)).collect());

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let entry = TOOLS[usize::from(*first) % TOOLS.len()];
    let arguments = match serde_json::from_slice(rest) {
        Ok(Value::Object(arguments)) => arguments,
        Ok(_) => return,
        Err(_) => everywhere(&entry.operation, &String::from_utf8_lossy(rest)),
    };
    let given = Value::Object(arguments.clone());
    let problems = validate::problems(&entry.validator, &entry.arguments, &given);
    assert_eq!(problems.is_empty(), entry.validator.is_valid(&given));
    let _ = rules::problems(&entry.definition.name, &arguments);
    // Beyond what the schema lets through: the mapping itself lets nothing out of its place.
    if let Ok(request) = build(&entry.operation, &arguments) {
        check(&entry.operation, &request, problems.is_empty());
    }
});

fn everywhere(operation: &Operation, text: &str) -> Map<String, Value> {
    operation.arguments.iter().map(|argument| (argument.name.clone(), text.into())).collect()
}

fn check(operation: &Operation, request: &Request, valid: bool) {
    let target = &request.target;
    assert!(target.bytes().all(|byte| byte.is_ascii_graphic()) && !target.contains('#'), "{target}");
    assert!(target.matches('?').count() <= 1, "{target}");
    let path = target.split('?').next().unwrap_or_default();
    let (segments, expected): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), operation.path.split('/').collect());
    assert_eq!(segments.len(), expected.len(), "{target}");
    for (segment, expected) in segments.iter().zip(expected) {
        let parameter = expected.starts_with('{');
        // Without a required argument, which the schema refuses, the parameter stays as it is.
        assert!(*segment == expected || parameter, "{target}");
        assert!(
            !parameter || !valid || !matches!(*segment, "" | "." | "..") && *segment != expected,
            "{target}"
        );
    }
    for (name, value) in &request.headers {
        assert!(operation.arguments.iter().any(|argument| argument.wire.eq_ignore_ascii_case(name.as_str())));
        assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    }
    if let Some(body) = &request.body {
        assert!(serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object()));
    }
}
