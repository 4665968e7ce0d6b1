//! Facts of the ledger that hold for all areas: scopes, refusals, success, formats.

use crate::common::{api, api_in, code, start};
use mock_api::MockApi;
use reqwest::Method;
use serde_json::{Value, json};

/// Operations for the account-wide key only.
const ACCOUNT: [(&str, &str); 21] = [
    ("GET", "/numbers"),
    ("POST", "/numbers"),
    ("POST", "/numbers/meta"),
    ("POST", "/numbers/remote-pairing"),
    ("GET", "/numbers/num_web"),
    ("PATCH", "/numbers/num_web"),
    ("DELETE", "/numbers/num_nobody"),
    ("GET", "/numbers/num_web/status"),
    ("GET", "/numbers/num_web/connect"),
    ("POST", "/numbers/num_web/restore"),
    ("DELETE", "/numbers/num_nobody/purge"),
    ("POST", "/numbers/num_web/pay"),
    ("POST", "/numbers/num_web/upgrade-to-dual"),
    ("GET", "/api-keys"),
    ("POST", "/api-keys"),
    ("GET", "/branding"),
    ("PUT", "/branding"),
    ("GET", "/subscription/extra-numbers"),
    ("POST", "/subscription/extra-numbers"),
    ("DELETE", "/subscription/extra-numbers"),
    ("POST", "/billing/checkout"),
];

/// Operations on one number.
const NUMBER: [(&str, &str); 40] = [
    ("POST", "/messages/send"),
    ("GET", "/messages/x"),
    ("GET", "/messages"),
    ("GET", "/messages/history"),
    ("GET", "/messages/unread"),
    ("GET", "/messages/group"),
    ("POST", "/messages/typing"),
    ("DELETE", "/messages/cancel"),
    ("GET", "/conversations"),
    ("GET", "/groups"),
    ("POST", "/groups"),
    ("GET", "/groups/1%40g.us"),
    ("POST", "/groups/1%40g.us/participants"),
    ("DELETE", "/groups/1%40g.us/participants"),
    ("POST", "/groups/1%40g.us/participants/promote"),
    ("POST", "/groups/1%40g.us/participants/demote"),
    ("GET", "/groups/1%40g.us/invite"),
    ("POST", "/groups/1%40g.us/pin"),
    ("GET", "/newsletters"),
    ("POST", "/numbers/check"),
    ("GET", "/templates"),
    ("POST", "/templates"),
    ("GET", "/templates/x"),
    ("PUT", "/templates/x"),
    ("DELETE", "/templates/x"),
    ("GET", "/analytics/dashboard"),
    ("GET", "/media/1"),
    ("GET", "/calls"),
    ("POST", "/calls"),
    ("GET", "/calls/x"),
    ("POST", "/calls/x/accept"),
    ("POST", "/calls/x/reject"),
    ("POST", "/calls/x/terminate"),
    ("POST", "/calls/x/pre-accept"),
    ("POST", "/calls/x/play"),
    ("POST", "/calls/x/realtime-session"),
    ("GET", "/calls/settings"),
    ("PUT", "/calls/settings"),
    ("GET", "/calls/permissions"),
    ("POST", "/calls/permissions/request"),
];

async fn call(api: &crate::common::Api, (method, path): (&str, &str)) -> (u16, Value) {
    api.send(api.request(method.parse::<Method>().unwrap(), path).json(&json!({}))).await
}

// facts: COM-SCOPE-003, COM-SCOPE-006, COM-SCOPE-007, NUM-PURGE-008
#[tokio::test]
async fn account_operations_take_the_account_key() {
    let mut api = api("ps_demo_meta").await;
    for operation in ACCOUNT {
        let (status, body) = call(&api, operation).await;
        assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"), "{operation:?}");
    }
    api.use_key("ps_demo_tenant");
    for operation in ACCOUNT.into_iter().chain([("GET", "/webhooks")]) {
        let (status, body) = call(&api, operation).await;
        assert!(![401, 403, 405].contains(&status), "{operation:?}: {body}");
    }
}

// facts: COM-SCOPE-004, COM-SCOPE-008, COM-SCOPE-016, MSG-SEND-084, MSG-CANCEL-014, MSG-HIST-016, GRP-LIST-005
#[tokio::test]
async fn number_operations_take_a_numbers_key() {
    let mut api = api("ps_demo_tenant").await;
    for operation in NUMBER {
        let (status, body) = call(&api, operation).await;
        assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"), "{operation:?}");
    }
    api.use_key("ps_demo_meta");
    for operation in NUMBER {
        let (status, body) = call(&api, operation).await;
        assert!(![401, 403, 405].contains(&status), "{operation:?}: {body}");
    }
}

// facts: COM-ERR-001, COM-ERR-004, COM-ERR-016, COM-ERR-017, COM-FMT-012
#[tokio::test]
async fn refusals_are_flat_json() {
    let api = api("ps_demo_meta").await;
    let mut seen = 0;
    for (method, path) in NUMBER.into_iter().chain(ACCOUNT) {
        let request = api.request(method.parse::<Method>().unwrap(), path).json(&json!({}));
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json", "{method} {path}");
        if response.status().is_success() {
            continue;
        }
        let body: Value = response.json().await.unwrap();
        assert!(body["error"].is_string() && body["code"].is_string(), "{method} {path}: {body}");
        assert!(body.get("details").is_none_or(Value::is_object), "{method} {path}: {body}");
        if code(&body) == "VALIDATION_ERROR" {
            assert_eq!(body["error"], "Validation error");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen} validation failures");
}

// facts: COM-ERR-013
#[tokio::test]
async fn there_is_no_rate_limit() {
    let api = api("ps_demo_meta").await;
    for _ in 0..300 {
        assert_eq!(api.get("/calls/settings").await.0, 200);
    }
}

// facts: COM-FMT-009
#[tokio::test]
async fn creations_answer_201() {
    let mut api = api("ps_demo_tenant").await;
    let hook = json!({ "url": "https://a.b/c", "whatsappNumberId": "num_web" });
    for (path, body) in [
        ("/numbers", json!({ "name": "a", "number": "5511911110001" })),
        ("/numbers/remote-pairing", json!({ "name": "b", "number": "5511911110002" })),
        ("/numbers/meta", json!({ "name": "c", "number": "5511911110003", "metaPhoneId": "9" })),
        ("/webhooks", hook),
        ("/api-keys", json!({ "whatsappNumberId": "num_web_closed" })),
    ] {
        let (status, body) = api.post(path, body).await;
        assert_eq!(status, 201, "{path}: {body}");
    }
    api.use_key("ps_demo_web");
    for (path, body) in [
        ("/templates", json!({ "name": "a", "body": "Oi!" })),
        ("/groups", json!({ "subject": "a" })),
        ("/api-keys/regenerate", json!({})),
    ] {
        let (status, body) = api.post(path, body).await;
        assert_eq!(status, 201, "{path}: {body}");
    }
}

// facts: COM-FMT-010, ACC-BUY-009, ACC-BILL-010, TPL-UPDATE-010, CALL-START-006, GRP-PART-011
#[tokio::test]
async fn what_is_no_creation_answers_200() {
    let mut api = api("ps_demo_tenant").await;
    let people = json!({ "participants": ["5511955554444"] });
    for (key, method, path, body) in [
        ("ps_demo_tenant", "POST", "/subscription/extra-numbers", json!({})),
        ("ps_demo_tenant", "POST", "/billing/checkout", json!({ "purpose": "add_card" })),
        ("ps_demo_tenant", "PUT", "/branding", json!({})),
        ("ps_demo_tenant", "PATCH", "/webhooks/wh_demo", json!({})),
        ("ps_demo_tenant", "PATCH", "/numbers/num_web", json!({ "piiMode": "RELAY_ONLY" })),
        ("ps_demo_tenant", "POST", "/numbers/num_web/pay", json!({})),
        ("ps_demo_tenant", "DELETE", "/webhooks/wh_demo", json!({})),
        ("ps_demo_meta", "PUT", "/templates/boas_vindas", json!({ "body": "Oi!" })),
        ("ps_demo_meta", "DELETE", "/templates/boas_vindas", json!({})),
        ("ps_demo_meta", "DELETE", "/messages/cancel", json!({ "messageIds": ["x"] })),
        ("ps_demo_meta", "POST", "/calls", json!({ "to": "+5511988887777", "sdp": "v=0" })),
        ("ps_demo_meta", "PUT", "/calls/settings", json!({})),
        ("ps_demo_web", "POST", "/groups/120363000000000001%40g.us/participants", people),
    ] {
        api.use_key(key);
        let request = api.request(method.parse::<Method>().unwrap(), path).json(&body);
        let (status, body) = api.send(request).await;
        assert_eq!(status, 200, "{method} {path}: {body}");
    }
}

// facts: COM-FMT-011, WHK-LOG-009
#[tokio::test]
async fn some_lists_are_bare_arrays() {
    let mut api = api("ps_demo_tenant").await;
    for path in ["/numbers", "/api-keys", "/webhooks", "/webhooks/wh_demo/logs"] {
        assert!(api.get(path).await.1.is_array(), "{path}");
    }
    api.use_key("ps_demo_meta");
    assert!(api.get("/templates").await.1.is_array());
}

const ENGINES: &str = "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 3, key: { id: k, raw: ps_t } }]
numbers:
  - { id: a, tenant: t, engine: META, digits: '5511900000001', name: A, state: OPEN, key: { id: ka, raw: ps_a }, meta: { phoneId: '1', wabaId: w } }
  - { id: b, tenant: t, engine: EVO_GO, digits: '5511900000002', name: B, state: OPEN, key: { id: kb, raw: ps_b } }
  - { id: c, tenant: t, engine: EVO_V2, digits: '5511900000003', name: C, state: OPEN, key: { id: kc, raw: ps_c } }
";

// facts: COM-FMT-006, COM-FMT-007, COM-FMT-008, MSG-HIST-007
#[tokio::test]
async fn engines_and_providers() {
    let mut api = api_in(ENGINES, "ps_t").await;
    let (_, numbers) = api.get("/numbers").await;
    for (index, (key, provider, engine)) in
        [("ps_a", "META", "META"), ("ps_b", "PILOT_STATUS", "EVO_GO"), ("ps_c", "PILOT_STATUS", "EVO")]
            .into_iter()
            .enumerate()
    {
        assert_eq!(numbers[index]["provider"], provider);
        api.use_key(key);
        let image = json!({ "destinationNumber": "+5511988887777", "media": "https://a.b/c.png" });
        assert_eq!(api.post("/messages/send", image).await.0, 202);
        let (_, history) = api.get("/messages/history").await;
        let row = &history["messages"][0];
        assert_eq!((&row["providerKind"], &row["media"]["provider"]), (&json!(provider), &json!(engine)));
    }
}

// facts: COM-ERR-011
#[tokio::test]
async fn strict_is_for_every_body() {
    let api = start(MockApi::builder().strict(true), "ps_demo_meta").await;
    for (path, body) in [
        ("/templates", json!({ "name": "a", "body": "Oi!", "x": 1 })),
        ("/calls", json!({ "to": "+5511988887777", "sdp": "v=0", "x": 1 })),
        ("/webhooks", json!({ "url": "https://a.b/c", "x": 1 })),
    ] {
        let (status, answer) = api.post(path, body).await;
        assert_eq!((status, code(&answer)), (400, "UNKNOWN_FIELDS"), "{path}");
    }
}
