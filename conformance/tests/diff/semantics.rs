//! That a change called additive is: arguments that the old schema takes, documented and generated, are taken by the new one.

use conformance::diff::{Direction, Kind, compare_schemas};
use conformance::strategy::Source;
use conformance::{Options, Subject, Suite};
use jsonschema::Validator;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use crate::kinds;
use crate::mutation::{mutants, places};

const SAMPLES: usize = 40;

/// What the schema of a tool takes: its documented examples, and generated arguments.
fn accepted(subject: &Subject<'_>) -> Vec<Value> {
    let known: Vec<Map<String, Value>> =
        subject.examples.iter().map(|example| example.arguments.clone()).collect();
    let examples = known.iter().cloned().map(Value::Object).filter(|value| subject.arguments.is_valid(value));
    let source = Source::new(subject.operation, validator(&subject.schema).unwrap(), known.clone());
    let (strategy, mut runner) = (source.valid(), TestRunner::deterministic());
    let generated = std::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap().current());
    examples.chain(generated.take(SAMPLES)).collect()
}

fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::draft202012::new(schema).ok()
}

#[test]
fn what_is_called_additive_refuses_nothing() {
    let suite = Suite::new(Options::default()).unwrap();
    let (mut additive, mut refusing, mut examples) = (0, 0, 0);
    for subject in suite.subjects().unwrap() {
        let values = accepted(&subject);
        examples += values.len() - SAMPLES;
        for (place, mutant) in places(&subject.schema)
            .iter()
            .flat_map(|place| mutants(&subject.schema, place).into_iter().map(move |mutant| (place, mutant)))
        {
            let Some(validator) = validator(&mutant) else { continue };
            let there = kinds(&compare_schemas(Direction::Input, &subject.schema, &mutant));
            // The way back of an answer: what is promised is that all of the old schema is in the mutant.
            let back = kinds(&compare_schemas(Direction::Output, &mutant, &subject.schema));
            let refused = values.iter().find(|value| !validator.is_valid(value));
            additive += usize::from(there == [Kind::Additive].into());
            refusing += usize::from(refused.is_some());
            if let Some(value) = refused {
                let name = &subject.tool.name;
                let judged = there.contains(&Kind::Breaking) || there.contains(&Kind::Unknown);
                assert!(judged, "{name}{place}: {there:?}, yet {value} is refused by {mutant}");
                assert!(
                    back != [Kind::Additive].into(),
                    "{name}{place} back: {value} is refused by {mutant}"
                );
            }
        }
    }
    // Or it would show nothing.
    assert!(additive > 500 && refusing > 500 && examples > 54, "{additive} {refusing} {examples}");
}
