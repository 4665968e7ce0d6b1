//! Facts of the ledger about messages over time.

use crate::common::{Api, MESSAGE_CODES, api, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const BIA: &str = "+5511977776666";
const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn send(api: &Api, body: Value) -> String {
    let (status, answer) = api.post("/messages/send", body).await;
    assert_eq!(status, 202, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

async fn text(api: &Api, to: &str) -> String {
    send(api, json!({ "destinationNumber": to, "text": "Oi" })).await
}

async fn read(api: &Api, id: &str) -> Value {
    api.get(&format!("/messages/{id}")).await.1
}

async fn unread(api: &Api) -> Value {
    api.get("/messages/unread").await.1["total"].clone()
}

// facts: MSG-LIFE-001, MSG-LIFE-002, MSG-LIFE-003, MSG-LIFE-006, MSG-LIFE-009, MSG-LIFE-010, MSG-GET-003
// facts: MSG-GET-008, MSG-GET-009, MSG-GET-011, MSG-GET-013, MSG-GET-018, MSG-SEND-068
#[tokio::test]
async fn from_queued_to_read() {
    for (key, wamid) in [("ps_demo_meta", true), ("ps_demo_web", false)] {
        let api = api(key).await;
        let id = text(&api, ANA).await;
        let mut seen = Vec::new();
        for _ in 0..600 {
            let message = read(&api, &id).await;
            let status = message["status"].as_str().unwrap().to_owned();
            let reached = ["sentAt", "deliveredAt", "readAt"].map(|key| !message[key].is_null());
            assert_eq!(message["errorCode"], Value::Null);
            assert_eq!(message["externalMessageId"].is_null(), status == "QUEUED");
            if seen.last() != Some(&(status.clone(), reached)) {
                seen.push((status, reached));
            }
            api.mock.advance(SignedDuration::from_millis(500)).await;
        }
        let expected = [
            ("QUEUED", [false, false, false]),
            ("SENT", [true, false, false]),
            ("DELIVERED", [true, true, false]),
            ("READ", [true, true, true]),
        ];
        assert_eq!(seen, expected.map(|(status, reached)| (status.to_owned(), reached)));
        let message = read(&api, &id).await;
        let external = message["externalMessageId"].as_str().unwrap();
        assert_eq!(external.starts_with("wamid."), wamid);
        assert_eq!(read(&api, external).await, message);
        assert_eq!(message["metaPricing"].is_null(), !wamid);
        if wamid {
            let keys: Vec<_> = message["metaPricing"].as_object().unwrap().keys().collect();
            assert_eq!(keys, ["conversationId", "originType", "category", "type"]);
            let kinds = ["regular", "free_entry_point", "free_customer_service"];
            assert!(kinds.contains(&message["metaPricing"]["type"].as_str().unwrap()), "{message}");
        }
    }
}

// facts: MSG-CANCEL-009, MSG-CANCEL-011, MSG-LIFE-008, MSG-SEND-052, MSG-LIFE-002
#[tokio::test]
async fn scheduled_messages() {
    let api = api("ps_demo_web").await;
    let body = json!({ "destinationNumber": ANA, "text": "a", "deliverAt": "2026-06-20T12:00:00Z" });
    let (first, second) = (send(&api, body.clone()).await, send(&api, body).await);
    let now = text(&api, ANA).await;
    api.delete_with("/messages/cancel", json!({ "messageIds": [second] })).await;
    api.mock.advance(HOUR).await;
    assert_eq!(read(&api, &now).await["status"], "READ");
    api.mock.advance(HOUR - SignedDuration::from_millis(1)).await;
    assert_eq!(read(&api, &first).await["status"], "QUEUED");
    api.mock.advance(HOUR).await;
    let message = read(&api, &first).await;
    assert!(message["sentAt"].as_str().unwrap() >= "2026-06-20T12:00:00.000Z", "{message}");
    assert_eq!(read(&api, &second).await["status"], "CANCELED");
    let (_, body) = api.delete_with("/messages/cancel", json!({ "messageIds": [first] })).await;
    assert_eq!(body["failed"], json!([{ "id": first, "reason": "ALREADY_SENT" }]));
}

// facts: MSG-CODE-016, MSG-LIFE-007
#[tokio::test]
async fn every_code_has_a_number() {
    let api = api("ps_demo_web").await;
    for (index, expected) in MESSAGE_CODES.iter().enumerate() {
        let id = text(&api, &format!("+155501000{:02}", index + 1)).await;
        api.mock.advance(HOUR).await;
        let message = read(&api, &id).await;
        assert_eq!((&message["status"], &message["errorCode"]), (&json!("FAILED"), &json!(expected)));
        assert!(message["errorMessage"].as_str().is_some_and(|text| text != *expected), "{message}");
    }
}

// facts: MSG-CODE-012, MSG-CODE-013, MSG-CODE-014, MSG-SEND-063, MSG-SEND-065, MSG-SEND-066, MSG-SEND-067
// facts: TPL-LIFE-002, MSG-LIFE-002
#[tokio::test]
async fn what_meta_refuses() {
    let api = api("ps_demo_meta").await;
    let template = |id: &str| json!({ "destinationNumber": BIA, "templateId": id, "variables": { "nome": "Bia", "desconto": "5%" } });
    let sent = [
        (text(&api, BIA).await, json!("META_OUTSIDE_24H_WINDOW")),
        (text(&api, "+5511911112222").await, json!("META_NO_CONVERSATION")),
        (send(&api, template("promo_cupom")).await, json!("META_TEMPLATE_NOT_APPROVED")),
        (send(&api, template("boas_vindas")).await, Value::Null),
        (text(&api, ANA).await, Value::Null),
    ];
    api.mock.advance(SignedDuration::from_secs(60)).await;
    for (id, expected) in sent {
        let message = read(&api, &id).await;
        assert_eq!(message["errorCode"], expected, "{message}");
        assert_eq!(message["status"] == "FAILED", !expected.is_null());
    }
}

// facts: MSG-SEND-064, MSG-LIFE-011, MSG-CODE-005
#[tokio::test]
async fn disconnected_numbers_wait() {
    let mut api = api("ps_demo_web_closed").await;
    let first = text(&api, ANA).await;
    api.mock.advance(HOUR * 24).await;
    assert_eq!(read(&api, &first).await["status"], "QUEUED");
    api.simulate("number", json!({ "numberId": "num_web_closed", "event": "connect" })).await;
    api.mock.advance(HOUR).await;
    assert_eq!(read(&api, &first).await["status"], "READ");
    api.simulate("number", json!({ "numberId": "num_web_closed", "event": "disconnect" })).await;
    let second = text(&api, ANA).await;
    api.mock.advance(HOUR * 24 * 7 - SignedDuration::from_secs(1)).await;
    assert_eq!(read(&api, &second).await["status"], "QUEUED");
    api.mock.advance(SignedDuration::from_secs(1)).await;
    assert_eq!(read(&api, &second).await["errorCode"], "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED");
    api.use_key("ps_demo_web");
    assert_eq!(code(&api.get(&format!("/messages/{second}")).await.1), "MESSAGE_NOT_FOUND");
}

// facts: MSG-CODE-001, MSG-CODE-006, MSG-LIFE-004, MSG-LIFE-012
#[tokio::test]
async fn deadlines_and_receipts() {
    let api = api("ps_demo_web").await;
    let until =
        |to: &str| json!({ "destinationNumber": to, "text": "a", "deliverUntil": "2026-06-20T10:05:00Z" });
    let never_delivered = send(&api, until("+15550100102")).await;
    let keeps_failing = send(&api, until("+15550100104")).await;
    let never_read = text(&api, "+15550100101").await;
    api.mock.advance(HOUR * 24).await;
    assert_eq!(read(&api, &never_delivered).await["errorCode"], "DELIVERED_NOT_CONFIRMED");
    assert_eq!(read(&api, &keeps_failing).await["errorCode"], "EXPIRED_AFTER_ATTEMPTS");
    let message = read(&api, &never_read).await;
    assert_eq!((&message["status"], &message["readAt"]), (&json!("DELIVERED"), &Value::Null));
}

// facts: MSG-SEND-055, MSG-SEND-056, MSG-SEND-057, MSG-SEND-072, MSG-UNREAD-008, MSG-TYPING-002, MSG-TYPING-003
#[tokio::test]
async fn what_marks_read() {
    let mut api = api("ps_demo_meta").await;
    send(&api, json!({ "destinationNumber": ANA, "text": "a", "markRead": false })).await;
    api.mock.advance(HOUR).await;
    assert_eq!(unread(&api).await, 2);
    text(&api, ANA).await;
    api.mock.advance(HOUR).await;
    assert_eq!(
        (unread(&api).await, api.get("/messages/unread").await.1["messages"].clone()),
        (json!(0), json!([]))
    );
    api.use_key("ps_demo_web");
    text(&api, "+5511966665555").await;
    api.mock.advance(HOUR).await;
    assert_eq!(api.post("/messages/typing", json!({ "destinationNumber": "+5511966665555" })).await.0, 200);
    assert_eq!(unread(&api).await, 1);
    let mut api = crate::common::api("ps_demo_tenant").await;
    api.patch("/numbers/num_meta", json!({ "settings": { "markReadOnSend": false } })).await;
    api.use_key("ps_demo_meta");
    text(&api, ANA).await;
    api.mock.advance(HOUR).await;
    assert_eq!(unread(&api).await, 2, "the number's setting");
    send(&api, json!({ "destinationNumber": ANA, "text": "a", "markRead": true })).await;
    api.mock.advance(HOUR).await;
    assert_eq!(unread(&api).await, 0, "what the send says counts more");
    api.mock.reset();
    assert_eq!(unread(&api).await, 2);
    api.post("/messages/typing", json!({ "destinationNumber": ANA })).await;
    assert_eq!(unread(&api).await, 0);
}
