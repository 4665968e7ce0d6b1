//! Facts of the ledger about what goes wrong elsewhere, and what only the control API shows.

use crate::common::receiver::{Answer, Receiver};
use crate::common::{Api, NOW, api, code};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const ANA: &str = "+5511988887777";

async fn control(api: &Api, method: reqwest::Method, path: &str, body: Value) -> Value {
    let request = crate::common::client().request(method, format!("{}/_mock{path}", api.mock.url()));
    let (status, answer) = api.send(request.json(&body)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn simulate(api: &Api, kind: &str, body: Value) -> Value {
    let (status, answer) = api.simulate(kind, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

// facts: NUM-STATUS-003, NUM-STATUS-004, NUM-STATUS-007, NUM-STATUS-008, NUM-STATUS-009, NUM-STATUS-011, NUM-CHECK-013
#[tokio::test]
async fn providers_that_do_not_answer() {
    let mut api = api("ps_demo_tenant").await;
    let becomes = async |api: &Api, event: &str| {
        simulate(api, "number", json!({ "numberId": "num_web", "event": event })).await;
    };
    becomes(&api, "provider_silent").await;
    api.mock.advance(DAY).await;
    let (_, body) = api.get("/numbers/num_web/status").await;
    assert_eq!((&body["stale"], &body["state"], body.get("checkedAt")), (&json!(true), &json!("OPEN"), None));
    assert_eq!(body["lastKnownAt"], NOW);
    for (event, expected) in [
        ("provider_missing", "PROVIDER_NOT_CONFIGURED"),
        ("provider_timeout", "UPSTREAM_TIMEOUT"),
        ("provider_error", "UPSTREAM_ERROR"),
    ] {
        becomes(&api, event).await;
        let (status, body) = api.get("/numbers/num_web/status").await;
        assert_eq!((status, code(&body)), (503, expected));
    }
    becomes(&api, "provider_ok").await;
    let (_, body) = api.get("/numbers/num_web/status").await;
    assert_eq!((&body["stale"], body.get("lastKnownAt")), (&json!(false), None));
    becomes(&api, "provider_missing").await;
    api.use_key("ps_demo_web");
    let (status, body) = api.post("/numbers/check", json!({ "number": "5511988887777" })).await;
    assert_eq!((status, code(&body)), (503, "EVOLUTION_API_KEY_MISSING"));
}

// facts: NUM-EVENT-004
#[tokio::test]
async fn short_drops_are_not_reported() {
    let receiver = Receiver::start().await;
    let api = api("ps_demo_web").await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["number.disconnected"] })).await;
    let number =
        async |event: &str| simulate(&api, "number", json!({ "numberId": "num_web", "event": event })).await;
    number("disconnect").await;
    number("connect").await;
    api.mock.advance(DAY).await;
    assert!(receiver.take().is_empty());
    number("disconnect").await;
    api.settle().await;
    assert!(receiver.take().is_empty(), "not confirmed yet");
    api.mock.advance(DAY).await;
    assert_eq!(receiver.take_events(), ["number.disconnected"]);
}

// facts: NUM-PAIR-017
#[tokio::test]
async fn a_link_is_sent_by_whatsapp() {
    let mut api = api("ps_demo_web").await;
    let template = json!({ "name": "pilot_status_remote_pairing", "category": "OTP", "body": "Abra {{link}} agora.", "examples": { "link": "https://a.b" } });
    assert_eq!(api.post("/templates", template).await.0, 201);
    api.use_key("ps_demo_tenant");
    let ask = json!({ "name": "x", "number": "5511911110001", "sendViaWhatsApp": true });
    let (_, link) = api.post("/numbers/remote-pairing", ask).await;
    assert_eq!((&link["messageSent"], link.get("messageError")), (&json!(true), None));
    api.use_key("ps_demo_web");
    let (_, history) = api.get("/messages/history").await;
    let row = &history["messages"][0];
    assert_eq!(row["participantPhone"], "+5511911110001");
    assert!(row["text"].as_str().unwrap().contains(link["remotePairingUrl"].as_str().unwrap()), "{row}");
}

// facts: COM-ERR-009, COM-ERR-010
#[tokio::test]
async fn ignored_fields_stand_in_the_journal() {
    let api = api("ps_demo_meta").await;
    let body = json!({ "destinationNumber": ANA, "text": "a", "tpyo": 1 });
    assert_eq!(api.post("/messages/send", body).await.0, 202);
    let journal = control(&api, reqwest::Method::GET, "/requests", json!({})).await;
    assert_eq!(journal["requests"][0]["ignoredFields"], json!(["/tpyo"]));
}

// facts: COM-ERR-012
#[tokio::test]
async fn a_rate_limit_on_demand() {
    let api = api("ps_demo_meta").await;
    let fault = json!({ "rateLimit": { "retryAfterSeconds": 7 } });
    control(&api, reqwest::Method::PUT, "/faults/limit", fault).await;
    let response = api.request(reqwest::Method::GET, "/conversations").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    let body: Value = response.json().await.unwrap();
    assert_eq!((code(&body), &body["retryAfterSeconds"]), ("RATE_LIMITED", &json!(7)));
    assert!(body["error"].is_string());
}

// facts: WHK-SEND-012
#[tokio::test]
async fn the_control_api_shows_secrets() {
    let api = api("ps_demo_meta").await;
    let webhook = control(&api, reqwest::Method::GET, "/webhooks/wh_demo", json!({})).await;
    assert_eq!(webhook["secret"], "whsec_demo");
    assert!(api.get("/webhooks/wh_demo").await.1.get("secret").is_none());
}

/// On a clock that stands, and jumps to the end of the wait when nothing else is to be done.
// facts: WHK-SEND-009
#[tokio::test(start_paused = true)]
async fn deliveries_have_ten_seconds() {
    let receiver = Receiver::start().await;
    let api = api("ps_demo_web").await;
    let body = json!({ "url": receiver.url("/"), "events": ["message.received"] });
    let (_, webhook) = api.post("/webhooks", body).await;
    let logs = format!("/webhooks/{}/logs", webhook["id"].as_str().unwrap());
    receiver.answer([Answer::Silence]);
    let begin = Instant::now();
    simulate(&api, "message", json!({ "numberId": "num_web", "from": ANA, "text": "Oi" })).await;
    api.settle().await;
    assert_eq!(begin.elapsed().as_secs(), 10);
    assert_eq!(receiver.take_events(), ["message.received"], "it had the request all the while");
    let attempt = api.get(&logs).await.1[0].clone();
    assert_eq!(
        (&attempt["status"], &attempt["statusCode"], &attempt["response"]),
        (&json!("FAILED"), &Value::Null, &json!("no answer in time"))
    );
    api.mock.advance(SignedDuration::from_secs(1)).await;
    let (_, log) = api.get(&logs).await;
    assert_eq!((log.as_array().unwrap().len(), &log[0]["status"]), (2, &json!("SUCCESS")), "tried again");
}

/// On the mock's clock, without waiting for anybody.
// facts: WHK-SEND-009
#[tokio::test]
async fn a_receiver_that_is_too_slow_is_left_behind() {
    let receiver = Receiver::start().await;
    let api = api("ps_demo_web").await;
    let body = json!({ "url": receiver.url("/"), "events": ["message.received"] });
    let (_, webhook) = api.post("/webhooks", body).await;
    let logs = format!("/webhooks/{}/logs", webhook["id"].as_str().unwrap());
    let hurry = async |by: &str| {
        control(&api, Method::POST, "/clock/advance", json!({ "by": by, "wait": false })).await;
        api.get(&logs).await.1.as_array().unwrap().clone()
    };
    receiver.answer([Answer::Silence, Answer::Silence]);
    simulate(&api, "message", json!({ "numberId": "num_web", "from": ANA, "text": "Oi" })).await;
    assert!(hurry("PT9.999S").await.is_empty(), "its time is not over");
    let log = hurry("PT0.001S").await;
    assert_eq!((&log[0]["status"], &log[0]["response"]), (&json!("FAILED"), &json!("no answer in time")));
    // The next attempt begins after a second, and has its time as well.
    assert_eq!(hurry("PT10.999S").await.len(), 1);
    assert_eq!(hurry("PT0.001S").await.len(), 2);
    api.mock.advance(SignedDuration::from_secs(5)).await;
    let (_, log) = api.get(&logs).await;
    assert_eq!((log.as_array().unwrap().len(), &log[0]["status"]), (3, &json!("SUCCESS")), "tried again");
}

/// What was given up before the clock went back is over; what is tried after it has its time.
#[tokio::test]
async fn going_back_gives_up_nothing() {
    let receiver = Receiver::start().await;
    let api = api("ps_demo_web").await;
    let body = json!({ "url": receiver.url("/"), "events": ["message.received"] });
    api.post("/webhooks", body).await;
    control(&api, Method::PUT, "/snapshots/before", json!({})).await;
    control(&api, Method::POST, "/clock/advance", json!({ "by": "PT1H", "wait": false })).await;
    control(&api, Method::POST, "/snapshots/before/restore", json!({})).await;
    simulate(&api, "message", json!({ "numberId": "num_web", "from": ANA, "text": "Oi" })).await;
    api.settle().await;
    let (_, webhooks) = api.get("/webhooks").await;
    let logs =
        format!("/webhooks/{}/logs", webhooks.as_array().unwrap().last().unwrap()["id"].as_str().unwrap());
    assert_eq!(api.get(&logs).await.1[0]["status"], "SUCCESS");
}

// facts: MSG-CODE-010
#[tokio::test]
async fn an_instance_that_does_not_exist_any_more() {
    let mut api = api("ps_demo_web").await;
    let send = async |api: &Api| {
        let (_, sent) = api.post("/messages/send", json!({ "destinationNumber": ANA, "text": "Oi" })).await;
        sent["id"].as_str().unwrap().to_owned()
    };
    let becomes = async |api: &Api, id: &str, event: &str| {
        simulate(api, "number", json!({ "numberId": id, "event": event })).await;
    };
    let minute = SignedDuration::from_mins(1);
    let code_of =
        async |api: &Api, id: &str| api.get(&format!("/messages/{id}")).await.1["errorCode"].clone();
    becomes(&api, "num_web", "provider_lost_instance").await;
    let id = send(&api).await;
    assert_eq!(code_of(&api, &id).await, Value::Null, "it was accepted");
    api.mock.advance(minute).await;
    assert_eq!(code_of(&api, &id).await, "LINKED_WHATSAPP_INSTANCE_NOT_FOUND");
    becomes(&api, "num_web", "provider_ok").await;
    let id = send(&api).await;
    api.mock.advance(minute).await;
    assert_eq!(code_of(&api, &id).await, Value::Null, "it is there again");

    api.use_key("ps_demo_web_closed");
    let id = send(&api).await;
    api.mock.advance(minute).await;
    assert_eq!(code_of(&api, &id).await, Value::Null, "it waits for a connection");
    becomes(&api, "num_web_closed", "provider_lost_instance").await;
    api.mock.advance(minute).await;
    assert_eq!(code_of(&api, &id).await, "LINKED_WHATSAPP_INSTANCE_NOT_FOUND", "and there will be none");
}

// facts: MSG-CANCEL-011, MSG-CANCEL-012, WHK-MSG-013
#[tokio::test]
async fn what_webhooks_are_not_told() {
    let receiver = Receiver::start().await;
    let api = api("ps_demo_web").await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    let later = json!({ "destinationNumber": ANA, "text": "a", "deliverAt": "2026-06-20T12:00:00Z" });
    let (_, sent) = api.post("/messages/send", later).await;
    api.delete_with("/messages/cancel", json!({ "messageIds": [sent["id"]] })).await;
    api.mock.advance(DAY).await;
    assert!(receiver.take().is_empty(), "cancelled");
    api.post("/messages/send", json!({ "destinationNumber": "+15550100101", "text": "a" })).await;
    api.mock.advance(DAY).await;
    assert_eq!(receiver.take_events(), ["message.sent", "message.delivered"], "never read");
}

// facts: MSG-UNREAD-005, MSG-UNREAD-009
#[tokio::test]
async fn media_on_meta_has_id_and_url() {
    let api = api("ps_demo_meta").await;
    let link = "https://example.com/a.png";
    simulate(&api, "message", json!({ "numberId": "num_meta", "from": ANA, "media": link })).await;
    let (_, unread) = api.get("/messages/unread").await;
    let media = &unread["messages"][0]["media"];
    assert!(media["id"].is_string(), "{media}");
    assert_eq!(media["url"], link);
}
