//! The documented examples are accepted, and answered as the contract says and as it was recorded.

use serde_json::json;

use super::{Checked, Session};
use crate::compare::equal;
use crate::finding::{Family, Finding};
use crate::recorded;
use crate::targets::{Answer, Target};

pub(super) fn run(session: &mut Session<'_>) {
    if session.subject.examples.is_empty() {
        for target in Target::ALL {
            let missing = Err(Finding::new("the tool has no documented example"));
            session.record(Family::Example, "example", target, session.subject.operation.evidence, missing);
        }
    }
    for (index, example) in session.subject.examples.iter().enumerate() {
        for target in Target::ALL {
            let answer = session.ready(example).and_then(|ready| {
                let answer = session.call(target, Some(&ready.key), &ready.arguments)?;
                let accepted = session.accepted(&answer);
                accepted.map_err(|finding| finding.after(Some(&ready.key), &ready.arguments)).map(|()| answer)
            });
            if let (0, Ok(answer)) = (index, &answer) {
                session.record(
                    Family::Example,
                    "example-recorded",
                    target,
                    example.evidence,
                    as_recorded(session, answer),
                );
            }
            session.record(
                Family::Example,
                &rule("example", index),
                target,
                example.evidence,
                answer.map(drop),
            );
        }
    }
}

/// `example`, `example-2`, …: the first has the plain name.
pub(super) fn rule(name: &str, index: usize) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}-{}", index + 1) }
}

fn as_recorded(session: &Session<'_>, answer: &Answer) -> Checked {
    let Some(recorded) = recorded::answer(&session.subject.tool.name) else {
        return Err(Finding::new(
            "no answer is recorded; run the tests of this crate and review the new snapshot",
        ));
    };
    let actual = json!({ "status": session.subject.operation.success.status, "body": answer.body });
    equal("the answer is not the one that was recorded", &recorded, &actual)
}
