//! Faults of the API, as they are seen through the server: a result that says what happened, and never a broken protocol.

use fixtures::Evidence;
use serde_json::{Map, Value, json};

use crate::checks::expect::ensure;
use crate::checks::fault;
use crate::demo::META_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::{Answer, Target};

pub(super) const STATUS: Rule = Rule::must(
    "status-*",
    "A 5xx of the API is told in a result with isError, with that status as a number and a code; afterwards the tool works as before.",
);
pub(super) const HTML: Rule = Rule::must(
    "html-*",
    "A page in place of the API's JSON is told in a result with isError, with the status of a failure and a code, and without the page.",
);
pub(super) const BROKEN: Rule = Rule::must(
    "broken-*",
    "An answer that does not come, or breaks off, is told in a result with isError, with a 5xx status and a code.",
);
pub(super) const REFUSED_RATE: Rule = Rule::must(
    "rate-limited",
    "A 429 of the API is told with its code, and with retryAfterSeconds as a number.",
)
.proves(&["COM-ERR-012"]);
pub(super) const RETRY_AFTER: Rule = Rule::should(
    "retry-after",
    "A Retry-After that stands in a header only is told too, as retryAfterSeconds, a number.",
);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "faults", family: Family::Resilience, area: None, run };

const OPERATION: &str = "GET /v1/conversations";
/// Longer than any server would wait before it tries again, so that what it tells is what it was told.
const LATER: u64 = 3600;

fn run(scene: &mut Scene<'_>) {
    for status in [500, 502, 503, 504] {
        check(scene, STATUS, &status.to_string(), json!({ "status": status }), |answer| {
            failed(answer, &[status])
        });
    }
    let page = "<html><body>Bad gateway 7f3a</body></html>";
    for (name, status) in [("200", 200), ("502", 502), ("503", 503)] {
        let fault = json!({ "status": status, "body": page, "headers": { "content-type": "text/html; charset=utf-8" } });
        check(scene, HTML, name, fault, |answer| {
            failed(
                answer,
                if status == 200 { &[500, 502, 503, 504] } else { std::slice::from_ref(&status) },
            )?;
            ensure(!answer.body.to_string().contains("7f3a"), "the page is passed on", &answer.body)
        });
    }
    for (name, fault) in [
        ("before", json!({ "reset": "before" })),
        ("after", json!({ "reset": "after" })),
        ("truncated", json!({ "truncate": { "bytes": 20 } })),
        ("empty", json!({ "truncate": { "bytes": 0 } })),
        ("no-json", json!({ "status": 200, "body": "{\"conversations\":" })),
    ] {
        check(scene, BROKEN, name, fault, |answer| failed(answer, &[500, 502, 503, 504]));
    }
    let fault = json!({ "rateLimit": { "retryAfterSeconds": LATER } });
    check(scene, REFUSED_RATE, "", fault, |answer| {
        failed(answer, &[429])?;
        ensure(answer.code() == Some("RATE_LIMITED"), "the code is not RATE_LIMITED", &answer.body)?;
        waits(answer)
    });
    let fault = json!({ "status": 503, "headers": { "retry-after": LATER.to_string() } });
    check(scene, RETRY_AFTER, "", fault, waits);
}

fn check(scene: &mut Scene<'_>, rule: Rule, name: &str, fault: Value, told: impl FnOnce(&Answer) -> Checked) {
    let rule = rule.name.replace('*', name);
    scene.check(&rule, Target::Mcp, Evidence::Inferred, |scene| {
        fault::set(scene, OPERATION, fault)?;
        told(&list(scene)?)?;
        fault::end(scene)?;
        let answer = list(scene)?;
        ensure(answer.ok, "the tool does not work any more when the fault is over", &answer.body)
    });
}

fn list(scene: &Scene<'_>) -> Result<Answer, Box<Finding>> {
    scene.call(Target::Mcp, "conversations_list", META_KEY, &Map::new())
}

/// Whether the tool, and not the protocol, tells of a failure with one of these statuses.
fn failed(answer: &Answer, statuses: &[u16]) -> Checked {
    ensure(
        !answer.ok && !answer.by_transport,
        "the failure is not told by a result with isError",
        &answer.body,
    )?;
    let known = answer.status.is_some_and(|status| statuses.contains(&status));
    if !known {
        return Err(Finding::new("the status is another").with(statuses.to_vec(), answer.status));
    }
    ensure(answer.code().is_some_and(|code| !code.is_empty()), "the failure has no code", &answer.body)
}

fn waits(answer: &Answer) -> Checked {
    let told = answer.body.get("retryAfterSeconds");
    if told == Some(&json!(LATER)) {
        return Ok(());
    }
    let message = "retryAfterSeconds is not the number that the API told";
    Err(Finding::new(message).with(LATER, answer.body.clone()))
}
