//! The headers of a request, and its HTTP method.

use reqwest::Method;
use serde_json::json;

use super::{check, ensure, refused, status};
use crate::demo::TENANT_KEY;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Raw, Revision};

pub(super) const MISMATCH: Rule = Rule::must(
    "mismatch-*",
    "A request whose headers MCP-Protocol-Version, Mcp-Method or Mcp-Name lack, or contradict the message, is refused with 400 and -32020.",
);
pub(super) const NAME_TWICE: Rule = Rule::must(
    "name-twice-*",
    "A message that names two tools is never taken for a call of the one that Mcp-Name does not name.",
);
pub(super) const CONTENT_TYPE: Rule =
    Rule::should("content-type-*", "A body that is not said to be application/json is refused with 415.");
pub(super) const ACCEPT: Rule =
    Rule::should("accept", "A client that takes neither JSON nor events is refused with 406.");
pub(super) const METHOD: Rule = Rule::must(
    "method-*",
    "A server without sessions takes POST only: anything else is 405, with or without a key, and Allow names POST.",
);

pub(super) fn run(scene: &mut Scene<'_>) {
    let params = json!({ "name": "numbers_list", "arguments": {} });
    let call = Raw::modern(TENANT_KEY, "tools/call", params);
    for (name, header, value) in [
        ("method", "mcp-method", Some("tools/list")),
        ("method-absent", "mcp-method", None),
        ("name", "mcp-name", Some("api_keys_list")),
        ("name-absent", "mcp-name", None),
        ("version", "mcp-protocol-version", Some("2025-11-25")),
        ("version-absent", "mcp-protocol-version", None),
    ] {
        let raw = call.clone().without(header);
        let raw = value.into_iter().fold(raw, |raw, value| raw.with(header, value));
        check(scene, MISMATCH, name, |scene| refused(scene, &raw, &[400], -32020));
    }
    for (name, header) in [("first", "numbers_list"), ("last", "branding_get")] {
        check(scene, NAME_TWICE, name, |scene| name_twice(scene, header));
    }
    for (name, value) in
        [("text", Some("text/plain")), ("form", Some("application/x-www-form-urlencoded")), ("absent", None)]
    {
        let raw = call.clone().without("content-type");
        let raw = value.into_iter().fold(raw, |raw, value| raw.with("content-type", value));
        check(scene, CONTENT_TYPE, name, |scene| status(&scene.send(&raw)?, &[415]));
    }
    let raw = call.clone().with("accept", "text/html");
    check(scene, ACCEPT, "", |scene| status(&scene.send(&raw)?, &[406]));
    for (name, method) in
        [("get", Method::GET), ("delete", Method::DELETE), ("put", Method::PUT), ("patch", Method::PATCH)]
    {
        let raw = call.clone().by(method).body("").with("accept", "text/event-stream");
        check(scene, METHOD, name, |scene| not_allowed(scene, &raw));
    }
}

fn not_allowed(scene: &Scene<'_>, raw: &Raw) -> Checked {
    for raw in [raw.clone(), raw.clone().without("x-api-key")] {
        let heard = scene.send(&raw)?;
        status(&heard, &[405])?;
        let allowed = heard.header("allow").split(',').any(|method| method.trim() == "POST");
        ensure(allowed, "Allow does not name POST", &json!({ "allow": heard.header("allow") }))?;
    }
    Ok(())
}

/// JSON with the same name twice means one thing to one reader and another to the next: what a gateway let pass by the header must not become another call.
fn name_twice(scene: &Scene<'_>, header: &str) -> Checked {
    let params = json!({ "name": "numbers_list", "arguments": {} });
    let once = Revision::Modern.request(1, "tools/call", params.as_object().cloned().unwrap_or_default());
    let twice = once.to_string().replace(r#""arguments":{}"#, r#""name":"branding_get","arguments":{}"#);
    let raw = Raw::modern(TENANT_KEY, "tools/call", params).with("mcp-name", header).body(twice);
    let heard = scene.send(&raw)?;
    let shown = heard.shown();
    // The one answers a list, the other an object.
    let other = if header == "numbers_list" { "branding" } else { "items" };
    let called = heard.json().pointer("/result/structuredContent").and_then(|it| it.get(other)).is_some();
    ensure(!called, "the tool is called that the header does not name", &shown)?;
    ensure(heard.status < 500, "the server fails", &shown)
}
