//! Messages that are well-formed, and ask for what there is not.

use serde_json::{Value, json};

use super::{check, ensure, refused, result};
use crate::demo::TENANT_KEY;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::Raw;

pub(super) const UNKNOWN_METHOD: Rule = Rule::must(
    "unknown-method-*",
    "A method that there is not is refused with 404 and -32601 in the newest revision, and never with a code that it took back, such as -32002.",
);
pub(super) const UNKNOWN_METHOD_LEGACY: Rule = Rule::must(
    "unknown-method-before-*",
    "A method that there is not is refused with -32601 in the revisions before the newest.",
);
pub(super) const UNKNOWN_TOOL: Rule = Rule::must(
    "unknown-tool-*",
    "A call of a tool that there is not is refused by the protocol, with -32602; the HTTP status is not 404, which would mean the method.",
);
pub(super) const PARAMS: Rule =
    Rule::must("params-*", "Params of the wrong form are refused by the protocol, with -32602.");
pub(super) const CURSOR: Rule =
    Rule::should("cursor-*", "A cursor that the server did not give is refused with -32602.");
pub(super) const ARGUMENTS: Rule = Rule::must(
    "wrong-arguments",
    "Arguments that a tool does not take are refused by a result with isError and HTTP status 200, so that a model can mend them.",
)
.proves(&["MCP-ARG-001"]);

const METHODS: [&str; 6] =
    ["no/such", "ping", "prompts/list", "resources/read", "completion/complete", "logging/setLevel"];

pub(super) fn run(scene: &mut Scene<'_>) {
    for method in METHODS {
        let name = method.replace('/', "-");
        let raw = Raw::modern(TENANT_KEY, method, json!({ "name": "none", "uri": "none" }));
        check(scene, UNKNOWN_METHOD, &name, |scene| refused(scene, &raw, &[404], -32601));
    }
    for method in ["no/such", "prompts/list", "resources/list"] {
        let raw = legacy(method, json!({}));
        check(scene, UNKNOWN_METHOD_LEGACY, &method.replace('/', "-"), |scene| {
            refused(scene, &raw, &[200, 400, 404], -32601)
        });
    }
    let unknown = json!({ "name": "no_such_tool", "arguments": {} });
    for (name, raw) in [
        ("modern", Raw::modern(TENANT_KEY, "tools/call", unknown.clone())),
        ("legacy", legacy("tools/call", unknown)),
    ] {
        check(scene, UNKNOWN_TOOL, name, |scene| refused(scene, &raw, &[200, 400], -32602));
    }
    for (name, params) in [
        ("of-number", json!(7)),
        ("of-array", json!([])),
        ("without-name", json!({ "arguments": {} })),
        ("name-of-number", json!({ "name": 7, "arguments": {} })),
        ("arguments-of-array", json!({ "name": "numbers_list", "arguments": [] })),
        ("arguments-of-text", json!({ "name": "numbers_list", "arguments": "{}" })),
    ] {
        let raw = if params.is_object() {
            Raw::modern(TENANT_KEY, "tools/call", params)
        } else {
            let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
            Raw::carrying(TENANT_KEY, &message)
        };
        check(scene, PARAMS, name, |scene| refused(scene, &raw, &[200, 400], -32602));
    }
    for (name, cursor) in [("unknown", json!("next")), ("empty", json!("")), ("of-number", json!(7))] {
        let raw = Raw::modern(TENANT_KEY, "tools/list", json!({ "cursor": cursor }));
        check(scene, CURSOR, name, |scene| refused(scene, &raw, &[200, 400], -32602));
    }
    check(scene, ARGUMENTS, "", wrong_arguments);
}

/// A request of the revision before the newest. It names its version in a header, and needs no session where the server has none.
fn legacy(method: &str, params: Value) -> Raw {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    Raw::post(TENANT_KEY, message.to_string()).with("mcp-protocol-version", "2025-11-25")
}

fn wrong_arguments(scene: &Scene<'_>) -> Checked {
    let params = json!({ "name": "numbers_list", "arguments": { "notAnArgument": 1 } });
    let result = result(scene, &Raw::modern(TENANT_KEY, "tools/call", params))?;
    ensure(result.get("isError") == Some(&json!(true)), "the result is no error", &result)
}
