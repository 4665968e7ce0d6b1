//! MCP itself, as revision 2026-07-28 has it and those before, with requests that are made by hand.

mod authorization;
mod cancellation;
mod framing;
mod headers;
mod lines;
mod messages;
mod origin;
mod revisions;
mod tokens;

use fixtures::{Area, Evidence};
use serde_json::{Value, json};

use crate::checks::expect::ensure;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::{Heard, Raw, Target};

pub(super) const RULES: &[Rule] = &[
    revisions::DISCOVER,
    revisions::CACHEABLE,
    revisions::TYPED,
    revisions::METADATA,
    revisions::UNSUPPORTED,
    revisions::HANDSHAKE,
    revisions::UNKNOWN_VERSION,
    revisions::NO_HANDSHAKE,
    revisions::ANSWER,
    headers::MISMATCH,
    headers::NAME_TWICE,
    headers::CONTENT_TYPE,
    headers::ACCEPT,
    headers::METHOD,
    origin::ORIGIN,
    origin::HOST,
    framing::MALFORMED,
    framing::ID,
    framing::NOTIFICATION,
    messages::UNKNOWN_METHOD,
    messages::UNKNOWN_METHOD_LEGACY,
    messages::UNKNOWN_TOOL,
    messages::PARAMS,
    messages::CURSOR,
    messages::ARGUMENTS,
    cancellation::HANGING_UP,
    cancellation::NOTIFIED,
    lines::MALFORMED,
    lines::NOTIFICATION,
    lines::END,
    lines::IN_FLIGHT,
    authorization::NOBODY,
    authorization::SEVERAL,
    authorization::CHALLENGE,
    authorization::METADATA,
    authorization::TOKEN,
    tokens::EXPIRED,
    tokens::ELSEWHERE,
];

pub(super) const SCENARIOS: &[Scenario] = &[
    scenario("revisions", revisions::run),
    scenario("headers", headers::run),
    scenario("origin", origin::run),
    scenario("framing", framing::run),
    scenario("messages", messages::run),
    scenario("cancellation", cancellation::run),
    scenario("lines", lines::run),
    scenario("authorization", authorization::run),
];

const fn scenario(name: &'static str, run: fn(&mut Scene<'_>)) -> Scenario {
    Scenario { name, family: Family::Protocol, area: None::<Area>, run }
}

/// Makes a check of a rule that the specification of MCP has; `name` stands for the star in the name of the rule.
fn check(scene: &mut Scene<'_>, rule: Rule, name: &str, check: impl FnOnce(&Scene<'_>) -> Checked) {
    let rule = rule.name.replace('*', name);
    scene.check_in_any_state(&rule, Target::Mcp, Evidence::Documented, check);
}

/// Whether a request is refused with one of these statuses and a JSON-RPC error of that code.
fn refused(scene: &Scene<'_>, raw: &Raw, statuses: &[u16], code: i64) -> Checked {
    let heard = scene.send(raw)?;
    if statuses.contains(&heard.status) && heard.code() == Some(code) {
        return Ok(());
    }
    let expected = json!({ "status": statuses, "code": code });
    Err(Finding::new("it is not refused with the JSON-RPC error that it must be")
        .with(expected, heard.shown()))
}

/// Whether an answer has one of these statuses.
fn status(heard: &Heard, statuses: &[u16]) -> Checked {
    if statuses.contains(&heard.status) {
        return Ok(());
    }
    let expected = json!({ "status": statuses });
    Err(Finding::new("the HTTP status is not the one that it must be").with(expected, heard.shown()))
}

/// The result that a request brings.
fn result(scene: &Scene<'_>, raw: &Raw) -> Result<Value, Box<Finding>> {
    let heard = scene.send(raw)?;
    match heard.json().get("result") {
        Some(result) if heard.status == 200 => Ok(result.clone()),
        _ => Err(Finding::new("there is no result").with(json!({ "status": 200 }), heard.shown())),
    }
}
