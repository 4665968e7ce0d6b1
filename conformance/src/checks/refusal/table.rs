//! Providers, states of a number and unknown ids, tool by tool: written by hand from the decisions, so that a slip in the contract is caught too.

use serde_json::Value;

use super::rules::{META_KEY, META_OBA_KEY, TENANT_KEY, WEB_CLOSED_KEY, WEB_KEY};
use super::{Case, Expect};
use crate::checks::Ready;

/// An id that no world has.
const UNKNOWN: &str = "unknown_0";
const UNKNOWN_GROUP: &str = "120363999999999999@g.us";

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

/// The argument that names a thing, an id of the right form that names none, and the code (U-02).
const UNKNOWN_IDS: [(&str, &str, &str, &str); 26] = [
    ("message_get", "id", UNKNOWN, "MESSAGE_NOT_FOUND"),
    ("webhook_get", "id", UNKNOWN, "WEBHOOK_NOT_FOUND"),
    ("webhooks_update", "id", UNKNOWN, "WEBHOOK_NOT_FOUND"),
    ("webhooks_delete", "id", UNKNOWN, "WEBHOOK_NOT_FOUND"),
    ("webhook_events", "id", UNKNOWN, "WEBHOOK_NOT_FOUND"),
    ("group_info", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_participants_add", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_participants_remove", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_participants_promote", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_participants_demote", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_invite", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_pin", "groupId", UNKNOWN_GROUP, "GROUP_NOT_FOUND"),
    ("group_pin", "messageId", UNKNOWN, "MESSAGE_NOT_FOUND"),
    ("numbers_get", "id", UNKNOWN, "NUMBER_NOT_FOUND"),
    ("numbers_connect", "id", UNKNOWN, "NUMBER_NOT_FOUND"),
    ("numbers_delete", "id", UNKNOWN, "NUMBER_NOT_FOUND"),
    ("templates_get", "id", UNKNOWN, "TEMPLATE_NOT_FOUND"),
    ("templates_update", "id", UNKNOWN, "TEMPLATE_NOT_FOUND"),
    ("templates_delete", "id", UNKNOWN, "TEMPLATE_NOT_FOUND"),
    ("messages_send", "templateId", UNKNOWN, "TEMPLATE_NOT_FOUND"),
    ("call_get", "callId", UNKNOWN, "CALL_NOT_FOUND"),
    ("call_accept", "callId", UNKNOWN, "CALL_NOT_FOUND"),
    ("call_reject", "callId", UNKNOWN, "CALL_NOT_FOUND"),
    ("call_terminate", "callId", UNKNOWN, "CALL_NOT_FOUND"),
    ("api_keys_regenerate_number", "whatsappNumberId", UNKNOWN, "NUMBER_NOT_FOUND"),
    ("media_get", "mediaId", UNKNOWN, "MEDIA_NOT_FOUND"),
];

pub(super) fn of(tool: &str, ready: &Ready) -> Vec<Case> {
    let mut cases = providers(tool, ready);
    for (_, argument, id, code) in UNKNOWN_IDS.iter().filter(|(name, ..)| *name == tool) {
        let case = Case::refused(ready, format!("unknown-{argument}"), 404, code);
        cases.push(with(case, argument, id));
    }
    cases.extend(particular(tool, ready));
    cases
}

/// A message's mode and destination exclude each other: one that is set takes the place of the others.
fn with(mut case: Case, argument: &str, value: &str) -> Case {
    let modes = ["templateId", "text", "media"];
    let destinations = ["destinationNumber", "groupId", "newsletterId"];
    let excluded = [modes, destinations]
        .into_iter()
        .find(|group| group.contains(&argument) && case.arguments.contains_key("text"));
    for other in excluded.into_iter().flatten() {
        case = case.unset(other);
    }
    case.set(argument, value)
}

fn providers(tool: &str, ready: &Ready) -> Vec<Case> {
    let refused = |rule: &str, key: &str, status, code| {
        Case::refused(ready, rule, status, code).key(key).unset("whatsappNumberId")
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
    cases
}

/// What no list says.
fn particular(tool: &str, ready: &Ready) -> Vec<Case> {
    let case = |rule: &str, status, code| Case::refused(ready, rule, status, code);
    let text = |key: &str, destination: &str, id: &str, code| {
        let mut case = case(&format!("wrong-provider-{destination}"), 400, code).key(key);
        case.arguments = [("text".to_owned(), Value::from("Oi"))].into_iter().collect();
        case.set(destination, id)
    };
    match tool {
        "messages_send" => vec![
            text(META_KEY, "newsletterId", "120363000000000001@newsletter", "NOT_SUPPORTED_FOR_META"),
            text(META_KEY, "groupId", "120363000000000002@g.us", "META_GROUPS_NOT_ELIGIBLE"),
        ],
        "numbers_connect" => vec![
            case("wrong-provider", 400, "NOT_SUPPORTED_FOR_META").set("id", "num_meta"),
            case("already-connected", 409, "ALREADY_CONNECTED").set("id", "num_web"),
        ],
        // The one refusal without a code (U-02).
        "numbers_status" => {
            let unknown = case("unknown-id", 404, "NUMBER_NOT_FOUND").set("id", UNKNOWN);
            vec![Case { expect: Expect::Refused(404, None), ..unknown }]
        }
        "call_get" => vec![case("other-number", 404, "CALL_NOT_FOUND").key(META_OBA_KEY)],
        "group_info" => vec![
            case("other-number", 404, "GROUP_NOT_FOUND")
                .key(META_OBA_KEY)
                .set("groupId", "120363000000000001@g.us"),
        ],
        "webhook_get" => {
            vec![case("other-number", 404, "WEBHOOK_NOT_FOUND").key(WEB_KEY).set("id", "wh_demo")]
        }
        "templates_get" => {
            vec![case("other-number", 404, "TEMPLATE_NOT_FOUND").key(WEB_KEY).set("id", "tpl_promo_cupom")]
        }
        "numbers_get" => {
            vec![case("other-tenant", 404, "NUMBER_NOT_FOUND").key(TENANT_KEY).set("id", "num_other")]
        }
        _ => Vec::new(),
    }
}
