//! Providers and the connection of a number (U-04, U-09), tool by tool: written by hand from the decisions, so that a slip in the contract is caught too.

use serde_json::Value;

use super::Ready;
use super::case::Case;
use crate::demo::{META_KEY, WEB_CLOSED_KEY, WEB_KEY};
use crate::family::Family;
use crate::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "wrong-provider",
        "A number whose provider cannot do it is refused with the code of the reason.",
    ),
    Rule::must(
        "wrong-provider-*",
        "A send to a destination that the number's provider cannot reach is refused with the code of the reason.",
    ),
    Rule::must(
        "closed-number",
        "A number that is not connected is refused with 409 WHATSAPP_INSTANCE_NOT_CONNECTED where the call needs the connection.",
    ),
];

/// Voice calls (U-04) and inbound media (U-09).
const META_ONLY: [&str; 11] = [
    "call_initiate",
    "calls_list",
    "call_get",
    "call_accept",
    "call_reject",
    "call_terminate",
    "call_settings_get",
    "call_settings_update",
    "call_permission_get",
    "call_permission_request",
    "media_get",
];

/// What a META number does only with an approved Official Business Account, and a web number only while it is OPEN (U-09).
const GROUPS: [&str; 9] = [
    "groups_list",
    "groups_create",
    "group_info",
    "group_participants_add",
    "group_participants_remove",
    "group_participants_promote",
    "group_participants_demote",
    "group_invite",
    "group_pin",
];

/// What no META number does, and a web number only while it is OPEN (U-09).
const WEB_ONLY: [&str; 2] = ["newsletters_list", "numbers_check"];

pub(super) fn cases(tool: &str, ready: &Ready) -> Vec<Case> {
    let refused = |rule: &str, key: &str, status, code| {
        Case::refused(Family::Providers, ready, rule, status, code).key(key).unset("whatsappNumberId")
    };
    let closed = || refused("closed-number", WEB_CLOSED_KEY, 409, "WHATSAPP_INSTANCE_NOT_CONNECTED");
    let mut cases = Vec::new();
    if META_ONLY.contains(&tool) {
        cases.push(refused("wrong-provider", WEB_KEY, 400, "FEATURE_NOT_SUPPORTED"));
    }
    if GROUPS.contains(&tool) || tool == "messages_group" {
        cases.push(refused("wrong-provider", META_KEY, 400, "META_GROUPS_NOT_ELIGIBLE"));
    }
    if WEB_ONLY.contains(&tool) {
        cases.push(refused("wrong-provider", META_KEY, 400, "NOT_SUPPORTED_FOR_META"));
    }
    if GROUPS.contains(&tool) || WEB_ONLY.contains(&tool) {
        cases.push(closed());
    }
    cases.extend(particular(tool, ready));
    cases
}

/// What no list says.
fn particular(tool: &str, ready: &Ready) -> Vec<Case> {
    let case = |rule: &str, code| Case::refused(Family::Providers, ready, rule, 400, code);
    let text = |key: &str, destination: &str, id: &str, code| {
        let mut case = case(&format!("wrong-provider-{destination}"), code).key(key);
        case.arguments = [("text".to_owned(), Value::from("Oi"))].into_iter().collect();
        case.set(destination, id)
    };
    match tool {
        "messages_send" => vec![
            text(META_KEY, "newsletterId", "120363000000000001@newsletter", "NOT_SUPPORTED_FOR_META"),
            text(META_KEY, "groupId", "120363000000000002@g.us", "META_GROUPS_NOT_ELIGIBLE"),
        ],
        "numbers_connect" => vec![case("wrong-provider", "NOT_SUPPORTED_FOR_META").set("id", "num_meta")],
        _ => Vec::new(),
    }
}
