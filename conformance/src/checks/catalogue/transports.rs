//! The tools are described alike, however they are asked for.

use fixtures::Evidence;
use serde_json::Value;

use crate::compare::equal;
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rig::Transport;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Revision, Target};

pub(super) const STABLE: Rule =
    Rule::must("tools-list-stable", "tools/list answers the same twice, in the same order.");
pub(super) const HTTP: Rule = Rule::must(
    "same-over-http-*",
    "Over HTTP, in this revision of MCP, every definition is the one that a client of the newest revision sees.",
);
pub(super) const STDIO: Rule = Rule::must(
    "same-over-stdio-*",
    "Over stdio, in this revision of MCP, every definition is the one that a client of the newest revision sees.",
);

/// Those that both transports know in the form of today.
const REVISIONS: [Revision; 4] = [
    Revision::Modern,
    Revision::Legacy("2025-11-25"),
    Revision::Legacy("2025-06-18"),
    Revision::Legacy("2025-03-26"),
];

pub(super) fn run(scene: &mut Scene<'_>) {
    scene.check_in_any_state(STABLE.name, Target::Mcp, Evidence::Documented, |scene| {
        let (first, second) = (usual(scene)?, usual(scene)?);
        equal("tools/list answers otherwise the second time", &first, &second)
    });
    for (rule, transport) in [(HTTP, Transport::Http), (STDIO, Transport::Stdio)] {
        for revision in REVISIONS {
            let name = rule.name.replace('*', revision.name());
            scene.check_in_any_state(&name, Target::Mcp, Evidence::Documented, |scene| {
                same(scene, transport, revision)
            });
        }
    }
}

fn same(scene: &Scene<'_>, transport: Transport, revision: Revision) -> Checked {
    let listed = Value::from(scene.rig.list_over(transport, revision, TENANT_KEY)?);
    let message = format!("the definitions over {transport} in {} are others", revision.name());
    equal(&message, &usual(scene)?, &listed)
}

fn usual(scene: &Scene<'_>) -> Result<Value, Box<Finding>> {
    Ok(Value::from(scene.rig.list_tools(TENANT_KEY)?))
}
