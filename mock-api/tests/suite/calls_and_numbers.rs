//! What calls need of their number, and what becomes of them with it.

use crate::common::receiver::Receiver;
use crate::common::{Api, api, api_in, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const BIA: &str = "+5511977776666";
const SDP: &str = "v=0\r\na=setup:active\r\n";
const SECOND: SignedDuration = SignedDuration::from_secs(1);

async fn web_calling(key: &str) -> Api {
    let demo = include_str!("../../../fixtures/worlds/demo.yaml");
    api_in(&demo.replace("version: 1", "version: 1\nsettings: { webCalling: true }"), key).await
}

async fn dial(api: &Api) -> (u16, Value) {
    api.post("/calls", json!({ "to": ANA, "sdp": SDP })).await
}

async fn inbound(api: &Api, number: &str) -> (u16, Value) {
    api.simulate("call", json!({ "numberId": number, "from": ANA })).await
}

async fn number_event(api: &Api, number: &str, event: &str) {
    assert_eq!(api.simulate("number", json!({ "numberId": number, "event": event })).await.0, 200);
}

// facts: NUM-DELETE-010
#[tokio::test]
async fn calls_end_with_their_number() {
    let mut api = api("ps_demo_meta").await;
    let (_, answered) = dial(&api).await;
    api.mock.advance(SECOND * 6).await;
    let (_, ringing) = dial(&api).await;
    api.mock.advance(SECOND).await;
    let before = ["INITIATED", "RINGING", "ACCEPTED"];
    api.use_key("ps_demo_tenant");
    api.delete("/numbers/num_meta").await;
    api.post("/numbers/num_meta/restore", json!({})).await;
    api.mock.advance(SECOND * 120).await;
    api.use_key("ps_demo_meta");
    let (_, list) = api.get("/calls").await;
    let calls = list["calls"].as_array().unwrap();
    assert!(calls.iter().all(|call| !before.contains(&call["status"].as_str().unwrap())), "{list}");
    let status = |id: &Value| calls.iter().find(|call| call["id"] == *id).unwrap()["status"].clone();
    assert_eq!(
        [status(&answered["id"]), status(&ringing["id"]), status(&json!("call_ana_in"))],
        ["COMPLETED", "FAILED", "MISSED"]
    );
}

// facts: NUM-DELETE-010
#[tokio::test]
async fn a_purge_ends_calls_too() {
    let mut api = web_calling("ps_demo_web").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    inbound(&api, "num_web").await;
    api.use_key("ps_demo_tenant");
    assert_eq!(api.delete("/numbers/num_web/purge").await.0, 200);
    api.settle().await;
    let mut events = receiver.take_events();
    events.sort_unstable();
    assert_eq!(events, ["call.missed", "call.ringing", "number.removed"]);
}

#[tokio::test]
async fn nothing_happens_to_a_call_of_a_deleted_number() {
    let mut api = api("ps_demo_meta").await;
    let (_, call) = dial(&api).await;
    api.use_key("ps_demo_tenant");
    api.delete("/numbers/num_meta").await;
    let before = api.mock.digest();
    for event in ["answer", "hangup", "miss"] {
        let body = json!({ "callId": call["id"], "event": event });
        let (status, body) = api.simulate("call-event", body).await;
        assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: CALL-START-014
#[tokio::test]
async fn calling_must_be_enabled() {
    let api = api("ps_demo_meta").await;
    for (status, expected) in [("DISABLED", (400, "META_CALLING_NOT_ELIGIBLE")), ("ENABLED", (200, ""))] {
        assert_eq!(api.put("/calls/settings", json!({ "status": status })).await.0, 200);
        for (answer, body) in [dial(&api).await, inbound(&api, "num_meta").await] {
            assert_eq!((answer, code(&body)), expected);
        }
    }
}

// facts: CALL-START-015, CALL-ALL-006
#[tokio::test]
async fn the_number_must_be_connected() {
    let mut api = web_calling("ps_demo_meta").await;
    number_event(&api, "num_meta", "disconnect").await;
    let before = api.mock.digest();
    let refused = [dial(&api).await, inbound(&api, "num_meta").await, inbound(&api, "num_web_closed").await];
    for (status, body) in refused {
        assert_eq!((status, code(&body)), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED"));
    }
    assert_eq!(api.mock.digest(), before);
    number_event(&api, "num_meta", "connect").await;
    assert_eq!(dial(&api).await.0, 200);
    api.use_key("ps_demo_tenant");
    api.get("/numbers/num_web_closed/connect").await;
    assert_eq!(inbound(&api, "num_web_closed").await.0, 409);
}

// facts: CALL-IN-005
#[tokio::test]
async fn a_number_may_reject_calls() {
    let mut api = web_calling("ps_demo_web").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    api.use_key("ps_demo_tenant");
    api.patch("/numbers/num_web", json!({ "settings": { "rejectCall": true } })).await;
    api.patch("/numbers/num_meta", json!({ "settings": { "rejectCall": true } })).await;
    assert_eq!(inbound(&api, "num_web").await.1["status"], "REJECTED");
    api.settle().await;
    assert_eq!(receiver.take_events(), ["call.ringing", "call.ended"]);
    // On Meta it is stored and never applied.
    assert_eq!(inbound(&api, "num_meta").await.1["status"], "RINGING");
}

// facts: CALL-ASK-009
#[tokio::test]
async fn who_has_spoken_does_not_answer_besides() {
    let api = api("ps_demo_meta").await;
    api.simulate("message", json!({ "numberId": "num_meta", "from": BIA, "text": "Oi" })).await;
    assert_eq!(api.post("/calls/permissions/request", json!({ "to": BIA })).await.0, 200);
    let denied = json!({ "numberId": "num_meta", "from": BIA, "status": "no_permission" });
    assert_eq!(api.simulate("call-permission", denied).await.0, 200);
    api.mock.advance(SECOND * 5).await;
    let (_, body) = api.get("/calls/permissions?to=5511977776666").await;
    assert_eq!(body["permission"]["status"], "no_permission");
}

// facts: CALL-ASK-006
#[tokio::test]
async fn the_wait_is_rounded_up() {
    let api = api("ps_demo_meta").await;
    let ask = || api.post("/calls/permissions/request", json!({ "to": ANA }));
    assert_eq!(ask().await.0, 200);
    for (passed, expected) in [(1, 86_400), (999, 86_399)] {
        api.mock.advance(SignedDuration::from_millis(passed)).await;
        assert_eq!(ask().await.1["retryAfterSeconds"], expected);
    }
}

#[tokio::test]
async fn refusals_say_what_is_wrong_and_say_it_once() {
    let api = web_calling("ps_demo_meta").await;
    let (_, body) = api.put("/calls/settings", json!({ "call_hours": 1 })).await;
    assert_eq!(paths(&body), ["/call_hours"]);
    let (status, body) = api.get("/calls/call_nobody?includeSdp=2").await;
    assert_eq!((status, paths(&body)), (400, vec!["/includeSdp"]));
    let (_, body) = api.post("/calls/call_ana_in/play", json!({})).await;
    assert_eq!(
        (code(&body), &body["error"]),
        ("FEATURE_NOT_SUPPORTED", &json!("Only supported on Pilot Status (web) numbers"))
    );
    let (_, body) = api.with_key("ps_demo_web", "/calls/settings").await;
    assert_eq!(
        (code(&body), &body["error"]),
        ("FEATURE_NOT_SUPPORTED", &json!("Only supported on Meta Cloud API numbers"))
    );
}
