//! What provokes each code: written by hand from the reference, in the order of the catalogue.

use super::provoked::Ask::{Faulty, Granted, Never, Operation, Raw, Strict, TooLarge, Tool};
use super::provoked::Stage::{self, Call, Fault, Steer};
use super::provoked::{Header, Provoked, of};
use crate::demo::{META_KEY, OTHER_KEY, OTHER_TENANT_KEY, TENANT_KEY, WEB_CLOSED_KEY, WEB_KEY};
use crate::granted::Grant;

const SEND: &str = "messages_send";
const TEXT: &str = r#"{ "destinationNumber": "+5511988887777", "text": "Oi" }"#;
const CALL_ANA: &str = r#"{ "to": "+5511988887777", "sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=setup:active\r\n" }"#;
/// Bia has allowed nothing.
const CALL_BIA: &str = r#"{ "to": "+5511977776666", "sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=setup:active\r\n" }"#;
/// Bia wrote three days ago.
const FLOW_BIA: &str = r#"{ "destinationNumber": "+5511977776666", "text": "Agende", "flow": { "flowId": "1234567890", "cta": "Agendar", "action": "navigate", "screen": "INICIO", "mode": "published" } }"#;
const IMAGE: &str = r#"{ "destinationNumber": "+5511988887777", "media": "https://example.com/a.jpg", "mediaType": "image" }"#;
const KEYED: &str =
    r#"{ "destinationNumber": "+5511988887777", "text": "Oi", "idempotencyKey": "order-42" }"#;
const KEYED_OTHERWISE: &str =
    r#"{ "destinationNumber": "+5511988887777", "text": "Tchau", "idempotencyKey": "order-42" }"#;
/// A key that chooses what happens (`MAGIC.md` of the mock).
const IN_USE: &str =
    r#"{ "destinationNumber": "+5511988887777", "text": "Oi", "idempotencyKey": "magic_in_use" }"#;
/// 256 characters.
const LONG_KEY: &str = r#"{ "destinationNumber": "+5511988887777", "text": "Oi", "idempotencyKey": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }"#;
const UNKNOWN: &str = r#"{ "id": "unknown_0" }"#;
const BUY: &str = "subscription_extra_numbers_add";
const PAY: &str = "POST /v1/numbers/{id}/pay";

// A fifth number connects, where four are paid for, and its charge is declined.
const FIFTH: Stage =
    Call("numbers_create", TENANT_KEY, r#"{ "name": "Quinto", "number": "+5511999999999" }"#);
const DECLINED: Stage = Steer("/simulate/payment", r#"{ "tenantId": "tenant_demo", "result": "declined" }"#);
const CONNECTS: Stage = Steer(
    "/simulate/number",
    r#"{ "numberId": { "$from": "numbers_create", "at": "/instance/id" }, "event": "connect" }"#,
);

/// The number that `FIFTH` makes.
const NEW_NUMBER: &str = r#"{ "id": { "$from": "numbers_create", "at": "/instance/id" } }"#;
const UNLINKED: &[Stage] =
    &[Steer("/simulate/number", r#"{ "numberId": "num_meta", "event": "unlink_key" }"#)];
const NO_PROVIDER: &[Stage] =
    &[Steer("/simulate/number", r#"{ "numberId": "num_web", "event": "provider_missing" }"#)];

/// Every code at least once, in the order of the catalogue.
pub(super) const CATALOGUE: &[Provoked] = &[
    of("EMPTY_PATCH", 400, Operation("PATCH /v1/numbers/{id}", TENANT_KEY, r#"{ "id": "num_meta" }"#)),
    of("FEATURE_NOT_SUPPORTED", 400, Tool("calls_list", WEB_KEY, "{}")),
    of("IDEMPOTENCY_KEY_INVALID", 400, Tool(SEND, META_KEY, LONG_KEY)),
    of(
        "INVALID_DATE_RANGE",
        400,
        Tool(
            "conversations_list",
            META_KEY,
            r#"{ "startDate": "2026-07-01T00:00:00.000Z", "endDate": "2026-06-01T00:00:00.000Z" }"#,
        ),
    ),
    of(
        "INVALID_TEMPLATE_VARIABLE_VALUE",
        400,
        Tool(
            SEND,
            META_KEY,
            r#"{ "destinationNumber": "+5511988887777", "templateId": "boas_vindas", "variables": { "nome": " " } }"#,
        ),
    ),
    of("META_CALLING_NOT_ELIGIBLE", 400, Tool("call_initiate", META_KEY, CALL_ANA)).after(&[Call(
        "call_settings_update",
        META_KEY,
        r#"{ "status": "DISABLED" }"#,
    )]),
    of("META_CALL_PERMISSION_REQUIRED", 400, Tool("call_initiate", META_KEY, CALL_BIA)),
    of("META_GROUPS_NOT_ELIGIBLE", 400, Tool("groups_list", META_KEY, "{}")),
    of(
        "META_OUTSIDE_24H_WINDOW",
        400,
        Tool("call_permission_request", META_KEY, r#"{ "to": "+5511977776666" }"#),
    ),
    of(
        "META_TEMPLATE_SUBMIT_FAILED",
        400,
        Tool(
            "templates_create",
            META_KEY,
            r#"{ "name": "quase_vazio", "body": "Oi {{a}} {{b}} {{c}} {{d}} fim", "examples": { "a": "1", "b": "2", "c": "3", "d": "4" } }"#,
        ),
    ),
    of(
        "MISSING_TEMPLATE_VARIABLES",
        400,
        Tool(
            SEND,
            META_KEY,
            r#"{ "destinationNumber": "+5511988887777", "templateId": "boas_vindas", "variables": {} }"#,
        ),
    ),
    of("NOT_SUPPORTED_FOR_META", 400, Tool("newsletters_list", META_KEY, "{}")),
    of(
        "NUMBER_MISMATCH",
        400,
        Tool(
            "webhooks_create",
            META_KEY,
            r#"{ "url": "https://example.com/hook", "whatsappNumberId": "num_web" }"#,
        ),
    ),
    of("NUMBER_REQUIRED", 400, Tool("webhooks_create", TENANT_KEY, r#"{ "url": "https://example.com/hook" }"#)),
    of("NUMBER_REQUIRED", 400, Granted("conversations_list", Grant::Both, "{}")),
    of(
        "TEMPLATE_EXAMPLES_REQUIRED",
        400,
        Tool("templates_create", META_KEY, r#"{ "name": "sem_exemplo", "body": "Oi {{nome}}, tudo bem?" }"#),
    ),
    of(
        "UNKNOWN_FIELDS",
        400,
        Strict(
            "POST /v1/messages/send",
            META_KEY,
            r#"{ "destinationNumber": "+5511988887777", "text": "Oi", "colour": "blue" }"#,
        ),
    ),
    of("VALIDATION_ERROR", 400, Tool(SEND, META_KEY, r#"{ "destinationNumber": "+5511988887777" }"#)),
    of("UNAUTHORIZED", 401, Tool("conversations_list", "ps_nobody", "{}")),
    of("INSUFFICIENT_FUNDS", 402, Operation(PAY, TENANT_KEY, NEW_NUMBER)).after(&[
        FIFTH,
        DECLINED,
        CONNECTS,
        Steer("/simulate/payment", r#"{ "tenantId": "tenant_demo", "result": "insufficient_funds" }"#),
    ]),
    of("PAYMENT_FAILED", 402, Tool(BUY, TENANT_KEY, "{}"))
        .after(&[DECLINED]),
    of("SUBSCRIPTION_REQUIRED_FOR_MEDIA", 402, Tool(SEND, OTHER_KEY, IMAGE)),
    of(
        "NUMBER_NOT_IN_GRANT",
        403,
        Granted("conversations_list", Grant::Meta, r#"{ "whatsappNumberId": "num_web" }"#),
    ),
    of("NUMBER_SCOPE_NOT_ALLOWED", 403, Tool("numbers_list", META_KEY, "{}")),
    of("NUMBER_SCOPE_NOT_ALLOWED", 403, Granted("numbers_list", Grant::Meta, "{}")),
    of("PERMISSION_DENIED", 403, Never("which role has which permission is not known, so no credential lacks one")),
    of(
        "TEMPLATE_CATEGORY_MARKETING_REQUIRES_OWN_NUMBER",
        403,
        Faulty(SEND, META_KEY, TEXT, "there is no shared number of the platform to send through"),
    )
    .after(&[Fault(
        r#"{ "operation": "POST /v1/messages/send", "code": "TEMPLATE_CATEGORY_MARKETING_REQUIRES_OWN_NUMBER", "status": 403 }"#,
    )]),
    of("TENANT_SCOPE_NOT_ALLOWED", 403, Tool("conversations_list", TENANT_KEY, "{}")),
    of("CALL_NOT_FOUND", 404, Tool("call_get", META_KEY, r#"{ "callId": "unknown_0" }"#)),
    of("GROUP_NOT_FOUND", 404, Tool("group_info", WEB_KEY, r#"{ "groupId": "120363999999999999@g.us" }"#)),
    of(
        "MEDIA_NOT_FOUND",
        404,
        Tool("media_get", META_KEY, r#"{ "mediaId": "999", "phoneNumberId": "100000000000001" }"#),
    ),
    of(
        "MEDIA_NOT_FOUND",
        404,
        Tool("media_get", META_KEY, r#"{ "mediaId": "1234567890123456", "phoneNumberId": "999" }"#),
    ),
    of("MESSAGE_NOT_FOUND", 404, Tool("message_get", META_KEY, UNKNOWN)),
    of("NOT_FOUND", 404, Raw("GET", "/v1/nothing")),
    of("NOT_FOUND", 404, Operation("GET /v1/remote-pairing/{token}", "", r#"{ "token": "unknown_0" }"#)),
    of("NUMBER_NOT_FOUND", 404, Tool("numbers_get", TENANT_KEY, UNKNOWN)),
    of("NUMBER_NOT_FOUND", 400, Tool("conversations_list", META_KEY, "{}")).after(UNLINKED),
    of("TEMPLATE_NOT_FOUND", 404, Tool("templates_get", META_KEY, UNKNOWN)),
    of("WEBHOOK_NOT_FOUND", 404, Tool("webhook_get", META_KEY, UNKNOWN)),
    of("METHOD_NOT_ALLOWED", 405, Raw("PATCH", "/v1/conversations")).with(Header::Allow),
    of("ALREADY_CONNECTED", 409, Tool("numbers_connect", TENANT_KEY, r#"{ "id": "num_web" }"#)),
    of("CALL_NOT_ACTIVE", 409, Tool("call_reject", META_KEY, r#"{ "callId": "call_ana_done" }"#)),
    of("CONFIRMATION_REQUIRED", 409, Tool(BUY, OTHER_TENANT_KEY, r#"{ "quantity": 1 }"#)),
    of("FLOW_WINDOW_CLOSED", 409, Tool(SEND, META_KEY, FLOW_BIA)),
    of("IDEMPOTENCY_KEY_IN_USE", 409, Tool(SEND, META_KEY, IN_USE)),
    of("IDEMPOTENCY_KEY_REUSED", 409, Tool(SEND, META_KEY, KEYED_OTHERWISE)).after(&[Call(SEND, META_KEY, KEYED)]),
    of("NUMBER_ALREADY_ACTIVE", 409, Operation("POST /v1/numbers/{id}/restore", TENANT_KEY, r#"{ "id": "num_web" }"#)),
    of(
        "NUMBER_ALREADY_ACTIVE",
        409,
        Tool("numbers_create", TENANT_KEY, r#"{ "name": "Outra vez", "number": "+5511900000003" }"#),
    ),
    of(
        "NUMBER_BLOCKED",
        409,
        Tool(
            SEND,
            TENANT_KEY,
            r#"{ "destinationNumber": "+5511988887777", "text": "Oi", "whatsappNumberId": { "$from": "numbers_create", "at": "/instance/id" } }"#,
        ),
    )
    .after(&[FIFTH, DECLINED, CONNECTS]),
    of("NUMBER_LIMIT_EXCEEDED", 409, Operation("DELETE /v1/subscription/extra-numbers", TENANT_KEY, "{}")),
    of("NUMBER_NOT_LINKED", 409, Tool("analytics_dashboard", META_KEY, "{}")).after(UNLINKED),
    of(
        "NUMBER_SOFT_DELETED",
        409,
        Tool("numbers_create", TENANT_KEY, r#"{ "name": "De novo", "number": "+5511900000004" }"#),
    )
    .after(&[Call("numbers_delete", TENANT_KEY, r#"{ "id": "num_web_closed" }"#)]),
    of("PAYMENT_IN_PROGRESS", 409, Operation(PAY, TENANT_KEY, NEW_NUMBER)).after(&[
        FIFTH,
        DECLINED,
        CONNECTS,
        Steer("/simulate/payment", r#"{ "tenantId": "tenant_demo", "result": "in_progress" }"#),
    ]),
    of("TEMPLATE_ALREADY_EXISTS", 409, Tool("templates_create", META_KEY, r#"{ "name": "boas_vindas", "body": "Oi" }"#)),
    of("WHATSAPP_INSTANCE_NOT_CONNECTED", 409, Tool("groups_list", WEB_CLOSED_KEY, "{}")),
    of("PAYLOAD_TOO_LARGE", 413, TooLarge),
    of(
        "META_CALL_PERMISSION_REQUEST_LIMIT",
        429,
        Tool("call_permission_request", META_KEY, r#"{ "to": "+5511988887777" }"#),
    )
    .after(&[Call("call_permission_request", META_KEY, r#"{ "to": "+5511988887777" }"#)]),
    of("RATE_LIMITED", 429, Tool(SEND, META_KEY, TEXT))
        .after(&[Fault(r#"{ "operation": "POST /v1/messages/send", "rateLimit": { "windowSeconds": 30 } }"#)])
        .with(Header::RetryAfter),
    of(
        "MEDIA_DOWNLOAD_FAILED",
        500,
        Faulty(
            "media_get",
            META_KEY,
            r#"{ "mediaId": "1234567890123456", "phoneNumberId": "100000000000001" }"#,
            "media is part of the world and is fetched from nowhere",
        ),
    )
    .after(&[Fault(
        r#"{ "operation": "GET /v1/media/{mediaId}", "code": "MEDIA_DOWNLOAD_FAILED", "status": 500 }"#,
    )]),
    of("NOT_IMPLEMENTED", 501, Raw("GET", "/v1/leads")),
    of("PAYMENT_PROVIDER_ERROR", 502, Operation(PAY, TENANT_KEY, NEW_NUMBER)).after(&[
        FIFTH,
        DECLINED,
        CONNECTS,
        Steer("/simulate/payment", r#"{ "tenantId": "tenant_demo", "result": "provider_error" }"#),
    ]),
    of("EVOLUTION_API_KEY_MISSING", 503, Tool("numbers_check", WEB_KEY, r#"{ "number": "+5511967435133" }"#))
        .after(NO_PROVIDER),
    of("PROVIDER_NOT_CONFIGURED", 503, Tool("numbers_status", TENANT_KEY, r#"{ "id": "num_web" }"#))
        .after(NO_PROVIDER),
    of("UPSTREAM_ERROR", 503, Tool("numbers_status", TENANT_KEY, r#"{ "id": "num_web" }"#))
        .after(&[Steer("/simulate/number", r#"{ "numberId": "num_web", "event": "provider_error" }"#)]),
    of("UPSTREAM_TIMEOUT", 503, Tool("numbers_status", TENANT_KEY, r#"{ "id": "num_web" }"#))
        .after(&[Steer("/simulate/number", r#"{ "numberId": "num_web", "event": "provider_timeout" }"#)]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fixtures::Contract;

    use super::*;

    #[test]
    fn catalogue_and_table_name_the_same_codes_with_the_same_statuses() {
        let contract = Contract::load().unwrap();
        let written: BTreeSet<(String, u16)> = contract
            .errors()
            .iter()
            .flat_map(|(code, entry)| entry.statuses.iter().map(|status| (code.clone(), *status)))
            .collect();
        let provoked: BTreeSet<(String, u16)> =
            CATALOGUE.iter().map(|row| (row.code.to_owned(), row.status)).collect();
        assert_eq!(provoked, written);
    }
}
