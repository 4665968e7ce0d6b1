//! What every tool does on each number of the demo world (U-04, U-09, and the pages of each area): written by hand, so that a slip in the contract is caught
//! too.

use crate::checks::case::Expect;

/// What comes of a tool on one kind of number each.
pub(super) struct Row {
    pub(super) tool: &'static str,
    /// What the call is about; how the number is named follows from it.
    pub(super) by: By,
    /// On a Meta number, on one that is an approved Official Business Account, on a web number that is connected, and on one that is not.
    pub(super) on: [Expect; 4],
}

/// How the call comes to the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The number's own key makes it.
    Key,
    /// The account's key makes it, and this argument names the number.
    Id(&'static str),
    /// The number's own key sends to a destination of this kind.
    To(&'static str),
}

const fn row(tool: &'static str, on: [Expect; 4]) -> Row {
    Row { tool, by: By::Key, on }
}

const fn of_id(tool: &'static str, argument: &'static str, on: [Expect; 4]) -> Row {
    Row { tool, by: By::Id(argument), on }
}

const fn send(destination: &'static str, on: [Expect; 4]) -> Row {
    Row { tool: "messages_send", by: By::To(destination), on }
}

const fn refused(status: u16, code: &'static str) -> Expect {
    Expect::Refused(status, Some(code))
}

const TAKEN: Expect = Expect::Accepted;
/// Voice calls and inbound media are Meta's.
const NOT_META: Expect = refused(400, "FEATURE_NOT_SUPPORTED");
const NO_GROUPS: Expect = refused(400, "META_GROUPS_NOT_ELIGIBLE");
/// Channels, checks of phones and pairing are not for Meta numbers.
const META: Expect = refused(400, "NOT_SUPPORTED_FOR_META");
const CLOSED: Expect = refused(409, "WHATSAPP_INSTANCE_NOT_CONNECTED");
const IS_OPEN: Expect = refused(409, "ALREADY_CONNECTED");
/// No number's key will do for what is the account's.
const ACCOUNT: Expect = refused(403, "NUMBER_SCOPE_NOT_ALLOWED");

// The provider could, but the example is about a thing of another number: it is unknown here, which says that nothing before it stood in the way.
const NO_MESSAGE: Expect = refused(404, "MESSAGE_NOT_FOUND");
const NO_WEBHOOK: Expect = refused(404, "WEBHOOK_NOT_FOUND");
const NO_TEMPLATE: Expect = refused(404, "TEMPLATE_NOT_FOUND");
const NO_CALL: Expect = refused(404, "CALL_NOT_FOUND");
/// Nobody there has allowed or written anything to this number.
const NO_PERMISSION: Expect = refused(400, "META_CALL_PERMISSION_REQUIRED");
const NO_WINDOW: Expect = refused(400, "META_OUTSIDE_24H_WINDOW");

const ON_EVERY: [Expect; 4] = [TAKEN, TAKEN, TAKEN, TAKEN];
const BY_ACCOUNT: [Expect; 4] = [ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT];
const GROUPS: [Expect; 4] = [NO_GROUPS, TAKEN, TAKEN, CLOSED];
const WEB_ONLY: [Expect; 4] = [META, META, TAKEN, CLOSED];
const META_ONLY: [Expect; 4] = [TAKEN, TAKEN, NOT_META, NOT_META];
/// A call of the first number.
const ONE_CALL: [Expect; 4] = [TAKEN, NO_CALL, NOT_META, NOT_META];

/// Every tool, in the order of the reference.
pub(super) const ROWS: &[Row] = &[
    // A send is accepted and queued, whether the number is connected or not.
    send("destinationNumber", ON_EVERY),
    send("groupId", [NO_GROUPS, TAKEN, TAKEN, TAKEN]),
    send("newsletterId", [META, META, TAKEN, TAKEN]),
    row("message_get", [TAKEN, NO_MESSAGE, NO_MESSAGE, NO_MESSAGE]),
    // What is not there is told in the answer.
    row("messages_cancel", ON_EVERY),
    // Reads what was stored, which needs no connection.
    row("messages_group", [NO_GROUPS, TAKEN, TAKEN, TAKEN]),
    row("messages_unread", ON_EVERY),
    row("conversations_list", ON_EVERY),
    row("webhooks_list", ON_EVERY),
    row("webhook_get", [TAKEN, NO_WEBHOOK, NO_WEBHOOK, NO_WEBHOOK]),
    row("webhooks_create", ON_EVERY),
    row("webhooks_update", [NO_WEBHOOK, NO_WEBHOOK, TAKEN, NO_WEBHOOK]),
    row("webhooks_delete", [NO_WEBHOOK, NO_WEBHOOK, TAKEN, NO_WEBHOOK]),
    row("webhook_events", [TAKEN, NO_WEBHOOK, NO_WEBHOOK, NO_WEBHOOK]),
    row("groups_list", GROUPS),
    row("groups_create", GROUPS),
    row("group_info", GROUPS),
    row("group_participants_add", GROUPS),
    row("group_participants_remove", GROUPS),
    row("group_participants_promote", GROUPS),
    row("group_participants_demote", GROUPS),
    row("group_invite", GROUPS),
    // The message that is pinned is one of the web number's group.
    row("group_pin", [NO_GROUPS, NO_MESSAGE, TAKEN, CLOSED]),
    row("newsletters_list", WEB_ONLY),
    row("numbers_list", BY_ACCOUNT),
    of_id("numbers_get", "id", ON_EVERY),
    row("numbers_create", BY_ACCOUNT),
    of_id("numbers_status", "id", ON_EVERY),
    of_id("numbers_connect", "id", [META, META, IS_OPEN, TAKEN]),
    of_id("numbers_delete", "id", ON_EVERY),
    row("numbers_remote_pairing", BY_ACCOUNT),
    row("numbers_check", WEB_ONLY),
    row("templates_list", ON_EVERY),
    row("templates_get", [TAKEN, TAKEN, TAKEN, NO_TEMPLATE]),
    row("templates_create", ON_EVERY),
    row("templates_update", [TAKEN, NO_TEMPLATE, NO_TEMPLATE, NO_TEMPLATE]),
    row("templates_delete", [TAKEN, TAKEN, TAKEN, NO_TEMPLATE]),
    row("call_initiate", [TAKEN, NO_PERMISSION, NOT_META, NOT_META]),
    row("calls_list", META_ONLY),
    row("call_get", ONE_CALL),
    row("call_accept", ONE_CALL),
    row("call_reject", ONE_CALL),
    row("call_terminate", ONE_CALL),
    row("call_settings_get", META_ONLY),
    row("call_settings_update", META_ONLY),
    row("call_permission_get", META_ONLY),
    row("call_permission_request", [TAKEN, NO_WINDOW, NOT_META, NOT_META]),
    row("api_keys_list", BY_ACCOUNT),
    of_id("api_keys_regenerate_number", "whatsappNumberId", ON_EVERY),
    row("subscription_extra_numbers_get", BY_ACCOUNT),
    row("subscription_extra_numbers_add", BY_ACCOUNT),
    row("billing_checkout", BY_ACCOUNT),
    row("branding_get", BY_ACCOUNT),
    row("branding_upsert", BY_ACCOUNT),
    row("analytics_dashboard", ON_EVERY),
    // The phone id may be that of any Meta number of the account.
    row("media_get", META_ONLY),
];
