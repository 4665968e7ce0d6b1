//! The schema of a tool and what it does with arguments say the same.

pub(super) mod example;
pub(super) mod input;
mod over_mcp;
pub(super) mod property;

use crate::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::must("example", "The first documented example is accepted, and answered as the contract says."),
    Rule::must(
        "example-*",
        "Every further documented example is accepted, and answered as the contract says.",
    ),
    Rule::should(
        "example-recorded",
        "The answer to the first documented example is the one that was recorded and reviewed; ids and times are those of the demo world.",
    ),
    Rule::must(
        "missing-*",
        "A required argument that is left out is refused with 400 VALIDATION_ERROR, and an issue names it.",
    ),
    Rule::must(
        "wrong-type-*",
        "An argument of the wrong type is refused with 400 VALIDATION_ERROR, and an issue names it.",
    ),
    Rule::must(
        "unknown-argument",
        "An argument that the tool does not have is refused over MCP, and ignored by the API.",
    )
    .proves(&["MCP-ARG-001"]),
    Rule::must(
        "dot-segment-*",
        "An id of two dots is refused by the server: it would lead to another resource.",
    ),
    Rule::must(
        "header-base64",
        "A template header with base64 is refused over MCP, where headers come by URL only.",
    )
    .proves(&["MCP-TPL-001"]),
    Rule::must(
        "refusals",
        "The first documented example can be made ready, so that refusals can be tried beside it.",
    ),
    Rule::must("refusals-change-nothing", "None of all the refusals changed the state."),
    Rule::must(
        "valid-arguments",
        "Generated arguments that the schema accepts are never refused as invalid; both sides answer alike.",
    ),
    Rule::must(
        "invalid-arguments",
        "Generated arguments that are one mutation away from valid ones are refused with 400 VALIDATION_ERROR, and change nothing.",
    ),
];
