//! What becomes of numbers over time, and the events that say so.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, anonymous, api, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A receiver of everything about a number.
async fn listen(api: &Api, number: &str) -> Receiver {
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": number });
    assert_eq!(api.post("/webhooks", body).await.0, 201);
    receiver
}

async fn happens(api: &Api, number: &str, event: &str) -> Value {
    let (status, body) = api.simulate("number", json!({ "numberId": number, "event": event })).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn create(api: &Api, number: &str) -> String {
    let (status, body) = api.post("/numbers", json!({ "name": "Nova", "number": number })).await;
    assert_eq!(status, 201, "{body}");
    body["instance"]["id"].as_str().unwrap().to_owned()
}

fn event(name: &str, number: &str, phone: &str, display: &str, at: &str) -> Value {
    json!({ "event": name, "data": { "numberId": number, "phone": phone, "displayName": display, "createdAt": at } })
}

// facts: NUM-CREATE-011, NUM-EVENT-001, NUM-EVENT-002, NUM-EVENT-003, NUM-META-004
#[tokio::test]
async fn a_new_number_is_made_known() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web").await;
    let id = create(&api, "5511911112222").await;
    api.settle().await;
    let received = receiver.take();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body, event("number.created", &id, "+5511911112222", "Nova", NOW));
    // What becomes of it is not.
    happens(&api, &id, "connect").await;
    api.settle().await;
    assert_eq!(receiver.take().len(), 0);
    let (_, body) = api
        .post("/numbers/meta", json!({ "name": "Oficial", "number": "55119333", "metaPhoneId": "1" }))
        .await;
    assert_eq!(body["instance"]["state"], "OPEN");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["instance", "webhookUrl", "verifyToken"]
    );
    api.settle().await;
    assert_eq!(receiver.take_events(), ["number.created"]);
}

// facts: NUM-EVENT-006
#[tokio::test]
async fn only_the_tenants_own_webhooks_learn_of_a_new_number() {
    let mut api = api("ps_demo_tenant").await;
    let (web, meta) = (listen(&api, "num_web").await, listen(&api, "num_meta").await);
    let elsewhere = Receiver::start().await;
    let hook =
        |events: Value| json!({ "url": elsewhere.url("/"), "events": events, "whatsappNumberId": "num_web" });
    assert_eq!(api.post("/webhooks", hook(json!(["number.connected"]))).await.0, 201);
    let (_, paused) = api.post("/webhooks", hook(json!(["*"]))).await;
    let paused = format!("/webhooks/{}", paused["id"].as_str().unwrap());
    assert_eq!(api.patch(&paused, json!({ "active": false })).await.0, 200);
    api.use_key("ps_other_tenant");
    let other = listen(&api, "num_other").await;
    api.use_key("ps_demo_tenant");
    create(&api, "5511911112222").await;
    api.settle().await;
    assert_eq!(
        (web.take_events(), meta.take_events()),
        (vec!["number.created".to_owned()], vec!["number.created".to_owned()])
    );
    assert_eq!((elsewhere.take_events(), other.take_events()), (vec![], vec![]));
}

// facts: NUM-CONNECT-002, NUM-CONNECT-003, NUM-CONNECT-005, NUM-CONNECT-009, WHK-ENV-001
#[tokio::test]
async fn a_code_is_asked_for_and_scanned() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web_closed").await;
    assert_eq!(api.get("/numbers/num_web_closed/connect").await.0, 200);
    assert_eq!(api.get("/numbers/num_web_closed").await.1["state"], "CONNECTING");
    api.mock.advance(MINUTE).await;
    let body = happens(&api, "num_web_closed", "connect").await;
    assert_eq!((&body["state"], &body["isFullyConnected"]), (&json!("OPEN"), &json!(true)));
    let (_, list) = api.get("/numbers").await;
    assert_eq!(list[3]["primaryLink"], json!({ "state": "OPEN", "connectedAt": "2026-06-20T10:01:00.000Z" }));
    api.settle().await;
    assert_eq!(
        receiver.take()[0].body,
        event("number.connected", "num_web_closed", "+5511900000004", "Reserva", "2026-06-20T10:01:00.000Z")
    );
    assert_eq!(code(&api.get("/numbers/num_web_closed/connect").await.1), "ALREADY_CONNECTED");
    // Connecting what is connected is no news.
    happens(&api, "num_web_closed", "connect").await;
    api.settle().await;
    assert_eq!(receiver.take().len(), 0);
}

// facts: NUM-EVENT-004, NUM-GET-016
#[tokio::test]
async fn a_lost_connection_is_reported_by_the_health_check() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web").await;
    let body = happens(&api, "num_web", "disconnect").await;
    assert_eq!((&body["state"], &body["health"]["sendable"]), (&json!("CLOSE"), &json!(false)));
    api.mock.advance(MINUTE - SignedDuration::from_millis(1)).await;
    assert_eq!(receiver.take().len(), 0);
    api.mock.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(
        receiver.take()[0].body,
        event("number.disconnected", "num_web", "+5511900000003", "Entregas", "2026-06-20T10:01:00.000Z")
    );
    // Not each short drop.
    happens(&api, "num_web", "connect").await;
    happens(&api, "num_web", "disconnect").await;
    api.mock.advance(MINUTE / 2).await;
    happens(&api, "num_web", "connect").await;
    api.mock.advance(MINUTE).await;
    assert_eq!(receiver.take_events(), ["number.connected", "number.connected"]);
}

// facts: NUM-DELETE-004, NUM-RESTORE-002, NUM-RESTORE-005
#[tokio::test]
async fn leaving_and_coming_back() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web").await;
    api.delete("/numbers/num_web").await;
    api.post("/numbers/num_web/restore", json!({})).await;
    api.settle().await;
    let received = receiver.take();
    let expected = |name| event(name, "num_web", "+5511900000003", "Entregas", NOW);
    assert_eq!(received[0].body, expected("number.removed"));
    assert_eq!(received[1].body, expected("number.restored"));
    assert_eq!(received.len(), 2);
    assert_eq!(api.get("/numbers/num_web").await.1["state"], "CLOSE");
}

// facts: NUM-DELETE-007, NUM-PURGE-006
#[tokio::test]
async fn removal_is_said_once_even_when_it_takes_the_webhooks_along() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web").await;
    receiver.fail(1);
    api.delete("/numbers/num_web/purge").await;
    assert_eq!(api.get("/webhooks").await.1.as_array().unwrap().len(), 1);
    api.mock.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(receiver.take_events(), ["number.removed", "number.removed"], "tried again after the failure");

    let receiver = listen(&api, "num_web_closed").await;
    api.delete("/numbers/num_web_closed").await;
    api.delete("/numbers/num_web_closed/purge").await;
    api.mock.advance(SignedDuration::from_hours(31 * 24)).await;
    assert_eq!(receiver.take_events(), ["number.removed"]);
}

// facts: NUM-DELETE-005, NUM-DELETE-007, NUM-RESTORE-003
#[tokio::test]
async fn the_end_of_the_window_is_no_second_removal() {
    let api = api("ps_demo_tenant").await;
    let receiver = listen(&api, "num_web").await;
    api.delete("/numbers/num_web").await;
    api.mock.advance(SignedDuration::from_hours(30 * 24)).await;
    assert_eq!(receiver.take_events(), ["number.removed"]);
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 404);
}

// facts: NUM-STATUS-003, NUM-STATUS-004, NUM-STATUS-007, NUM-STATUS-008, NUM-STATUS-009, NUM-STATUS-011
#[tokio::test]
async fn the_status_while_the_provider_does_not_answer() {
    let api = api("ps_demo_tenant").await;
    let status = async || api.get("/numbers/num_web/status").await;
    api.mock.advance(MINUTE).await;
    let live = json!({
        "id": "num_web", "state": "OPEN", "isFullyConnected": true, "stale": false,
        "checkedAt": "2026-06-20T10:01:00.000Z"
    });
    assert_eq!(status().await, (200, live));
    happens(&api, "num_web", "provider_silent").await;
    api.mock.advance(MINUTE).await;
    let stale = json!({
        "id": "num_web", "state": "OPEN", "isFullyConnected": true, "stale": true,
        "lastKnownAt": "2026-06-20T10:01:00.000Z"
    });
    assert_eq!(status().await, (200, stale.clone()));
    api.mock.advance(MINUTE).await;
    happens(&api, "num_web", "provider_silent").await;
    assert_eq!(status().await, (200, stale), "silence does not begin twice");
    happens(&api, "num_web", "disconnect").await;
    let (_, body) = status().await;
    let reported = (&json!("CLOSE"), &json!(true), &json!("2026-06-20T10:03:00.000Z"));
    assert_eq!((&body["state"], &body["stale"], &body["lastKnownAt"]), reported, "it said so by itself");
    for (event, expected) in [
        ("provider_timeout", "UPSTREAM_TIMEOUT"),
        ("provider_error", "UPSTREAM_ERROR"),
        ("provider_missing", "PROVIDER_NOT_CONFIGURED"),
    ] {
        happens(&api, "num_web", event).await;
        let (answer, body) = status().await;
        assert_eq!((answer, code(&body)), (503, expected));
    }
    happens(&api, "num_web", "provider_ok").await;
    assert_eq!(status().await.1["stale"], false);
}

// facts: NUM-STATUS-005
#[tokio::test]
async fn meta_numbers_are_not_probed() {
    let api = api("ps_demo_tenant").await;
    let expected = json!({ "id": "num_meta", "state": "OPEN", "isFullyConnected": true, "stale": false });
    assert_eq!(api.get("/numbers/num_meta/status").await, (200, expected));
    let body = json!({ "numberId": "num_meta", "event": "provider_timeout" });
    let (status, body) = api.simulate("number", body).await;
    assert_eq!((status, paths(&body)), (400, vec!["/event"]));
}

// facts: NUM-CHECK-013, NUM-PATCH-017
#[tokio::test]
async fn check_without_the_providers_key() {
    let mut api = api("ps_demo_web").await;
    happens(&api, "num_web", "provider_missing").await;
    let (status, body) = api.post("/numbers/check", json!({ "number": "+5511967435133" })).await;
    assert_eq!((status, code(&body)), (503, "EVOLUTION_API_KEY_MISSING"));
    api.use_key("ps_demo_tenant");
    let patch = json!({ "settings": { "alwaysOnline": true } });
    let (_, body) = api.patch("/numbers/num_web", patch.clone()).await;
    assert_eq!(body["settingsSync"], json!({ "applied": 0, "failed": 1, "skipped": 0 }));
    happens(&api, "num_web", "provider_ok").await;
    let (_, body) = api.patch("/numbers/num_web", patch).await;
    assert_eq!(body["settingsSync"], json!({ "applied": 1, "failed": 0, "skipped": 0 }));
}

// facts: NUM-DUAL-003, NUM-STATUS-002, NUM-LIST-004, NUM-CONNECT-010
#[tokio::test]
async fn two_links() {
    let api = api("ps_demo_tenant").await;
    let link = |event: &str| json!({ "numberId": "num_web", "event": event, "link": "secondary" });
    let (status, body) = api.simulate("number", link("connect")).await;
    assert_eq!((status, paths(&body)), (400, vec!["/link"]));
    let (status, body) = api.get("/numbers/num_web/connect?link=secondary").await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));
    assert_eq!(api.get("/numbers").await.1[2]["secondaryLink"], Value::Null);
    api.post("/numbers/num_web/upgrade-to-dual", json!({})).await;
    assert_eq!(api.get("/numbers/num_web/status?link=secondary").await.1["state"], "CONNECTING");
    assert_eq!(api.get("/numbers/num_web").await.1["isFullyConnected"], false);
    let (_, body) = api.simulate("number", link("connect")).await;
    assert_eq!((&body["state"], &body["isFullyConnected"]), (&json!("OPEN"), &json!(true)));
    assert_eq!(
        api.get("/numbers").await.1[2]["secondaryLink"],
        json!({ "state": "OPEN", "connectedAt": NOW })
    );
    let (status, body) = api.get("/numbers/num_web/connect?link=secondary").await;
    assert_eq!((status, code(&body)), (409, "ALREADY_CONNECTED"));
    let (_, body) = api.simulate("number", link("disconnect")).await;
    assert_eq!((&body["state"], &body["isFullyConnected"]), (&json!("OPEN"), &json!(false)));
}

#[tokio::test]
async fn events_that_are_none() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for (body, status, expected) in [
        (json!({ "numberId": "num_nobody", "event": "connect" }), 404, "NUMBER_NOT_FOUND"),
        (json!({ "numberId": "num_web", "event": "explode" }), 400, "VALIDATION_ERROR"),
        (json!({}), 400, "VALIDATION_ERROR"),
    ] {
        let (answer, body) = api.simulate("number", body).await;
        assert_eq!((answer, code(&body)), (status, expected));
    }
    assert_eq!(api.mock.digest(), before);
}

/// A remote pairing link, and its number.
async fn link(api: &Api, body: Value) -> (Value, String, String) {
    let (status, body) = api.post("/numbers/remote-pairing", body).await;
    assert_eq!(status, 201, "{body}");
    let path = format!("/remote-pairing/{}", body["remotePairingToken"].as_str().unwrap());
    let number = body["numberId"].as_str().unwrap().to_owned();
    (body, path, number)
}

// facts: NUM-TOKEN-004, NUM-TOKEN-010, NUM-TOKEN-011, NUM-PAIR-016
#[tokio::test]
async fn a_link_works_once() {
    let api = api("ps_demo_tenant").await;
    let (_, path, number) = link(&api, json!({ "name": "Cliente", "number": "5511911112222" })).await;
    api.post(&format!("{path}/connect"), json!({})).await;
    happens(&api, &number, "connect").await;
    assert_eq!(code(&api.get(&path).await.1), "NOT_FOUND");
    // Whoever polls learns that it is connected.
    let (status, body) = api.get(&format!("{path}/status")).await;
    assert_eq!((status, &body["state"], &body["isFullyConnected"]), (200, &json!("OPEN"), &json!(true)));
    let (status, body) = api.post(&format!("{path}/connect"), json!({})).await;
    assert_eq!((status, code(&body)), (409, "ALREADY_CONNECTED"));
    // It does not connect the number a second time.
    happens(&api, &number, "disconnect").await;
    assert_eq!(api.post(&format!("{path}/connect"), json!({})).await.0, 404);
    api.mock.advance(SignedDuration::from_hours(24)).await;
    assert_eq!(api.get(&format!("{path}/status")).await.0, 404);
}

// facts: NUM-PAIR-017
#[tokio::test]
async fn a_link_is_sent_with_its_template() {
    let mut api = api("ps_demo_web").await;
    let template = json!({
        "name": "pilot_status_remote_pairing", "category": "OTP",
        "body": "Conecte seu WhatsApp em {{link}} hoje.", "examples": { "link": "https://x" }
    });
    assert_eq!(api.post("/templates", template).await.0, 201);
    api.use_key("ps_demo_tenant");
    let ask = json!({ "name": "Cliente", "number": "5511911112222", "sendViaWhatsApp": true });
    let (body, ..) = link(&api, ask).await;
    assert_eq!((&body["messageSent"], body.get("messageError")), (&json!(true), None));
    api.use_key("ps_demo_web");
    let (_, history) = api.get("/messages/history").await;
    let text = history["messages"][0]["text"].as_str().unwrap();
    assert_eq!(text, format!("Conecte seu WhatsApp em {} hoje.", body["remotePairingUrl"].as_str().unwrap()));
    assert_eq!(history["messages"][0]["participantPhone"], "+5511911112222");
}

#[tokio::test]
async fn the_control_document_names_every_event() {
    let api = anonymous().await;
    let document = reqwest::get(format!("{}/_mock/openapi.json", api.mock.url())).await.unwrap();
    let document: Value = serde_json::from_slice(&document.bytes().await.unwrap()).unwrap();
    let body = "/paths/~1_mock~1simulate~1number/post/requestBody/content/application~1json/schema";
    let events = document.pointer(&format!("{body}/properties/event/enum")).unwrap().as_array().unwrap();
    let events: Vec<_> = events.iter().map(|event| event.as_str().unwrap()).collect();
    let (_, body) = api.simulate("number", json!({ "numberId": "num_web", "event": "none" })).await;
    assert_eq!(body["details"]["issues"][0]["message"], format!("must be one of {}", events.join(", ")));
}
