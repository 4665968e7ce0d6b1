//! Delivery of webhooks: what is sent, what counts as success, when it is tried again, what is never called.

use std::time::Duration;

use crate::common::receiver::{Answer, Receiver};
use crate::common::{Api, NOW, api, start};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use mock_api::MockApi;
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &[u8] = b"whsec_demo";

/// The demo world's webhook, turned on and pointed at the receiver.
async fn listening(receiver: &Receiver) -> Api {
    let api = api("ps_demo_tenant").await;
    point(&api, &receiver.url("/hook")).await;
    api
}

async fn point(api: &Api, url: &str) {
    let (status, body) = api.patch("/webhooks/wh_demo", json!({ "url": url, "active": true })).await;
    assert_eq!(status, 200, "{body}");
}

/// Makes `number.connected` happen.
async fn reconnect(api: &Api) {
    for event in ["disconnect", "connect"] {
        let (status, body) = api.simulate("number", json!({ "numberId": "num_meta", "event": event })).await;
        assert_eq!(status, 200, "{body}");
    }
}

/// Makes `call.ringing` happen, which is about something else.
async fn ring(api: &Api) -> String {
    let (_, body) = api.simulate("call", json!({ "numberId": "num_meta", "from": "+5511988887777" })).await;
    body["id"].as_str().unwrap().to_owned()
}

async fn log(api: &Api) -> Vec<Value> {
    let (status, body) = api.get("/webhooks/wh_demo/logs").await;
    assert_eq!(status, 200);
    body.as_array().unwrap().clone()
}

async fn pass(api: &Api, milliseconds: i64) {
    api.mock.advance(SignedDuration::from_millis(milliseconds)).await;
}

// facts: WHK-SEND-001, WHK-SEND-002, WHK-SEND-003, WHK-SEND-004, WHK-ENV-001, WHK-ENV-003, WHK-ENV-004
// facts: WHK-ENV-011, NUM-EVENT-001, NUM-EVENT-002, NUM-EVENT-003
#[tokio::test]
async fn is_signed_json() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    reconnect(&api).await;
    api.settle().await;
    let received = receiver.take();
    assert_eq!(received.len(), 1);
    let received = &received[0];
    assert_eq!(received.path, "/hook");
    assert_eq!(received.headers["content-type"], "application/json");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(&received.raw);
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(received.headers["x-pilot-status-signature"], expected.as_str());
    assert_eq!(
        received.body,
        json!({
            "event": "number.connected",
            "data": { "numberId": "num_meta", "phone": "+5511900000001", "displayName": "Suporte", "createdAt": NOW }
        })
    );
}

// facts: WHK-SEND-005, WHK-OBJ-007
#[tokio::test]
async fn any_2xx_is_success_and_is_logged() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.answer([Answer::Body(299, "thanks".to_owned())]);
    reconnect(&api).await;
    api.settle().await;
    let log = log(&api).await;
    assert_eq!(log.len(), 1);
    assert_eq!(
        (&log[0]["event"], &log[0]["status"], &log[0]["statusCode"], &log[0]["createdAt"]),
        (&json!("number.connected"), &json!("SUCCESS"), &json!(299), &json!(NOW))
    );
    assert!(log[0]["response"].to_string().contains("thanks"));
    assert_eq!(api.get("/webhooks/wh_demo").await.1["lastTriggered"], NOW);
    pass(&api, 3_600_000).await;
    assert_eq!(receiver.take().len(), 1);
}

// facts: WHK-SEND-006, WHK-SEND-007, WHK-SEND-008, WHK-SEND-016, WHK-LOG-006
#[tokio::test]
async fn is_retried_five_times_each_attempt_logged() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(10);
    reconnect(&api).await;
    api.settle().await;
    let mut attempts = 1;
    for wait in [1_000, 5_000, 30_000, 120_000, 600_000] {
        assert_eq!(log(&api).await.len(), attempts);
        pass(&api, wait - 1).await;
        assert_eq!(log(&api).await.len(), attempts, "before {wait} ms");
        pass(&api, 1).await;
        attempts += 1;
        assert_eq!(log(&api).await.len(), attempts, "after {wait} ms");
    }
    pass(&api, 86_400_000).await;
    let received = receiver.take();
    assert_eq!(received.len(), 6);
    assert!(received.iter().all(|it| it.raw == received[0].raw), "the same bytes each time");
    let log = log(&api).await;
    assert_eq!(log.len(), 6);
    for entry in &log {
        assert_eq!((&entry["status"], &entry["statusCode"]), (&json!("FAILED"), &json!(500)));
    }
    // Newest first: 1 s + 5 s + 30 s + 2 min + 10 min.
    assert_eq!(log[0]["createdAt"], "2026-06-20T10:12:36.000Z");
    assert_eq!(log[4]["createdAt"], "2026-06-20T10:00:01.000Z");
}

// facts: WHK-LOG-005
#[tokio::test]
async fn a_retry_that_succeeds_is_the_last() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(2);
    reconnect(&api).await;
    pass(&api, 3_600_000).await;
    assert_eq!(receiver.take().len(), 3);
    let statuses: Vec<_> = log(&api).await.iter().map(|entry| entry["status"].clone()).collect();
    assert_eq!(statuses, ["SUCCESS", "FAILED", "FAILED"]);
}

// facts: WHK-SEND-010
#[tokio::test]
async fn events_about_one_thing_keep_their_order() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(1);
    reconnect(&api).await;
    api.settle().await;
    let id = ring(&api).await;
    // About the number again: it waits for the first one.
    api.delete("/numbers/num_meta").await;
    api.settle().await;
    // About a call: it does not, nor does it wait for another call.
    let received = receiver.take();
    let about = |call: &str| -> Vec<_> {
        let bodies = received.iter().map(|it| &it.body).filter(|body| body["callId"] == call);
        bodies.map(|body| body["event"].clone()).collect()
    };
    assert_eq!(received[0].body["event"], "number.connected");
    assert_eq!(about(&id), ["call.ringing", "call.missed"]);
    assert_eq!(about("call_ana_in"), ["call.missed"]);
    pass(&api, 1_000).await;
    assert_eq!(receiver.take_events(), ["number.connected", "number.removed"]);
}

#[tokio::test]
async fn one_that_is_given_up_lets_the_next_follow() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(6);
    reconnect(&api).await;
    reconnect(&api).await;
    pass(&api, 756_000).await;
    let received = receiver.take_events();
    assert_eq!(received.len(), 7);
    assert_eq!(log(&api).await[0]["status"], "SUCCESS");
}

// facts: WHK-SEND-011, WHK-UPDATE-003, WHK-UPDATE-004
#[tokio::test]
async fn pausing_holds_back_what_waits_and_drops_what_happens() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(1);
    reconnect(&api).await;
    api.settle().await;
    assert_eq!(receiver.take().len(), 1);
    api.patch("/webhooks/wh_demo", json!({ "active": false })).await;
    ring(&api).await;
    pass(&api, 60_000).await;
    assert_eq!(receiver.take().len(), 0);
    api.patch("/webhooks/wh_demo", json!({ "active": true })).await;
    api.settle().await;
    assert_eq!(receiver.take_events(), ["number.connected"]);
}

// facts: WHK-EVENTS-001
#[tokio::test]
async fn only_what_is_subscribed() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    api.patch("/webhooks/wh_demo", json!({ "events": ["call.ringing"] })).await;
    reconnect(&api).await;
    ring(&api).await;
    api.settle().await;
    assert_eq!(receiver.take_events(), ["call.ringing"]);
    api.patch("/webhooks/wh_demo", json!({ "events": [] })).await;
    ring(&api).await;
    api.settle().await;
    assert_eq!(receiver.take().len(), 0);
}

// facts: WHK-DELETE-002
#[tokio::test]
async fn deleting_a_webhook_ends_its_deliveries() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.fail(1);
    reconnect(&api).await;
    api.settle().await;
    api.delete("/webhooks/wh_demo").await;
    pass(&api, 3_600_000).await;
    assert_eq!(receiver.take().len(), 1);
}

// facts: WHK-SEND-015
#[tokio::test]
async fn redirects_are_not_followed() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.answer([Answer::Redirect(receiver.url("/elsewhere"))]);
    reconnect(&api).await;
    api.settle().await;
    let paths: Vec<_> = receiver.take().into_iter().map(|received| received.path).collect();
    assert_eq!(paths, ["/hook"]);
    let log = log(&api).await;
    assert_eq!((&log[0]["status"], &log[0]["statusCode"]), (&json!("FAILED"), &json!(307)));
}

#[tokio::test]
async fn answers_are_read_up_to_64_kib() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    receiver.answer([Answer::Body(200, "x".repeat(100 * 1024))]);
    reconnect(&api).await;
    api.settle().await;
    let log = log(&api).await;
    assert_eq!(log[0]["status"], "SUCCESS");
    assert_eq!(log[0]["response"].as_str().unwrap().len(), 64 * 1024);
}

#[tokio::test]
async fn nothing_but_loopback_is_called() {
    let api = api("ps_demo_tenant").await;
    for url in ["https://hooks.acme.com/whatsapp", "http://10.0.0.1/hook"] {
        point(&api, url).await;
        reconnect(&api).await;
        api.settle().await;
        let log = log(&api).await;
        assert_eq!((&log[0]["status"], &log[0]["statusCode"]), (&json!("FAILED"), &Value::Null));
        assert!(log[0]["response"].to_string().contains("loopback"), "{url}");
        pass(&api, 3_600_000).await;
    }
}

// facts: WHK-LOG-007
#[tokio::test]
async fn a_receiver_that_is_not_there() {
    let api = api("ps_demo_tenant").await;
    api.patch("/webhooks/wh_demo", json!({ "active": true })).await;
    reconnect(&api).await;
    api.settle().await;
    let log = log(&api).await;
    assert_eq!((&log[0]["status"], &log[0]["statusCode"]), (&json!("FAILED"), &Value::Null));
}

#[tokio::test]
async fn the_status_counts_even_when_the_body_breaks_off() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 16 * 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
    });
    let api = api("ps_demo_tenant").await;
    point(&api, &url).await;
    reconnect(&api).await;
    api.settle().await;
    let log = log(&api).await;
    assert_eq!((&log[0]["status"], &log[0]["statusCode"]), (&json!("SUCCESS"), &json!(200)));
}

#[tokio::test]
async fn a_receiver_that_takes_too_long() {
    let receiver = Receiver::start().await;
    let builder = MockApi::builder().webhook_timeout(Duration::from_millis(50));
    let api = start(builder, "ps_demo_tenant").await;
    point(&api, &receiver.url("/hook")).await;
    receiver.answer([Answer::Silence]);
    reconnect(&api).await;
    api.settle().await;
    let log = log(&api).await;
    assert_eq!((&log[0]["status"], &log[0]["statusCode"]), (&json!("FAILED"), &Value::Null));
    assert_eq!(log[0]["response"], "no answer in time");
    pass(&api, 1_000).await;
    assert_eq!(receiver.take().len(), 2);
}
