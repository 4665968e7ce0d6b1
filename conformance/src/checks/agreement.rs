//! Both sides answer a documented example alike. The state is reset in between, so that ids are the same.

use fixtures::Evidence;
use fixtures::examples::Example;

use super::example::rule;
use super::{Checked, Session};
use crate::compare::equal;
use crate::finding::{Family, Finding};
use crate::targets::{Call, Target};

pub(super) fn run(session: &mut Session<'_>) {
    for (index, example) in session.subject.examples.iter().enumerate() {
        let checked = agree(session, example);
        session.record(Family::Agreement, &rule("agreement", index), Target::Mcp, example.evidence, checked);
    }
    if session.subject.tool.name == "messages_send" {
        for (target, expected) in [(Target::Rest, "API"), (Target::Mcp, "MCP")] {
            let checked = origin(session, target, expected);
            session.record(Family::Agreement, "origin", target, Evidence::Inferred, checked);
        }
    }
}

/// A message says what it was sent through (U-20): the API tells the server from other clients.
fn origin(session: &Session<'_>, target: Target, expected: &str) -> Checked {
    let ready = session.ready_first()?;
    let sent = session.call(target, Some(&ready.key), &ready.arguments)?;
    let operation = session.subject.contract.tool("message_get");
    let operation = operation.ok_or_else(|| Finding::new("message_get is no tool"))?;
    let id = sent.body.get("id").cloned().unwrap_or_default();
    let arguments = [("id".to_owned(), id)].into_iter().collect();
    let call = Call { operation, key: Some(&ready.key), arguments: &arguments };
    let message = session.rig.call(Target::Rest, &call).map_err(|error| Finding::new(error.to_string()))?;
    let actual = message.body.get("origin").cloned().unwrap_or_default();
    if actual == expected {
        return Ok(());
    }
    let finding = Finding::new("message_get does not say what the message was sent through");
    Err(finding.with(expected, actual).after(Some(&ready.key), &ready.arguments))
}

fn agree(session: &Session<'_>, example: &Example) -> Checked {
    let answer = |target| {
        let ready = session.ready(example)?;
        Ok::<_, Box<Finding>>((session.call(target, Some(&ready.key), &ready.arguments)?, ready))
    };
    let ((rest, ready), (mcp, _)) = (answer(Target::Rest)?, answer(Target::Mcp)?);
    let same = equal("the answer over MCP is not that of the API", &rest.body, &mcp.body);
    let same = same.and_then(|()| {
        if rest.ok == mcp.ok { Ok(()) } else { Err(Finding::new("one side refuses what the other accepts")) }
    });
    same.map_err(|finding| finding.after(Some(&ready.key), &ready.arguments))
}
