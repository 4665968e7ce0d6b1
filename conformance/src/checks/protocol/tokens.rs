//! Access tokens that were good once, or are good elsewhere (RFC 6750, RFC 8707). Somebody signs in for them.

use fixtures::Evidence;
use serde_json::{Map, Value, json};

use super::authorization::{challenge, says_invalid};
use super::status;
use crate::demo::TENANT_KEY;
use crate::finding::{Finding, Step};
use crate::granted::Grant;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Answer, Call, Raw, Target};

pub(super) const EXPIRED: Rule = Rule::must(
    "expired-token",
    "An access token whose time is over is refused with 401: over MCP with error=\"invalid_token\", by the API with UNAUTHORIZED.",
)
.proves(&["COM-OAUTH-011"]);
pub(super) const ELSEWHERE: Rule = Rule::must(
    "token-for-another",
    "An access token that was issued for another resource is refused with 401: that of the API by the server, that of the server by the API.",
)
.proves(&["COM-OAUTH-011"]);

/// Longer than an access token lives anywhere.
const LATER: &str = "P7D";
const GRANT: Grant = Grant::Tenant;
/// Something that the token opens otherwise.
const TOOL: &str = "numbers_list";

pub(super) fn run(scene: &mut Scene<'_>) {
    for target in Target::ALL {
        scene.check(EXPIRED.name, target, Evidence::Inferred, |scene| {
            let token = scene.rig.signed_in(scene.contract, GRANT, target)?;
            taken(scene, target, &token)?;
            scene.steer("/clock/advance", json!({ "by": LATER }))?;
            refused(scene, target, &token)
        });
        let other = if target == Target::Rest { Target::Mcp } else { Target::Rest };
        scene.check(ELSEWHERE.name, target, Evidence::Inferred, |scene| {
            let token = scene.rig.signed_in(scene.contract, GRANT, other)?;
            taken(scene, other, &token)?;
            refused(scene, target, &token)
        });
    }
}

/// Whether the token is good where it belongs: what is no token at all is refused everywhere.
fn taken(scene: &Scene<'_>, target: Target, token: &str) -> Checked {
    let answer = call(scene, target, token)?;
    if answer.ok { Ok(()) } else { Err(Finding::new("the token is not taken at all").with(200, answer.body)) }
}

fn refused(scene: &Scene<'_>, target: Target, token: &str) -> Checked {
    if target == Target::Rest {
        let answer = call(scene, target, token)?;
        if answer.status == Some(401) && answer.code() == Some("UNAUTHORIZED") {
            return Ok(());
        }
        let actual = json!({ "status": answer.status, "body": answer.body });
        return Err(Finding::new("the token is not refused").with("401 UNAUTHORIZED", actual));
    }
    let (url, _) = challenge(scene)?;
    let raw = Raw::modern(TENANT_KEY, "tools/list", json!({})).without("x-api-key");
    scene.note(raw.clone().with("authorization", &GRANT.shown()).curl(&url));
    let heard = scene.rig.send_by_hand(scene.contract, &url, &raw.with("authorization", token))?;
    status(&heard, &[401])?;
    says_invalid(&heard)
}

/// Makes a call with the token, which is not shown.
fn call(scene: &Scene<'_>, target: Target, token: &str) -> Result<Answer, Box<Finding>> {
    let operation = scene.contract.tool(TOOL).ok_or_else(|| Finding::new(format!("{TOOL} is no tool")))?;
    scene.did(Step::Call { tool: TOOL.to_owned(), key: Some(GRANT.shown()), arguments: Map::new() });
    let arguments = Map::<String, Value>::new();
    Ok(scene.rig.call(target, &Call { operation, key: Some(token), arguments: &arguments })?)
}
