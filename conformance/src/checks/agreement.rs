//! Both sides answer a documented example alike. The state is reset in between, so that ids are the same.

use fixtures::examples::Example;

use super::example::rule;
use super::{Checked, Session};
use crate::compare::equal;
use crate::finding::{Family, Finding};
use crate::targets::Target;

pub(super) fn run(session: &mut Session<'_>) {
    for (index, example) in session.subject.examples.iter().enumerate() {
        let checked = agree(session, example);
        session.record(Family::Agreement, &rule("agreement", index), Target::Mcp, example.evidence, checked);
    }
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
