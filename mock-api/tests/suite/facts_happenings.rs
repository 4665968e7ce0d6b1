//! Facts of the ledger about what calls, numbers and templates do over time, and what webhooks learn of it.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

async fn listening(number: &str, receiver: &Receiver) -> Api {
    let api = api("ps_demo_tenant").await;
    let hook = json!({ "url": receiver.url("/hook"), "events": ["*"], "whatsappNumberId": number });
    assert_eq!(api.post("/webhooks", hook).await.0, 201);
    api
}

async fn events(api: &Api, receiver: &Receiver) -> Vec<Value> {
    api.settle().await;
    receiver.take().into_iter().map(|received| received.body).collect()
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

async fn simulate(api: &Api, kind: &str, body: Value) -> Value {
    let (status, answer) = api.simulate(kind, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

// facts: WHK-CALL-001, WHK-CALL-002, WHK-CALL-003, WHK-CALL-004, WHK-CALL-005, WHK-CALL-009, WHK-ENV-002
// facts: CALL-IN-001, CALL-IN-003, CALL-ACCEPT-004, CALL-END-002
#[tokio::test]
async fn an_inbound_call_that_is_answered() {
    let receiver = Receiver::start().await;
    let mut api = listening("num_meta", &receiver).await;
    let call = simulate(&api, "call", json!({ "numberId": "num_meta", "from": ANA })).await;
    let id = call["id"].as_str().unwrap().to_owned();
    let payload = |name: &str, status: &str, at: &str| {
        json!({
            "event": name, "callId": id, "externalCallId": call["externalCallId"], "direction": "INBOUND",
            "status": status, "from": ANA, "to": "+5511900000001", "timestamp": at
        })
    };
    let seen = events(&api, &receiver).await;
    assert_eq!(named(&seen, "call.ringing"), [&payload("call.ringing", "RINGING", NOW)]);
    assert!(named(&seen, "calls")[0].to_string().contains("v=0"), "the offer: {seen:?}");
    api.use_key("ps_demo_meta");
    assert_eq!(api.post(&format!("/calls/{id}/accept"), json!({ "sdp": "v=0" })).await.0, 200);
    let seen = events(&api, &receiver).await;
    assert_eq!(named(&seen, "call.connected"), [&payload("call.connected", "ACCEPTED", NOW)]);
    api.mock.advance(SignedDuration::from_secs(42)).await;
    receiver.take();
    assert_eq!(api.post(&format!("/calls/{id}/terminate"), json!({})).await.0, 200);
    let seen = events(&api, &receiver).await;
    let mut ended = payload("call.ended", "COMPLETED", "2026-06-20T10:00:42.000Z");
    ended["duration"] = 42.into();
    assert_eq!(named(&seen, "call.ended"), [&ended]);
}

// facts: CALL-REJECT-003, CALL-IN-002, WHK-CALL-006, WHK-CALL-010, CALL-IN-004, WHK-CALL-005
#[tokio::test]
async fn inbound_calls_that_are_not() {
    let receiver = Receiver::start().await;
    let mut api = listening("num_meta", &receiver).await;
    api.use_key("ps_demo_meta");
    api.post("/calls/call_ana_in/reject", json!({})).await;
    let seen = events(&api, &receiver).await;
    let ended = named(&seen, "call.ended")[0];
    assert_eq!((&ended["status"], ended.get("duration")), (&json!("REJECTED"), None));
    let call = simulate(&api, "call", json!({ "numberId": "num_meta", "from": ANA })).await;
    simulate(&api, "call-event", json!({ "callId": call["id"], "event": "hangup" })).await;
    let seen = events(&api, &receiver).await;
    assert_eq!(named(&seen, "call.missed")[0]["status"], "MISSED");
    assert!(named(&seen, "call.ended").is_empty());
    let call = simulate(&api, "call", json!({ "numberId": "num_meta", "from": ANA })).await;
    let id = call["id"].as_str().unwrap();
    api.post(&format!("/calls/{id}/accept"), json!({ "sdp": "v=0" })).await;
    let call = simulate(&api, "call-event", json!({ "callId": id, "event": "hangup" })).await;
    assert_eq!(call["status"], "COMPLETED");
}

// facts: CALL-START-011, CALL-START-012, CALL-START-013, CALL-ALL-018, WHK-CALL-005
#[tokio::test]
async fn outbound_calls() {
    let receiver = Receiver::start().await;
    let mut api = listening("num_meta", &receiver).await;
    api.use_key("ps_demo_meta");
    for (to, expected) in [
        (
            "+15550100204",
            ["call.ringing RINGING", "call.connected ACCEPTED", "call.ended COMPLETED"].as_slice(),
        ),
        ("+15550100203", &["call.ringing RINGING", "call.ended REJECTED"]),
        ("+15550100205", &["call.ended FAILED"]),
    ] {
        let (status, call) = api.post("/calls", json!({ "to": to, "sdp": "v=0" })).await;
        assert_eq!((status, &call["status"]), (200, &json!("INITIATED")), "{call}");
        api.mock.advance(SignedDuration::from_secs(60)).await;
        api.post(&format!("/calls/{}/terminate", call["id"].as_str().unwrap()), json!({})).await;
        let seen = events(&api, &receiver).await;
        let steps: Vec<_> = seen
            .iter()
            .filter(|event| event["callId"] == call["id"])
            .map(|event| {
                format!("{} {}", event["event"].as_str().unwrap(), event["status"].as_str().unwrap())
            })
            .collect();
        assert_eq!(steps, expected, "{to}");
    }
}

// facts: WHK-CALL-007, WHK-CALL-008, CALL-ASK-007, CALL-ASK-008
#[tokio::test]
async fn answers_to_permission_requests() {
    let receiver = Receiver::start().await;
    let mut api = listening("num_meta", &receiver).await;
    api.use_key("ps_demo_meta");
    let bia = "+5511977776666";
    assert_eq!(
        code(&api.post("/calls", json!({ "to": bia, "sdp": "v=0" })).await.1),
        "META_CALL_PERMISSION_REQUIRED"
    );
    for status in ["no_permission", "temporary", "permanent"] {
        simulate(&api, "call-permission", json!({ "numberId": "num_meta", "from": bia, "status": status }))
            .await;
        let seen = events(&api, &receiver).await;
        let update = named(&seen, "call.permission_updated")[0];
        assert_eq!(update["status"], status.to_uppercase());
        assert!(
            update.get("callId").is_some_and(Value::is_null) && update["direction"].is_null(),
            "{update}"
        );
    }
    assert_eq!(api.post("/calls", json!({ "to": bia, "sdp": "v=0" })).await.0, 200);
}

// facts: NUM-DELETE-004, NUM-DELETE-007, NUM-RESTORE-005, NUM-PURGE-006, NUM-EVENT-001, NUM-EVENT-002, NUM-EVENT-003
#[tokio::test]
async fn numbers_that_leave_and_return() {
    let receiver = Receiver::start().await;
    let api = listening("num_web", &receiver).await;
    let data = json!({ "numberId": "num_web", "phone": "+5511900000003", "displayName": "Entregas", "createdAt": NOW });
    api.delete("/numbers/num_web").await;
    let seen = events(&api, &receiver).await;
    assert_eq!(seen, [json!({ "event": "number.removed", "data": data })]);
    api.post("/numbers/num_web/restore", json!({})).await;
    let seen = events(&api, &receiver).await;
    assert_eq!(seen, [json!({ "event": "number.restored", "data": data })]);
    api.delete("/numbers/num_web").await;
    api.delete("/numbers/num_web/purge").await;
    assert_eq!(named(&events(&api, &receiver).await, "number.removed").len(), 1, "once");
    let api = listening("num_web", &receiver).await;
    api.delete("/numbers/num_web/purge").await;
    assert_eq!(named(&events(&api, &receiver).await, "number.removed").len(), 1);
}

// facts: NUM-CREATE-011, NUM-CREATE-012, NUM-CONNECT-009, NUM-PAIR-016, NUM-TOKEN-010, NUM-TOKEN-011
#[tokio::test]
async fn numbers_that_are_made_and_paired() {
    let receiver = Receiver::start().await;
    let api = listening("num_meta", &receiver).await;
    let (_, created) = api.post("/numbers", json!({ "name": "Nova", "number": "5511911110001" })).await;
    let id = created["instance"]["id"].as_str().unwrap();
    let seen = events(&api, &receiver).await;
    assert_eq!(named(&seen, "number.created")[0]["data"]["numberId"], id);
    let (_, link) =
        api.post("/numbers/remote-pairing", json!({ "name": "Outra", "number": "5511911110002" })).await;
    for number in [id, link["numberId"].as_str().unwrap()] {
        let hook = json!({ "url": receiver.url("/hook"), "events": ["number.connected"], "whatsappNumberId": number });
        assert_eq!(api.post("/webhooks", hook).await.0, 201);
        simulate(&api, "number", json!({ "numberId": number, "event": "connect" })).await;
        let seen = events(&api, &receiver).await;
        assert_eq!(named(&seen, "number.connected")[0]["data"]["numberId"], number);
        assert_eq!(api.get(&format!("/numbers/{number}/status")).await.1["state"], "OPEN");
    }
    let path = format!("/remote-pairing/{}", link["remotePairingToken"].as_str().unwrap());
    assert_eq!(api.get(&path).await.0, 404, "the token is used up");
    let (status, body) = api.post(&format!("{path}/connect"), json!({})).await;
    assert_eq!((status, code(&body)), (409, "ALREADY_CONNECTED"));
}

// facts: TPL-CREATE-018, TPL-CREATE-019, TPL-CREATE-020, TPL-CREATE-021, TPL-UPDATE-011, TPL-LIFE-001, WHK-EVENTS-011
// facts: TPL-LIFE-002, TPL-LIFE-003, TPL-LIFE-004
#[tokio::test]
async fn templates_are_reviewed() {
    let receiver = Receiver::start().await;
    let mut api = listening("num_meta", &receiver).await;
    api.use_key("ps_demo_meta");
    for (name, expected) in [
        ("bom", "APPROVED"),
        ("mau_rejected", "REJECTED"),
        ("lento_pending", "PENDING"),
        ("fora_disabled", "DISABLED"),
    ] {
        let (_, created) = api.post("/templates", json!({ "name": name, "body": "Oi!" })).await;
        assert_eq!(created["metaStatus"], "PENDING");
        api.mock.advance(SignedDuration::from_hours(24)).await;
        let (_, template) = api.get(&format!("/templates/{name}")).await;
        assert_eq!(
            (&template["metaStatus"], &template["sendable"]),
            (&json!(expected), &json!(expected == "APPROVED"))
        );
        let (_, sent) =
            api.post("/messages/send", json!({ "destinationNumber": ANA, "templateId": name })).await;
        api.mock.advance(SignedDuration::from_hours(1)).await;
        let (_, message) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
        assert_eq!(message["status"] == "FAILED", expected != "APPROVED", "{name}: {message}");
    }
    assert_eq!(api.put("/templates/bom", json!({ "body": "Oi de novo!" })).await.1["metaStatus"], "PENDING");
    api.mock.advance(SignedDuration::from_hours(24)).await;
    assert_eq!(api.get("/templates/bom").await.1["metaStatus"], "APPROVED");
    let seen = events(&api, &receiver).await;
    assert!(seen.iter().all(|event| event["event"].as_str().unwrap().starts_with("message.")), "{seen:?}");
}
