//! Whether phones are on WhatsApp.

use crate::common::{api, api_in, code, paths};
use serde_json::json;

// facts: NUM-CHECK-002, NUM-CHECK-003, NUM-CHECK-004, NUM-CHECK-005, NUM-CHECK-007, NUM-CHECK-014
#[tokio::test]
async fn check() {
    let api = api("ps_demo_web").await;
    let (status, body) =
        api.post("/numbers/check", json!({ "numbers": ["+5511967435133", "55 (11) 88888-8888"] })).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "results": [
            { "input": "+5511967435133", "exists": true, "number": "551167435133", "name": "Maria Souza" },
            { "input": "55 (11) 88888-8888", "exists": true, "number": "5511888888888", "name": null },
        ] })
    );
    let (_, body) = api.post("/numbers/check", json!({ "number": "551167435133" })).await;
    assert_eq!(body["results"][0]["name"], "Maria Souza");
}

// facts: NUM-CHECK-006, NUM-CHECK-011, NUM-CHECK-012
#[tokio::test]
async fn check_knows_who_is_not_there() {
    let world = "version: 1
tenants: [{ id: t, plan: FREE, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_V2, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n } }
directory: [{ phone: '5511955554444', exists: false }]
";
    let mut api = api_in(world, "ps_n").await;
    let gone =
        json!({ "results": [{ "input": "+551155554444", "exists": false, "number": null, "name": null }] });
    assert_eq!(api.post("/numbers/check", json!({ "number": "+551155554444" })).await, (200, gone));
    // The account's key needs to say for which number.
    api.use_key("ps_t");
    let (status, body) = api.post("/numbers/check", json!({ "number": "+551155554444" })).await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    api.use_header("x-whatsapp-number-id", "n");
    assert_eq!(api.post("/numbers/check", json!({ "number": "+551155554444" })).await.0, 200);
}

// facts: NUM-CHECK-008, NUM-CHECK-009, NUM-CHECK-010
#[tokio::test]
async fn check_refuses() {
    let mut api = api("ps_demo_web").await;
    let before = api.mock.digest();
    for (body, expected) in [
        (json!({}), vec![""]),
        (json!({ "numbers": [] }), vec!["/numbers"]),
        (json!({ "numbers": vec!["5511888888888"; 21] }), vec!["/numbers"]),
        (json!({ "numbers": ["5511888888888", "oi", 5] }), vec!["/numbers/1", "/numbers/2"]),
        (json!({ "numbers": "5511888888888" }), vec!["/numbers"]),
        (json!({ "number": null }), vec!["/number"]),
        (json!({ "number": "1234567" }), vec!["/number"]),
        (json!({ "number": "5511888888888", "numbers": ["5511888888888"] }), vec![""]),
    ] {
        let (status, answer) = api.post("/numbers/check", body).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", expected));
    }
    api.use_key("ps_demo_meta");
    let (status, body) = api.post("/numbers/check", json!({})).await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
    api.use_key("ps_demo_web_closed");
    let (status, body) = api.post("/numbers/check", json!({ "number": "5511888888888" })).await;
    assert_eq!((status, code(&body)), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED"));
    assert_eq!(api.mock.digest(), before);
}
