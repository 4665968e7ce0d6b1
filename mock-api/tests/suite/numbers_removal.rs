//! Numbers that are deleted, restored and purged.

use crate::common::{api, code};
use jiff::SignedDuration;
use serde_json::json;

const DAY: SignedDuration = SignedDuration::from_hours(24);

// facts: NUM-DELETE-001, NUM-DELETE-002, NUM-DELETE-003, NUM-CREATE-009, NUM-RESTORE-001, NUM-RESTORE-002
// facts: NUM-RESTORE-004, NUM-RESTORE-006, ACC-KEYS-006
#[tokio::test]
async fn deleted_numbers_can_be_restored() {
    let mut api = api("ps_demo_tenant").await;
    let (status, body) = api.delete("/numbers/num_web").await;
    assert_eq!((status, body), (200, json!({ "ok": true, "restorableUntil": "2026-07-20T10:00:00.000Z" })));
    assert_eq!(api.get("/numbers/num_web").await.0, 404);
    assert_eq!(api.get("/numbers/num_web/status").await.0, 404);
    assert!(!api.get("/numbers").await.1.to_string().contains("num_web\""));
    assert_eq!(api.delete("/numbers/num_web").await.0, 404);
    assert_eq!(api.get("/api-keys").await.1.as_array().unwrap().len(), 3);
    let (status, body) = api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_SOFT_DELETED"));
    api.use_key("ps_demo_web");
    let (status, body) = api.get("/groups").await;
    assert_eq!((status, code(&body)), (401, "UNAUTHORIZED"));
    api.use_key("ps_demo_tenant");
    let restored = json!({ "ok": true, "requiresReconnect": true });
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await, (200, restored));
    assert_eq!(api.get("/numbers/num_web/status").await.1["state"], "CLOSE");
    let (status, body) = api.post("/numbers/num_web/restore", json!({})).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_ALREADY_ACTIVE"));
    api.use_key("ps_demo_web");
    assert_eq!(code(&api.get("/groups").await.1), "WHATSAPP_INSTANCE_NOT_CONNECTED");
}

// facts: NUM-DELETE-005, NUM-RESTORE-003
#[tokio::test]
async fn deleted_numbers_are_purged_after_thirty_days() {
    let api = api("ps_demo_tenant").await;
    api.delete("/numbers/num_web").await;
    api.mock.advance(DAY * 20).await;
    api.post("/numbers/num_web/restore", json!({})).await;
    api.delete("/numbers/num_web").await;
    // The window of the first deletion ends; it is the second one that counts.
    api.mock.advance(DAY * 29).await;
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 200);
    api.delete("/numbers/num_web").await;
    api.mock.advance(DAY * 30).await;
    let (status, body) = api.post("/numbers/num_web/restore", json!({})).await;
    assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    assert_eq!(api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await.0, 201);
}

// facts: NUM-PURGE-001, NUM-PURGE-003
#[tokio::test]
async fn purge_leaves_nothing() {
    let mut api = api("ps_demo_tenant").await;
    assert_eq!(api.delete("/numbers/num_web/purge").await, (200, json!({ "ok": true })));
    assert_eq!(api.delete("/numbers/num_web/purge").await.0, 404);
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 404);
    let (status, body) = api.post("/numbers", json!({ "name": "De novo", "number": "5511900000003" })).await;
    assert_eq!(status, 201);
    let id = body["instance"]["id"].as_str().unwrap().to_owned();
    api.use_header("x-whatsapp-number-id", &id);
    for (path, rows) in [("/conversations", "conversations"), ("/messages/unread", "messages")] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, &body["total"]), (200, &json!(0)), "{rows}");
    }
    api.use_key("ps_demo_web");
    assert_eq!(api.get("/groups").await.0, 401);
}
