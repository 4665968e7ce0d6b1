//! The documented examples are accepted, and answered as the contract says and as it was recorded.

use fixtures::examples::Example;
use serde_json::json;

use crate::checks::Session;
use crate::compare::equal;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorded;
use crate::recorder::Checked;
use crate::targets::{Answer, Target};

const RECORDED: &str = "example-recorded";

pub(in crate::checks) fn run(session: &mut Session<'_>) {
    if session.subject.examples.is_empty() {
        for target in Target::ALL {
            let missing = Err(Finding::new("the tool has no documented example"));
            let evidence = session.subject.operation.evidence;
            session.recorder.record(Family::Schema, "example", target, evidence, missing);
        }
    }
    for (index, example) in session.subject.examples.iter().enumerate() {
        let rule = rule("example", index);
        let recorded = index == 0 && session.recorder.wants(Family::Schema, RECORDED);
        if !recorded && !session.recorder.wants(Family::Schema, &rule) {
            continue;
        }
        for target in Target::ALL {
            let answer = accepted(session, example, target);
            if recorded && answer.as_ref().map_or_else(|finding| finding.not_verified, |_| true) {
                let checked = answer.as_ref().map_err(Clone::clone).and_then(|it| as_recorded(session, it));
                session.recorder.record(Family::Schema, RECORDED, target, example.evidence, checked);
            }
            session.recorder.record(Family::Schema, &rule, target, example.evidence, answer.map(drop));
        }
    }
}

fn accepted(session: &Session<'_>, example: &Example, target: Target) -> Result<Answer, Box<Finding>> {
    let ready = session.ready(example)?;
    ready.succeeds()?;
    let answer = session.call(target, Some(&ready.key), &ready.arguments)?;
    match session.accepted(&answer) {
        Ok(()) => Ok(answer),
        Err(finding) => Err(session.shown(finding, Some(&ready.key), &ready.arguments)),
    }
}

/// `example`, `example-2`, …: the first has the plain name.
pub(in crate::checks) fn rule(name: &str, index: usize) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}-{}", index + 1) }
}

fn as_recorded(session: &Session<'_>, answer: &Answer) -> Checked {
    if !session.rig.is_steered() {
        return Err(Finding::not_verified("what was recorded is of the demo world"));
    }
    let Some(recorded) = recorded::answer(&session.subject.tool.name) else {
        return Err(Finding::new(
            "no answer is recorded; run the tests of this crate and review the new snapshot",
        ));
    };
    let actual = json!({ "status": session.subject.operation.success.status, "body": answer.body });
    equal("the answer is not the one that was recorded", &recorded, &actual)
}
