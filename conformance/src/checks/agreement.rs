//! Both sides answer a documented example alike. The state is reset in between, so that ids are the same.

use fixtures::Evidence;
use fixtures::examples::Example;

use super::Session;
use super::schema::example::rule;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::targets::{Call, Target};

pub(super) const RULES: &[Rule] = &[
    Rule::must("agreement", "The server answers the first documented example as the API does."),
    Rule::must("agreement-*", "The server answers every further documented example as the API does."),
    Rule::must("origin", "A message says whether it was sent through the server or by another client.")
        .proves(&["MCP-SEND-001", "MCP-SEND-002"]),
];

const FAMILY: Family = Family::Agreement;

pub(super) fn run(session: &mut Session<'_>) {
    for (index, example) in session.subject.examples.iter().enumerate() {
        let rule = rule("agreement", index);
        if session.recorder.wants(FAMILY, &rule) {
            let checked = agree(session, example);
            session.recorder.record(FAMILY, &rule, Target::Mcp, example.evidence, checked);
        }
    }
    if session.subject.tool.name == "messages_send" && session.recorder.wants(FAMILY, "origin") {
        for (target, expected) in [(Target::Rest, "API"), (Target::Mcp, "MCP")] {
            let checked = origin(session, target, expected);
            session.recorder.record(FAMILY, "origin", target, Evidence::Inferred, checked);
        }
    }
}

/// A message says what it was sent through (U-20): the API tells the server from other clients.
fn origin(session: &Session<'_>, target: Target, expected: &str) -> Checked {
    session.repeatable()?;
    let ready = session.ready_first()?;
    let sent = session.call(target, Some(&ready.key), &ready.arguments)?;
    let operation = session.subject.contract.tool("message_get");
    let operation = operation.ok_or_else(|| Finding::new("message_get is no tool"))?;
    let id = sent.body.get("id").cloned().unwrap_or_default();
    let arguments = [("id".to_owned(), id)].into_iter().collect();
    let call = Call { operation, key: Some(&ready.key), arguments: &arguments };
    let message = session.rig.call(Target::Rest, &call)?;
    let actual = message.body.get("origin").cloned().unwrap_or_default();
    if actual == expected {
        return Ok(());
    }
    let finding = Finding::new("message_get does not say what the message was sent through");
    Err(session.shown(finding.with(expected, actual), Some(&ready.key), &ready.arguments))
}

fn agree(session: &Session<'_>, example: &Example) -> Checked {
    session.repeatable()?;
    let answer = |target| {
        let ready = session.ready(example)?;
        Ok::<_, Box<Finding>>((session.call(target, Some(&ready.key), &ready.arguments)?, ready))
    };
    let ((rest, ready), (mcp, _)) = (answer(Target::Rest)?, answer(Target::Mcp)?);
    session
        .alike(&rest, &mcp, || Ok(answer(Target::Rest)?.0))
        .map_err(|finding| session.shown(finding, Some(&ready.key), &ready.arguments))
}
