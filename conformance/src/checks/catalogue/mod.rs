//! The tools are there, and described soundly: what concerns all of them here, what concerns one in [`definition`].

pub(super) mod definition;
mod described;
mod transports;

use fixtures::{Contract, Evidence};
use serde_json::Value;

use crate::compare::equal;
use crate::demo::TENANT_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Target;

pub(crate) use described::Described;

pub(super) const RULES: &[Rule] = &[
    Rule::should("openapi", "The contract that the target publishes at /openapi.json is this one."),
    Rule::must("tools-list", "tools/list has the 54 tools of the contract, in its order."),
    transports::STABLE,
    transports::HTTP,
    transports::STDIO,
    Rule::must("definition-name", "The name has 1 to 64 letters, digits, dots, hyphens and underscores."),
    Rule::must("definition-text", "The tool has a description, and the title of the contract."),
    Rule::must(
        "definition-input-schema",
        "The inputSchema is that of an object, valid in 2020-12, without alternatives at its root, and admits no unknown arguments.",
    ),
    Rule::must("definition-arguments", "The arguments are those of the contract, and each is described."),
    Rule::must("definition-annotations", "The four hints are those of the contract."),
    Rule::must(
        "definition-output-schema",
        "An outputSchema is that of an object, and accepts the documented answer.",
    ),
    Rule::should(
        "definition-recorded",
        "The definition is the one of our server that was recorded and reviewed; a server of one's own may word it otherwise.",
    ),
    Rule::must(
        "definition-schemas",
        "The schemas of the contract that the target publishes are valid in 2020-12.",
    ),
    Rule::must(
        "definition-answer",
        "The answer that the published contract documents holds against its schema.",
    ),
    Rule::must(
        "definition-errors",
        "Every code that the published contract lists for the operation is in the catalogue of codes.",
    ),
];

pub(super) const SCENARIOS: &[Scenario] =
    &[Scenario { name: "catalogue", family: Family::Catalogue, area: None, run }];

fn run(scene: &mut Scene<'_>) {
    scene.check_in_any_state("openapi", Target::Rest, Evidence::Documented, |scene| openapi(scene));
    scene.check_in_any_state("tools-list", Target::Mcp, Evidence::Documented, |scene| {
        names(scene.contract, &scene.rig.list_tools(TENANT_KEY)?)
    });
    transports::run(scene);
}

fn openapi(scene: &Scene<'_>) -> Checked {
    let served = scene.rig.openapi()?;
    equal("/openapi.json is not the contract", scene.contract.document(), &served)
}

fn names(contract: &Contract, listed: &[Value]) -> Checked {
    let expected: Vec<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
    let actual: Vec<&str> = listed.iter().filter_map(|tool| tool.get("name")?.as_str()).collect();
    if expected == actual {
        Ok(())
    } else {
        Err(Finding::new("tools/list has other tools, or another order").with(expected, actual))
    }
}
