//! The generated arguments are what the properties need: of every tool, with every argument, and truly valid or invalid.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use conformance::strategy::{Source, seen_by};
use conformance::{Options, Selection, Subject, Suite, Target};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

const SAMPLES: usize = 300;

fn each(check: impl Fn(&Subject<'_>, &Source)) {
    let suite = Suite::new(Options::default()).unwrap();
    for subject in suite.subjects().unwrap() {
        let known: Vec<Map<String, Value>> =
            subject.examples.iter().map(|example| example.arguments.clone()).collect();
        let validator = jsonschema::draft202012::new(&subject.schema).unwrap();
        check(&subject, &Source::new(subject.operation, validator, known));
    }
}

fn samples(strategy: &BoxedStrategy<Value>) -> impl Iterator<Item = Value> {
    let mut runner = TestRunner::deterministic();
    std::iter::repeat_with(move || strategy.new_tree(&mut runner).unwrap().current()).take(SAMPLES)
}

#[test]
fn valid_arguments_come_in_every_combination_of_presence() {
    each(|subject, source| {
        let mut present: BTreeMap<String, usize> = BTreeMap::new();
        for value in samples(&source.valid()) {
            assert!(subject.arguments.is_valid(&value), "{}: {value}", subject.tool.name);
            for name in value.as_object().unwrap().keys() {
                *present.entry(name.clone()).or_default() += 1;
            }
        }
        for argument in &subject.operation.arguments {
            let count = present.get(&argument.name).copied().unwrap_or_default();
            let always = count == SAMPLES;
            assert!(count > 0, "{}: {} is never given", subject.tool.name, argument.name);
            assert_eq!(
                always, argument.required,
                "{}: {} is given {count} times",
                subject.tool.name, argument.name
            );
        }
    });
}

#[test]
fn invalid_arguments_are_wrong_in_many_places() {
    each(|subject, source| {
        if subject.operation.arguments.is_empty() {
            return;
        }
        let mut wrong: BTreeSet<String> = BTreeSet::new();
        for value in samples(&source.invalid(Target::Mcp)) {
            let errors: Vec<String> = subject
                .arguments
                .iter_errors(&value)
                .map(|error| error.schema_path().as_str().to_owned())
                .collect();
            assert!(!errors.is_empty(), "{}: {value} is valid", subject.tool.name);
            wrong.extend(errors);
        }
        let least = subject.operation.arguments.len();
        assert!(wrong.len() >= least, "{}: only {wrong:?} were broken", subject.tool.name);
    });
}

#[test]
fn what_is_invalid_over_mcp_may_be_valid_as_text() {
    let suite =
        Suite::new(Options { selection: Selection::only(["calls_list"]).unwrap(), ..Options::default() })
            .unwrap();
    let subjects = suite.subjects().unwrap();
    let seen = |value: Value| seen_by(Target::Rest, subjects[0].operation, &value);
    assert_eq!(seen(serde_json::json!({ "limit": "5" })), Some(serde_json::json!({ "limit": 5 })));
    assert_eq!(seen(serde_json::json!({ "limit": "five" })), Some(serde_json::json!({ "limit": "five" })));
    assert_eq!(seen(serde_json::json!({ "before": 5 })), Some(serde_json::json!({ "before": "5" })));
    assert_eq!(seen(serde_json::json!({ "limit": null })), None);
}
