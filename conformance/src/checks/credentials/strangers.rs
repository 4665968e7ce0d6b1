//! Keys of another tenant on what the first one has: all of it is unknown to them, as if it were not there.

use fixtures::Scope;

use super::FAMILY;
use crate::checks::Ready;
use crate::checks::case::{Case, Expect, NUMBER};
use crate::demo::{FOREIGN_NUMBER, META_KEY, OTHER_KEY, OTHER_TENANT_KEY, number_of};
use crate::subject::Subject;

const TAKEN: Expect = Expect::Accepted;
const NO_NUMBER: Expect = refused(404, "NUMBER_NOT_FOUND");
const NO_MESSAGE: Expect = refused(404, "MESSAGE_NOT_FOUND");
const NO_WEBHOOK: Expect = refused(404, "WEBHOOK_NOT_FOUND");
const NO_GROUP: Expect = refused(404, "GROUP_NOT_FOUND");
const NO_TEMPLATE: Expect = refused(404, "TEMPLATE_NOT_FOUND");
/// The other tenant has a web number only; a Meta number that it named would be unknown.
const NOT_META: Expect = refused(400, "FEATURE_NOT_SUPPORTED");
/// It has a Free account.
const CONFIRM: Expect = refused(409, "CONFIRMATION_REQUIRED");

const fn refused(status: u16, code: &'static str) -> Expect {
    Expect::Refused(status, Some(code))
}

/// What comes of every tool when another tenant makes the example's call, with a key of the right scope.
const EXPECTED: &[(&str, Expect)] = &[
    ("messages_send", NO_TEMPLATE),
    ("message_get", NO_MESSAGE),
    // Its answer says of each message that it is unknown.
    ("messages_cancel", Expect::Without("cancelled")),
    ("messages_group", TAKEN),
    ("messages_unread", TAKEN),
    ("conversations_list", TAKEN),
    ("webhooks_list", TAKEN),
    ("webhook_get", NO_WEBHOOK),
    ("webhooks_create", TAKEN),
    ("webhooks_update", NO_WEBHOOK),
    ("webhooks_delete", NO_WEBHOOK),
    ("webhook_events", NO_WEBHOOK),
    ("groups_list", TAKEN),
    ("groups_create", TAKEN),
    ("group_info", NO_GROUP),
    ("group_participants_add", NO_GROUP),
    ("group_participants_remove", NO_GROUP),
    ("group_participants_promote", NO_GROUP),
    ("group_participants_demote", NO_GROUP),
    ("group_invite", NO_GROUP),
    ("group_pin", NO_GROUP),
    ("newsletters_list", TAKEN),
    ("numbers_list", TAKEN),
    ("numbers_get", NO_NUMBER),
    ("numbers_create", TAKEN),
    // The one refusal without a code (U-02).
    ("numbers_status", Expect::Refused(404, None)),
    ("numbers_connect", NO_NUMBER),
    ("numbers_delete", NO_NUMBER),
    ("numbers_remote_pairing", TAKEN),
    ("numbers_check", TAKEN),
    ("templates_list", TAKEN),
    ("templates_get", NO_TEMPLATE),
    ("templates_create", TAKEN),
    ("templates_update", NO_TEMPLATE),
    ("templates_delete", NO_TEMPLATE),
    ("call_initiate", NOT_META),
    ("calls_list", NOT_META),
    ("call_get", NOT_META),
    ("call_accept", NOT_META),
    ("call_reject", NOT_META),
    ("call_terminate", NOT_META),
    ("call_settings_get", NOT_META),
    ("call_settings_update", NOT_META),
    ("call_permission_get", NOT_META),
    ("call_permission_request", NOT_META),
    ("api_keys_list", TAKEN),
    ("api_keys_regenerate_number", NO_NUMBER),
    ("subscription_extra_numbers_get", TAKEN),
    ("subscription_extra_numbers_add", CONFIRM),
    ("billing_checkout", TAKEN),
    ("branding_get", TAKEN),
    ("branding_upsert", TAKEN),
    ("analytics_dashboard", TAKEN),
    ("media_get", NOT_META),
];

pub(super) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let expected = EXPECTED.iter().find(|(tool, _)| *tool == subject.tool.name);
    let Some((_, expect)) = expected.copied() else { return Vec::new() };
    let case = |rule: &str, expect| Case::expecting(FAMILY, ready, rule, expect).hiding();
    let by_number = case("other-number-key", expect).key(OTHER_KEY);
    let by_tenant = case("other-tenant-key", expect).key(OTHER_TENANT_KEY);
    if subject.operation.scope == Scope::Tenant {
        let by_number = Case { expect: refused(403, "NUMBER_SCOPE_NOT_ALLOWED"), ..by_number };
        return vec![by_number, by_tenant];
    }
    let number = number_of(&ready.key).or(number_of(META_KEY));
    let naming = case("other-tenant-names-number", NO_NUMBER).key(OTHER_TENANT_KEY);
    vec![by_number.unset(NUMBER), by_tenant.set(NUMBER, FOREIGN_NUMBER), naming.set(NUMBER, number)]
}

#[cfg(test)]
mod tests {
    use fixtures::Contract;

    use super::*;

    #[test]
    fn every_tool_is_tried() {
        let contract = Contract::load().unwrap();
        let tools: Vec<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
        let mut tried: Vec<&str> = EXPECTED.iter().map(|(tool, _)| *tool).collect();
        assert_eq!(tried.len(), tools.len());
        tried.retain(|tool| !tools.contains(tool));
        assert!(tried.is_empty(), "{tried:?} are no tools");
    }
}
