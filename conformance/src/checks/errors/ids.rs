//! Unknown ids and states that forbid a call (U-02), tool by tool: written by hand from the decisions, so that a slip in the contract is caught too.

use crate::checks::Ready;
use crate::checks::case::{Case, Expect};
use crate::demo::{META_OBA_KEY, TENANT_KEY, WEB_KEY};
use crate::family::Family;

/// An id that no world has.
const UNKNOWN: &str = "unknown_0";
const UNKNOWN_GROUP: &str = "120363999999999999@g.us";

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

pub(in crate::checks) fn cases(tool: &str, ready: &Ready) -> Vec<Case> {
    let mut cases = Vec::new();
    for (_, argument, id, code) in UNKNOWN_IDS.iter().filter(|(name, ..)| *name == tool) {
        let case = Case::refused(Family::Errors, ready, format!("unknown-{argument}"), 404, code);
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

/// What no list says.
fn particular(tool: &str, ready: &Ready) -> Vec<Case> {
    let case = |rule: &str, status, code| Case::refused(Family::Errors, ready, rule, status, code);
    match tool {
        "numbers_connect" => vec![case("already-connected", 409, "ALREADY_CONNECTED").set("id", "num_web")],
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
