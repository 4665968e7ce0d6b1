//! Facts of the ledger about messages that were sent: reading, the log, cancelling.

use crate::common::{Api, api, api_in, code};
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

async fn send(api: &Api, body: Value) -> Value {
    let (status, answer) = api.post("/messages/send", body).await;
    assert_eq!(status, 202, "{answer}");
    answer
}

async fn read(api: &Api, sent: &Value) -> Value {
    api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await.1
}

// facts: MSG-GET-011, MSG-GET-014, MSG-GET-017
#[tokio::test]
async fn what_a_message_says() {
    let mut api = api("ps_demo_web").await;
    for (key, id) in [
        ("groupId", "120363000000000001@g.us"),
        ("newsletterId", "120363000000000001@newsletter"),
        ("destinationNumber", "BR.13491208655302741918"),
    ] {
        let sent = send(&api, json!({ key: id, "text": "a" })).await;
        let message = read(&api, &sent).await;
        assert_eq!((&message["destinationNumber"], &message["metaPricing"]), (&json!(id), &Value::Null));
    }
    api.use_key("ps_demo_meta");
    let (status, body) = api.get("/messages/cm_ana_1").await;
    assert_eq!((status, code(&body)), (404, "MESSAGE_NOT_FOUND"));
}

// facts: MSG-LOG-001, MSG-LOG-002, MSG-LOG-003, MSG-LOG-004
#[tokio::test]
async fn the_log() {
    let mut api = api("ps_demo_meta").await;
    let first = send(&api, json!({ "destinationNumber": ANA, "text": "a" })).await;
    let second =
        send(&api, json!({ "destinationNumber": ANA, "text": "b", "deliverAt": "2026-06-30" })).await;
    let (_, log) = api.get("/messages").await;
    assert_eq!((&log["messages"][0]["id"], &log["messages"][1]["id"]), (&second["id"], &first["id"]));
    assert_eq!(log["messages"][0], read(&api, &second).await);
    assert!(log["messages"][0].get("errorCode").is_some_and(Value::is_null));
    assert_eq!(log["messages"][0]["origin"], "API");
    assert_eq!(api.get("/messages?page=2&pageSize=1").await.1["messages"][0]["id"], first["id"]);
    assert_eq!(api.get("/messages?status=CANCELED").await.1["total"], 0);
    assert_eq!(api.get("/messages?startDate=2026-06-21").await.1["total"], 0);
    assert_eq!(api.get("/messages?endDate=2026-06-21").await.1["total"], 2);
    let (status, body) = api.get("/messages?status=LOST").await;
    assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"));
    api.use_key("ps_demo_web");
    assert_eq!(api.get("/messages").await.1["total"], 0);
}

// facts: MSG-CANCEL-004, MSG-CANCEL-013
#[tokio::test]
async fn cancelling_is_for_ones_own_future_messages() {
    let mut api = api("ps_demo_meta").await;
    let later = json!({ "destinationNumber": ANA, "text": "a", "deliverAt": "2026-06-21T10:00:00Z" });
    let sent = send(&api, later).await;
    let ids = json!({ "messageIds": [sent["id"]] });
    api.use_key("ps_demo_meta_oba");
    let (_, body) = api.delete_with("/messages/cancel", ids.clone()).await;
    assert_eq!(body["failed"], json!([{ "id": sent["id"], "reason": "NOT_FOUND" }]));
    api.use_key("ps_demo_meta");
    assert_eq!(read(&api, &sent).await["status"], "QUEUED");
    let (_, body) = api.delete_with("/messages/cancel", ids).await;
    assert_eq!(body["cancelled"], json!([sent["id"]]));
}

// facts: MSG-SEND-061
#[tokio::test]
async fn paying_lifts_the_block() {
    let world = "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, savedCard: true, key: { id: kt, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: { id: kn, raw: ps_n }, extraChargeUnpaidSince: -P1D }
";
    let mut api = api_in(world, "ps_n").await;
    let text = json!({ "destinationNumber": ANA, "text": "a" });
    assert_eq!(code(&api.post("/messages/send", text.clone()).await.1), "NUMBER_BLOCKED");
    api.use_key("ps_t");
    assert_eq!(api.post("/numbers/n/pay", json!({})).await.1["status"], "paid");
    api.use_key("ps_n");
    send(&api, text).await;
}
