//! Webhook management.

use crate::common::{Api, NOW, api, api_in, code, paths, start};
use mock_api::MockApi;
use serde_json::{Value, json};

const HOOK: &str = "https://hooks.acme.com/whatsapp";

async fn create(api: &Api, body: Value) -> Value {
    let (status, body) = api.post("/webhooks", body).await;
    assert_eq!(status, 201, "{body}");
    body
}

// facts: WHK-LIST-001, WHK-OBJ-001, WHK-OBJ-002, WHK-OBJ-003, WHK-OBJ-004, WHK-OBJ-005, WHK-OBJ-006
// facts: WHK-OBJ-008, WHK-GET-001
#[tokio::test]
async fn lists_whole_objects() {
    let api = api("ps_demo_tenant").await;
    let expected = json!({
        "id": "wh_demo", "tenantId": "tenant_demo", "name": "Demo", "url": "http://127.0.0.1:9/hook",
        "environment": "LIVE", "active": false, "events": ["*"], "apiKeys": [], "lastTriggered": null,
        "whatsappNumberIds": ["num_meta"], "whatsappInstanceIds": [],
        "createdAt": "2026-06-10T10:00:00.000Z", "updatedAt": "2026-06-10T10:00:00.000Z"
    });
    assert_eq!(api.get("/webhooks").await, (200, json!([expected])));
    assert_eq!(api.get("/webhooks/wh_demo").await, (200, expected));
}

// facts: WHK-SCOPE-001, WHK-SCOPE-007, WHK-SCOPE-008, WHK-SCOPE-009
#[tokio::test]
async fn shows_what_the_number_in_context_has() {
    let mut api = api("ps_demo_tenant").await;
    create(&api, json!({ "url": HOOK, "whatsappNumberId": "num_web" })).await;
    let count = |(_, body): (u16, Value)| body.as_array().unwrap().len();
    assert_eq!(count(api.get("/webhooks").await), 2);
    api.use_header("x-whatsapp-number-id", "num_web");
    assert_eq!(count(api.get("/webhooks").await), 1);
    let (status, body) = api.get("/webhooks/wh_demo").await;
    assert_eq!((status, body), (404, json!({ "error": "Webhook not found", "code": "WEBHOOK_NOT_FOUND" })));
    for (key, expected) in
        [("ps_demo_meta", 1), ("ps_demo_web", 1), ("ps_demo_meta_oba", 0), ("ps_other_tenant", 0)]
    {
        api.use_key(key);
        assert_eq!(count(api.get("/webhooks").await), expected, "{key}");
    }
}

// facts: WHK-CREATE-005, WHK-CREATE-006, WHK-CREATE-007, WHK-SCOPE-002
#[tokio::test]
async fn creates_with_a_number_key() {
    let api = api("ps_demo_meta").await;
    let body = create(
        &api,
        json!({ "url": "https://example.com/hooks/in", "name": "My hook", "events": ["message.received", "message.sent"] }),
    )
    .await;
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("wh_"));
    assert_eq!(
        body,
        json!({
            "id": id, "tenantId": "tenant_demo", "name": "My hook", "url": "https://example.com/hooks/in",
            "environment": "LIVE", "active": true, "events": ["message.received", "message.sent"],
            "createdAt": NOW, "updatedAt": NOW
        })
    );
    let (_, full) = api.get(&format!("/webhooks/{id}")).await;
    assert_eq!(full["whatsappNumberIds"], json!(["num_meta"]));
    assert!(full.get("secret").is_none());
}

// facts: WHK-CREATE-003, WHK-CREATE-004
#[tokio::test]
async fn the_name_is_the_host_and_the_events_are_none_unless_given() {
    let api = api("ps_demo_web").await;
    let body = create(&api, json!({ "url": "http://localhost:8080/x", "whatsappNumberId": "num_web" })).await;
    assert_eq!((&body["name"], &body["events"]), (&json!("localhost"), &json!([])));
    let body = create(&api, json!({ "url": HOOK })).await;
    assert_eq!(body["name"], "hooks.acme.com");
}

// facts: WHK-SCOPE-003, WHK-SCOPE-004, WHK-SCOPE-005, WHK-SCOPE-006
#[tokio::test]
async fn needs_a_number_and_the_right_one() {
    let mut api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    let hook = |number: &str| json!({ "url": HOOK, "whatsappNumberId": number });
    let (status, body) = api.post("/webhooks", json!({ "url": HOOK })).await;
    assert_eq!((status, code(&body)), (400, "NUMBER_REQUIRED"));
    for number in ["num_other", "nope"] {
        let (status, body) = api.post("/webhooks", hook(number)).await;
        assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    }
    api.use_header("x-whatsapp-number-id", "num_meta");
    let (status, body) = api.post("/webhooks", hook("num_web")).await;
    assert_eq!((status, code(&body)), (400, "NUMBER_MISMATCH"));
    api.use_key("ps_demo_meta");
    for number in ["num_web", "num_other", "nope"] {
        let (status, body) = api.post("/webhooks", hook(number)).await;
        assert_eq!((status, code(&body)), (400, "NUMBER_MISMATCH"));
    }
    api.use_key("ps_demo_tenant");
    api.use_header("x-whatsapp-number-id", "num_other");
    let (status, body) = api.post("/webhooks", hook("num_other")).await;
    assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    assert_eq!(api.mock.digest(), before);
    api.use_key("ps_demo_tenant");
    api.use_header("x-whatsapp-number-id", "num_web");
    create(&api, json!({ "url": HOOK })).await;
    create(&api, hook("num_web")).await;
}

// facts: WHK-EVENTS-004, WHK-EVENTS-005, WHK-EVENTS-006, WHK-EVENTS-007, WHK-EVENTS-008, WHK-EVENTS-009
#[tokio::test]
async fn drops_events_that_the_number_cannot_emit() {
    let mut api = api("ps_demo_meta").await;
    let all = json!([
        "message.group",
        "message.newsletter",
        "call.ringing",
        "call.permission_updated",
        "calls",
        "number.restored",
        "lead.received",
        "number.health_blocked",
        "number.recovered",
        "nothing",
        "message.sent",
        "message.sent",
        "*"
    ]);
    let expected = [
        (
            "ps_demo_meta",
            vec![
                "call.ringing",
                "call.permission_updated",
                "calls",
                "number.restored",
                "lead.received",
                "message.sent",
                "*",
            ],
        ),
        (
            "ps_demo_meta_oba",
            vec![
                "message.group",
                "call.ringing",
                "call.permission_updated",
                "calls",
                "number.restored",
                "lead.received",
                "message.sent",
                "*",
            ],
        ),
        (
            "ps_demo_web",
            vec![
                "message.group",
                "message.newsletter",
                "number.restored",
                "lead.received",
                "message.sent",
                "*",
            ],
        ),
    ];
    for (key, expected) in expected {
        api.use_key(key);
        let body = create(&api, json!({ "url": HOOK, "events": all })).await;
        assert_eq!(body["events"], json!(expected), "{key}");
    }
}

// facts: WHK-EVENTS-008, WHK-EVENTS-010
#[tokio::test]
async fn web_calling_opens_call_events() {
    let demo = include_str!("../../../fixtures/worlds/demo.yaml")
        .replace("version: 1", "version: 1\nsettings: { webCalling: true }");
    let mut api = api_in(&demo, "ps_demo_web").await;
    let events = json!(["call.ended", "call.permission_updated", "calls"]);
    let body = create(&api, json!({ "url": HOOK, "events": events })).await;
    assert_eq!(body["events"], json!(["call.ended"]));
    api.use_key("ps_other_web");
    let body = create(&api, json!({ "url": HOOK, "events": events })).await;
    assert_eq!(body["events"], json!([]));
}

// facts: WHK-UPDATE-001, WHK-UPDATE-002, WHK-UPDATE-006, WHK-EVENTS-003
#[tokio::test]
async fn changes_what_is_given() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api.patch("/webhooks/wh_demo", json!({ "active": true })).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({
            "id": "wh_demo", "tenantId": "tenant_demo", "name": "Demo", "url": "http://127.0.0.1:9/hook",
            "environment": "LIVE", "active": true, "events": ["*"],
            "createdAt": "2026-06-10T10:00:00.000Z", "updatedAt": NOW
        })
    );
    // The list of events is replaced, not merged.
    let change = json!({ "events": ["message.read", "message.newsletter"], "name": "n8n", "url": HOOK });
    let (_, body) = api.patch("/webhooks/wh_demo", change).await;
    assert_eq!(
        (&body["events"], &body["name"], &body["url"]),
        (&json!(["message.read"]), &json!("n8n"), &json!(HOOK))
    );
    let (_, body) = api.patch("/webhooks/wh_demo", json!({ "events": [] })).await;
    assert_eq!(body["events"], json!([]));
    assert_eq!(api.get("/webhooks/wh_demo").await.1["active"], true);
}

// facts: WHK-UPDATE-005, WHK-SCOPE-010
#[tokio::test]
async fn an_empty_change_changes_nothing() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let (status, body) = api.patch("/webhooks/wh_demo", json!({})).await;
    assert_eq!((status, &body["updatedAt"]), (200, &json!("2026-06-10T10:00:00.000Z")));
    // It stays with its number.
    let (status, _) = api.patch("/webhooks/wh_demo", json!({ "whatsappNumberId": "num_web" })).await;
    assert_eq!(status, 200);
    assert_eq!(api.mock.digest(), before);
}

// facts: WHK-DELETE-001, WHK-DELETE-002
#[tokio::test]
async fn deletes_for_good() {
    let api = api("ps_demo_tenant").await;
    assert_eq!(api.delete("/webhooks/wh_demo").await, (200, json!({ "deleted": true, "id": "wh_demo" })));
    assert_eq!(api.get("/webhooks").await, (200, json!([])));
    for (status, body) in [
        api.get("/webhooks/wh_demo").await,
        api.delete("/webhooks/wh_demo").await,
        api.get("/webhooks/wh_demo/logs").await,
        api.patch("/webhooks/wh_demo", json!({})).await,
    ] {
        assert_eq!((status, code(&body)), (404, "WEBHOOK_NOT_FOUND"));
    }
}

// facts: WHK-SCOPE-009, WHK-LOG-008
#[tokio::test]
async fn another_tenants_webhook_is_not_found() {
    let mut api = api("ps_other_tenant").await;
    let before = api.mock.digest();
    for key in ["ps_other_tenant", "ps_other_web", "ps_demo_web"] {
        api.use_key(key);
        for (status, body) in [
            api.get("/webhooks/wh_demo").await,
            api.patch("/webhooks/wh_demo", json!({ "active": true })).await,
            api.delete("/webhooks/wh_demo").await,
            api.get("/webhooks/wh_demo/logs").await,
        ] {
            assert_eq!((status, code(&body)), (404, "WEBHOOK_NOT_FOUND"), "{key}");
        }
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: WHK-LOG-002
#[tokio::test]
async fn logs() {
    let api = api("ps_demo_meta").await;
    for query in ["", "?limit=1", "?limit=50", "?limit=51", "?event=message.sent"] {
        assert_eq!(api.get(&format!("/webhooks/wh_demo/logs{query}")).await, (200, json!([])), "{query}");
    }
    for limit in ["0", "-1", "x", "1.5", ""] {
        let (status, body) = api.get(&format!("/webhooks/wh_demo/logs?limit={limit}")).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec!["/limit"]), "{limit}");
    }
    assert_eq!(api.get("/webhooks/nope/logs?limit=0").await.0, 400);
}

// facts: WHK-CREATE-001, WHK-CREATE-002
#[tokio::test]
async fn bad_bodies() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let cases = [
        (json!({}), vec!["/url"]),
        (json!({ "url": 1 }), vec!["/url"]),
        (json!({ "url": "" }), vec!["/url"]),
        (json!({ "url": null, "name": null, "events": null }), vec!["/url", "/name", "/events"]),
        (json!({ "url": "hooks.acme.com" }), vec!["/url"]),
        (json!({ "url": "ftp://hooks.acme.com" }), vec!["/url"]),
        (json!({ "url": "https://" }), vec!["/url"]),
        (json!({ "url": "mailto:a@b.c" }), vec!["/url"]),
        (json!({ "url": HOOK, "name": "" }), vec!["/name"]),
        (json!({ "url": HOOK, "events": "*" }), vec!["/events"]),
        (json!({ "url": HOOK, "events": ["*", 1] }), vec!["/events/1"]),
        (json!({ "url": HOOK, "whatsappNumberId": 1 }), vec!["/whatsappNumberId"]),
        (json!("x"), vec![""]),
    ];
    for (request, expected) in cases {
        let (status, body) = api.post("/webhooks", request.clone()).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", expected), "{request}");
    }
    for (request, expected) in [
        (json!({ "url": "x" }), vec!["/url"]),
        (json!({ "name": "" }), vec!["/name"]),
        (json!({ "active": "false" }), vec!["/active"]),
        (json!({ "active": null }), vec!["/active"]),
        (json!({ "events": [null] }), vec!["/events/0"]),
    ] {
        let (status, body) = api.patch("/webhooks/wh_demo", request.clone()).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", expected), "{request}");
    }
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn strict_refuses_a_secret_of_the_callers() {
    let api = start(MockApi::builder().strict(true), "ps_demo_meta").await;
    let (status, body) = api.post("/webhooks", json!({ "url": HOOK, "secret": "s" })).await;
    assert_eq!((status, code(&body)), (400, "UNKNOWN_FIELDS"));
}

#[tokio::test]
async fn a_key_is_needed() {
    let api = crate::common::anonymous().await;
    assert_eq!(code(&api.get("/webhooks").await.1), "UNAUTHORIZED");
}
