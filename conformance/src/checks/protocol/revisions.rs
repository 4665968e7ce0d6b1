//! The revisions: what is found out before any call, and what every result carries.

use serde_json::{Map, Value, json};

use super::{check, ensure, refused, result};
use crate::compare::equal;
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rig::Transport;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{
    Call, LEGACY_VERSIONS, META_CAPABILITIES, META_SERVER, META_VERSION, PROTOCOL_VERSION, Raw, Revision,
    handshake,
};

pub(super) const DISCOVER: Rule = Rule::must(
    "discover",
    "server/discover names the supported versions, 2026-07-28 among them, the capabilities, tools among them, and for how long and for whom its answer holds.",
);
pub(super) const CACHEABLE: Rule =
    Rule::must("cacheable", "tools/list says for how long (ttlMs) and for whom (cacheScope) it holds.");
pub(super) const TYPED: Rule = Rule::must(
    "typed-*",
    "A result of the newest revision has a resultType, and names the server in its _meta.",
);
pub(super) const METADATA: Rule = Rule::must(
    "metadata-*",
    "A request of the newest revision whose _meta lacks the version or the client's capabilities, or has them malformed, is refused with 400 and -32602.",
);
pub(super) const UNSUPPORTED: Rule = Rule::must(
    "unsupported-version-*",
    "A version that is not spoken is refused with 400 and -32022, and the data name the supported ones and the requested one.",
);
pub(super) const HANDSHAKE: Rule = Rule::must(
    "handshake-*",
    "initialize agrees to this version, names the server, and has the capability tools.",
);
pub(super) const UNKNOWN_VERSION: Rule = Rule::must(
    "handshake-unknown-version",
    "initialize with a version that nobody knows proposes one that has a handshake.",
);
pub(super) const NO_HANDSHAKE: Rule =
    Rule::must("no-handshake", "initialize is no method of the newest revision: 404 and -32601.");
pub(super) const ANSWER: Rule = Rule::must(
    "same-answer-over-*",
    "A call over this transport, in this revision, brings what the API answers, as text and as an object in structuredContent.",
);

pub(super) fn run(scene: &mut Scene<'_>) {
    check(scene, DISCOVER, "", discover);
    check(scene, CACHEABLE, "", |scene| {
        cacheable(&result(scene, &Raw::modern(TENANT_KEY, "tools/list", json!({})))?)
    });
    for (name, method, params) in [
        ("discover", "server/discover", json!({})),
        ("list", "tools/list", json!({})),
        ("call", "tools/call", json!({ "name": "numbers_list", "arguments": {} })),
        ("refused-call", "tools/call", json!({ "name": "numbers_get", "arguments": {} })),
    ] {
        check(scene, TYPED, name, |scene| typed(&result(scene, &Raw::modern(TENANT_KEY, method, params))?));
    }
    metadata(scene);
    unsupported(scene);
    for version in LEGACY_VERSIONS {
        check(scene, HANDSHAKE, version, |scene| shakes_hands(scene, version));
    }
    check(scene, UNKNOWN_VERSION, "", unknown_version);
    check(scene, NO_HANDSHAKE, "", |scene| {
        refused(scene, &Raw::modern(TENANT_KEY, "initialize", json!({})), &[404], -32601)
    });
    for (transport, way) in [(Transport::Http, "http"), (Transport::Stdio, "stdio")] {
        for revision in [Revision::Modern, Revision::Legacy("2025-11-25"), Revision::Legacy("2025-06-18")] {
            let name = format!("{way}-{}", revision.name());
            check(scene, ANSWER, &name, |scene| same_answer(scene, transport, revision));
        }
    }
}

fn discover(scene: &Scene<'_>) -> Checked {
    let found = result(scene, &Raw::modern(TENANT_KEY, "server/discover", json!({})))?;
    let versions = found.get("supportedVersions").and_then(Value::as_array);
    let modern = versions.is_some_and(|all| all.iter().any(|version| version == PROTOCOL_VERSION));
    ensure(modern, "supportedVersions does not have 2026-07-28", &found)?;
    let tools = found.pointer("/capabilities/tools").is_some_and(Value::is_object);
    ensure(tools, "the capabilities do not have tools", &found)?;
    cacheable(&found)
}

fn cacheable(result: &Value) -> Checked {
    let age = result.get("ttlMs").is_some_and(Value::is_u64);
    ensure(age, "ttlMs is no whole number of milliseconds", &brief(result))?;
    let scope = result.get("cacheScope").and_then(Value::as_str);
    ensure(
        matches!(scope, Some("public" | "private")),
        "cacheScope is neither public nor private",
        &brief(result),
    )
}

/// A result without its tools, which are many.
fn brief(result: &Value) -> Value {
    let mut result = result.clone();
    result.as_object_mut().map(|result| result.shift_remove("tools"));
    result
}

fn typed(result: &Value) -> Checked {
    ensure(
        result.get("resultType") == Some(&json!("complete")),
        "resultType is not complete",
        &brief(result),
    )?;
    let name = result.get("_meta").and_then(|meta| meta.get(META_SERVER)?.get("name"));
    ensure(name.is_some_and(Value::is_string), "its _meta does not name the server", &brief(result))
}

fn metadata(scene: &mut Scene<'_>) {
    for (name, meta) in [
        ("absent", Value::Null),
        ("empty", json!({})),
        ("without-version", json!({ META_CAPABILITIES: {} })),
        ("without-capabilities", json!({ META_VERSION: PROTOCOL_VERSION })),
        ("malformed-capabilities", json!({ META_VERSION: PROTOCOL_VERSION, META_CAPABILITIES: 7 })),
        ("malformed", json!(7)),
    ] {
        let params = if meta.is_null() { json!({}) } else { json!({ "_meta": meta }) };
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": params });
        check(scene, METADATA, name, |scene| {
            refused(scene, &Raw::carrying(TENANT_KEY, &message), &[400], -32602)
        });
    }
}

fn unsupported(scene: &mut Scene<'_>) {
    let unknown = "2099-01-01";
    let mut message = Revision::Modern.request(1, "tools/list", Map::new());
    if let Some(version) = message.pointer_mut("/params/_meta").and_then(|meta| meta.get_mut(META_VERSION)) {
        *version = json!(unknown);
    }
    let in_message = Raw::carrying(TENANT_KEY, &message).with("mcp-protocol-version", unknown);
    let plain = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let in_header = Raw::post(TENANT_KEY, plain.to_string()).with("mcp-protocol-version", unknown);
    for (name, raw) in [("in-message", in_message), ("in-header", in_header)] {
        check(scene, UNSUPPORTED, name, |scene| {
            refused(scene, &raw, &[400], -32022)?;
            let answer = scene.send(&raw)?.json();
            let data = answer.pointer("/error/data").cloned().unwrap_or_default();
            let supported = data.get("supported").and_then(Value::as_array);
            let told = supported.is_some_and(|all| all.iter().any(|version| version == PROTOCOL_VERSION));
            ensure(told, "the data do not name the supported versions", &answer)?;
            ensure(
                data.get("requested") == Some(&json!(unknown)),
                "the data do not name the requested one",
                &answer,
            )
        });
    }
}

fn shakes_hands(scene: &Scene<'_>, version: &str) -> Checked {
    let agreed = result(scene, &Raw::post(TENANT_KEY, handshake(version).0.to_string()))?;
    ensure(agreed.get("protocolVersion") == Some(&json!(version)), "another version is agreed to", &agreed)?;
    let name = agreed.pointer("/serverInfo/name").and_then(Value::as_str).unwrap_or_default();
    ensure(!name.is_empty(), "serverInfo does not name the server", &agreed)?;
    let tools = agreed.pointer("/capabilities/tools").is_some_and(Value::is_object);
    ensure(tools, "the capabilities do not have tools", &agreed)
}

fn unknown_version(scene: &Scene<'_>) -> Checked {
    let proposed = result(scene, &Raw::post(TENANT_KEY, handshake("1999-01-01").0.to_string()))?;
    let version = proposed.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
    ensure(LEGACY_VERSIONS.contains(&version), "no version with a handshake is proposed", &proposed)
}

/// A list, because the API answers an array, and MCP wants an object.
fn same_answer(scene: &Scene<'_>, transport: Transport, revision: Revision) -> Checked {
    let operation = scene.contract.tool("numbers_list");
    let operation = operation.ok_or_else(|| Finding::new("numbers_list is no tool"))?;
    let arguments = Map::new();
    let call = Call { operation, key: Some(TENANT_KEY), arguments: &arguments };
    let answer = scene.rig.call_over(transport, revision, &call)?;
    if let Some(defect) = answer.defects.first() {
        return Err(Finding::new(defect.clone()).with(Value::Null, answer.body));
    }
    let rest = scene.rig.call(crate::targets::Target::Rest, &call)?;
    equal("the answer is not that of the API", &rest.body, &answer.body)
}
