//! Calls on the clock and with their other side, their events, and permissions that end.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, api_in, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const BIA: &str = "+5511977776666";
const OWN: &str = "+5511900000001";
const SDP: &str = "v=0\r\na=setup:active\r\n";
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The demo world's webhook, turned on and pointed at a receiver.
async fn listening(api: &Api) -> Receiver {
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url("/"), "active": true });
    assert_eq!(api.patch("/webhooks/wh_demo", body).await.0, 200);
    receiver
}

async fn dial(api: &Api, to: &str) -> Value {
    let (status, body) =
        api.post("/calls", json!({ "to": to, "sdp": SDP, "bizOpaqueCallbackData": "order-42" })).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn inbound(api: &Api, from: &str) -> Value {
    let (status, body) = api.simulate("call", json!({ "numberId": "num_meta", "from": from })).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn event(api: &Api, call: &Value, event: &str) -> (u16, Value) {
    api.simulate("call-event", json!({ "callId": call["id"], "event": event })).await
}

async fn status(api: &Api, call: &Value) -> String {
    let (_, body) = api.get(&format!("/calls/{}", call["id"].as_str().unwrap())).await;
    body["status"].as_str().unwrap().to_owned()
}

/// The `call.*` events among what has come.
fn flat(receiver: &Receiver) -> Vec<Value> {
    receiver.take().into_iter().map(|it| it.body).filter(|body| body["event"] != "calls").collect()
}

// facts: CALL-START-011, CALL-START-012, WHK-CALL-001, WHK-CALL-002, WHK-CALL-003, WHK-CALL-004
// facts: WHK-CALL-005, CALL-END-002, CALL-ALL-012
#[tokio::test]
async fn an_outbound_call_rings_is_answered_and_ends() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    let call = dial(&api, ANA).await;
    api.mock.advance(SECOND - SignedDuration::from_millis(1)).await;
    assert_eq!(status(&api, &call).await, "INITIATED");
    api.mock.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(status(&api, &call).await, "RINGING");
    api.mock.advance(SECOND * 5).await;
    assert_eq!(status(&api, &call).await, "ACCEPTED");
    let path = format!("/calls/{}", call["id"].as_str().unwrap());
    assert!(api.get(&format!("{path}?includeSdp=1")).await.1["sdpAnswer"].is_string());
    api.mock.advance(SECOND * 42).await;
    assert_eq!(api.post(&format!("{path}/terminate"), json!({})).await.1["status"], "COMPLETED");
    api.settle().await;
    let expected = |event: &str, status: &str, at: &str| {
        json!({
            "event": event, "callId": call["id"], "externalCallId": call["externalCallId"],
            "direction": "OUTBOUND", "status": status, "from": OWN, "to": ANA, "timestamp": at
        })
    };
    let mut ended = expected("call.ended", "COMPLETED", "2026-06-20T10:00:48.000Z");
    ended["duration"] = json!(42);
    assert_eq!(
        flat(&receiver),
        [
            expected("call.ringing", "RINGING", "2026-06-20T10:00:01.000Z"),
            expected("call.connected", "ACCEPTED", "2026-06-20T10:00:06.000Z"),
            ended,
        ]
    );
    let (_, body) = api.get(&path).await;
    assert_eq!((&body["durationSeconds"], &body["errorCode"]), (&json!(42), &Value::Null));
}

// facts: CALL-START-013, WHK-CALL-002, WHK-CALL-005
#[tokio::test]
async fn magic_destinations_take_calls_as_they_say() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    for (to, after, expected, events) in [
        ("+15550100202", 61, "FAILED", vec!["call.ringing", "call.ended"]),
        ("+15550100203", 6, "REJECTED", vec!["call.ringing", "call.ended"]),
        ("+15550100204", 6, "ACCEPTED", vec!["call.ringing", "call.connected"]),
        ("+15550100205", 1, "FAILED", vec!["call.ended"]),
    ] {
        let call = dial(&api, to).await;
        api.mock.advance(SECOND * after).await;
        assert_eq!(status(&api, &call).await, expected, "{to}");
        let received = flat(&receiver);
        assert_eq!(received.iter().map(|body| body["event"].as_str().unwrap()).collect::<Vec<_>>(), events);
        assert!(received.iter().all(|body| body.get("duration").is_none()));
    }
    let (status, body) = api.post("/calls", json!({ "to": "+15550100201", "sdp": SDP })).await;
    assert_eq!((status, code(&body)), (400, "META_CALL_PERMISSION_REQUIRED"));
}

// facts: CALL-IN-001, CALL-IN-002, WHK-CALL-001, WHK-CALL-003, WHK-CALL-006, WHK-CALL-010
#[tokio::test]
async fn an_inbound_call_is_missed() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    let call = inbound(&api, ANA).await;
    assert_eq!((&call["status"], &call["direction"]), (&json!("RINGING"), &json!("INBOUND")));
    assert_eq!((&call["conversationId"], &call["peerNumber"]), (&json!("conv_ana"), &json!("5511988887777")));
    assert!(call["sdpOffer"].is_string());
    api.mock.advance(SECOND * 60).await;
    assert_eq!(status(&api, &call).await, "MISSED");
    let expected = |event: &str, status: &str, at: &str| {
        json!({
            "event": event, "callId": call["id"], "externalCallId": call["externalCallId"],
            "direction": "INBOUND", "status": status, "from": ANA, "to": OWN, "timestamp": at
        })
    };
    assert_eq!(
        flat(&receiver),
        [
            expected("call.ringing", "RINGING", NOW),
            expected("call.missed", "MISSED", "2026-06-20T10:01:00.000Z")
        ]
    );
}

// facts: CALL-PRE-002, CALL-ACCEPT-002, CALL-ACCEPT-004, CALL-IN-004, WHK-CALL-002
#[tokio::test]
async fn an_inbound_call_is_accepted_and_hung_up() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    let (_, call) =
        api.simulate("call", json!({ "numberId": "num_meta", "from": ANA, "sdp": "v=0\r\nmine" })).await;
    assert_eq!(call["sdpOffer"], "v=0\r\nmine");
    let path = format!("/calls/{}", call["id"].as_str().unwrap());
    assert_eq!(api.post(&format!("{path}/pre-accept"), json!({ "sdp": SDP })).await.1["status"], "RINGING");
    assert_eq!(api.post(&format!("{path}/accept"), json!({ "sdp": SDP })).await.1["status"], "ACCEPTED");
    api.mock.advance(SECOND * 90).await;
    assert_eq!(event(&api, &call, "hangup").await.1["status"], "COMPLETED");
    api.settle().await;
    let events: Vec<_> =
        flat(&receiver).iter().map(|body| (body["event"].clone(), body["duration"].clone())).collect();
    assert_eq!(
        events,
        [
            (json!("call.ringing"), Value::Null),
            (json!("call.connected"), Value::Null),
            (json!("call.ended"), json!(90))
        ]
    );
}

// facts: CALL-REJECT-003, CALL-END-002, WHK-CALL-005
#[tokio::test]
async fn rejecting_and_terminating_are_ends_too() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    for (operation, expected) in [("reject", "REJECTED"), ("terminate", "COMPLETED")] {
        let call = inbound(&api, ANA).await;
        let path = format!("/calls/{}/{operation}", call["id"].as_str().unwrap());
        assert_eq!(api.post(&path, json!({})).await.1["status"], expected);
        api.settle().await;
        let ended = flat(&receiver).pop().unwrap();
        assert_eq!(
            (&ended["event"], &ended["status"], ended.get("duration")),
            (&json!("call.ended"), &json!(expected), None)
        );
    }
}

// facts: CALL-IN-004, CALL-ALL-016
#[tokio::test]
async fn the_other_side_acts() {
    let api = api("ps_demo_meta").await;
    for (step, from_inbound, from_outbound) in
        [("hangup", "MISSED", "REJECTED"), ("miss", "MISSED", "FAILED"), ("answer", "ACCEPTED", "ACCEPTED")]
    {
        // Left alone, these are not answered, rejected, answered.
        for to in ["+15550100202", "+15550100203", "+15550100204"] {
            let (a, b) = (inbound(&api, ANA).await, dial(&api, to).await);
            api.mock.advance(SECOND).await;
            assert_eq!(event(&api, &a, step).await.1["status"], from_inbound);
            assert_eq!(event(&api, &b, step).await.1["status"], from_outbound);
            // What would have happened by itself does not any more.
            api.mock.advance(SECOND * 120).await;
            assert_eq!(
                (status(&api, &a).await.as_str(), status(&api, &b).await.as_str()),
                (from_inbound, from_outbound)
            );
            let again = event(&api, &a, "answer").await;
            assert_eq!((again.0, code(&again.1)), (409, "CALL_NOT_ACTIVE"));
        }
    }
    let nobody = event(&api, &json!({ "id": "call_nobody" }), "answer").await;
    assert_eq!((nobody.0, code(&nobody.1)), (404, "CALL_NOT_FOUND"));
}

// facts: CALL-IN-003, WHK-CALL-009
#[tokio::test]
async fn meta_numbers_get_the_native_envelope_too() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    api.patch("/webhooks/wh_demo", json!({ "events": ["calls"] })).await;
    let (_, call) =
        api.simulate("call", json!({ "numberId": "num_meta", "from": ANA, "sdp": "v=0\r\nmine" })).await;
    event(&api, &call, "answer").await;
    api.mock.advance(SECOND * 7).await;
    event(&api, &call, "hangup").await;
    api.settle().await;
    let received: Vec<_> = receiver.take().into_iter().map(|it| it.body).collect();
    assert_eq!(received.len(), 2);
    assert_eq!(
        received[0],
        json!({
            "event": "calls",
            "data": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "5511900000001", "phone_number_id": "100000000000001" },
                "calls": [{
                    "id": call["externalCallId"], "from": "5511988887777", "to": "5511900000001",
                    "event": "connect", "timestamp": "1781949600", "direction": "USER_INITIATED",
                    "session": { "sdp_type": "offer", "sdp": "v=0\r\nmine" }
                }]
            }
        })
    );
    let ended = &received[1]["data"]["calls"][0];
    assert_eq!(
        (&ended["event"], &ended["status"], &ended["duration"]),
        (&json!("terminate"), &json!("COMPLETED"), &json!(7))
    );
    dial(&api, ANA).await;
    api.mock.advance(SECOND * 6).await;
    let answered = &receiver.take()[0].body["data"]["calls"][0];
    assert_eq!(
        (&answered["event"], &answered["direction"], &answered["session"]["sdp_type"]),
        (&json!("connect"), &json!("BUSINESS_INITIATED"), &json!("answer"))
    );
    assert_eq!(answered["biz_opaque_callback_data"], "order-42");
}

// facts: CALL-ALL-004, CALL-PLAY-003, CALL-ACCEPT-006, CALL-GET-004
#[tokio::test]
async fn web_numbers_have_calls_where_the_world_says_so() {
    let call = json!({ "numberId": "num_web", "from": ANA });
    let demo = include_str!("../../../fixtures/worlds/demo.yaml");
    let api = api("ps_demo_web").await;
    let (status, body) = api.simulate("call", call.clone()).await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));

    let api =
        api_in(&demo.replace("version: 1", "version: 1\nsettings: { webCalling: true }"), "ps_demo_web")
            .await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    let (_, body) = api.simulate("call", call).await;
    assert_eq!((&body["sdpOffer"], &body["sdpAnswer"]), (&Value::Null, &Value::Null));
    let path = format!("/calls/{}", body["id"].as_str().unwrap());
    // Queued until the call is active, then played.
    let play = json!({ "mediaUrl": "https://cdn.example.com/a.mp3" });
    assert_eq!(api.post(&format!("{path}/play"), play.clone()).await.1["status"], "ACCEPTED");
    assert_eq!(api.post(&format!("{path}/accept"), json!({})).await.1["status"], "ACCEPTED");
    assert_eq!(api.post(&format!("{path}/play"), play.clone()).await.1["status"], "ACCEPTED");
    assert_eq!(api.post(&format!("{path}/realtime-session"), json!({ "mode": "talk" })).await.0, 200);
    api.mock.advance(SECOND * 3).await;
    api.post(&format!("{path}/terminate"), json!({})).await;
    for (operation, body) in [("play", play), ("realtime-session", json!({ "mode": "talk" }))] {
        let (status, body) = api.post(&format!("{path}/{operation}"), body).await;
        assert_eq!((status, code(&body)), (409, "CALL_NOT_ACTIVE"));
    }
    api.settle().await;
    assert_eq!(receiver.take_events(), ["call.ringing", "call.connected", "call.ended"]);
}

async fn permission(api: &Api, to: &str) -> Value {
    let (status, body) = api.get(&format!("/calls/permissions?to={}", to.replace('+', "%2B"))).await;
    assert_eq!(status, 200, "{body}");
    body
}

// facts: CALL-ASK-007, WHK-CALL-007, WHK-CALL-008, CALL-PERM-004, CALL-PERM-007
#[tokio::test]
async fn a_request_is_answered() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    api.simulate("message", json!({ "numberId": "num_meta", "from": BIA, "text": "Oi" })).await;
    api.settle().await;
    receiver.take();
    assert_eq!(permission(&api, BIA).await["permission"], json!({ "status": "no_permission" }));
    let (status, _) = api.post("/calls/permissions/request", json!({ "to": BIA })).await;
    assert_eq!(status, 200);
    api.mock.advance(SECOND * 5).await;
    // Seven days from the answer on.
    assert_eq!(
        permission(&api, BIA).await["permission"],
        json!({ "status": "temporary", "expiration_time": 1_781_949_605 + 7 * 24 * 3600 })
    );
    assert_eq!(
        flat(&receiver),
        [json!({
            "event": "call.permission_updated", "callId": null, "direction": null, "status": "TEMPORARY",
            "from": BIA, "to": OWN, "timestamp": "2026-06-20T10:00:05.000Z"
        })]
    );
    let asked = &permission(&api, BIA).await["actions"][0];
    assert_eq!(
        (&asked["can_perform_action"], &asked["limits"][0]["current_usage"]),
        (&json!(false), &json!(1))
    );
    let (status, body) = api.post("/calls/permissions/request", json!({ "to": BIA })).await;
    assert_eq!((status, code(&body)), (429, "META_CALL_PERMISSION_REQUEST_LIMIT"));
}

// facts: CALL-ASK-007
#[tokio::test]
async fn who_allows_calls_for_good_does_not_take_it_back_when_asked() {
    let api = api("ps_demo_meta").await;
    let for_good = json!({ "numberId": "num_meta", "from": ANA, "status": "permanent" });
    assert_eq!(api.simulate("call-permission", for_good).await.0, 200);
    assert_eq!(api.post("/calls/permissions/request", json!({ "to": ANA })).await.0, 200);
    api.mock.advance(SECOND * 5).await;
    assert_eq!(permission(&api, ANA).await["permission"], json!({ "status": "permanent" }));
}

// facts: WHK-CALL-007
#[tokio::test]
async fn a_request_is_declined() {
    let api = api("ps_demo_meta").await;
    let to = "+15550100201";
    api.simulate("message", json!({ "numberId": "num_meta", "from": to, "text": "Oi" })).await;
    let receiver = listening(&api).await;
    assert_eq!(api.post("/calls/permissions/request", json!({ "to": to })).await.0, 200);
    api.mock.advance(SECOND * 5).await;
    let received = flat(&receiver);
    assert_eq!(
        (&received[0]["event"], &received[0]["status"]),
        (&json!("call.permission_updated"), &json!("NO_PERMISSION"))
    );
    assert_eq!(permission(&api, to).await["permission"]["status"], "no_permission");
}

// facts: CALL-PERM-006
#[tokio::test]
async fn a_permission_ends_after_seven_days() {
    let api = api("ps_demo_meta").await;
    assert_eq!(permission(&api, ANA).await["permission"]["status"], "temporary");
    api.mock.advance(SignedDuration::from_hours(7 * 24)).await;
    assert_eq!(permission(&api, ANA).await["permission"], json!({ "status": "no_permission" }));
    let (status, body) = api.post("/calls", json!({ "to": ANA, "sdp": SDP })).await;
    assert_eq!((status, code(&body)), (400, "META_CALL_PERMISSION_REQUIRED"));
}

// facts: CALL-PERM-003, WHK-CALL-007
#[tokio::test]
async fn contacts_change_their_mind() {
    let api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    for (given, shown, told) in [
        ("PERMANENT", "permanent", "PERMANENT"),
        ("no_permission", "no_permission", "NO_PERMISSION"),
        ("temporary", "temporary", "TEMPORARY"),
    ] {
        let body = json!({ "numberId": "num_meta", "from": BIA, "status": given });
        assert_eq!(api.simulate("call-permission", body).await.0, 200);
        assert_eq!(permission(&api, BIA).await["permission"]["status"], shown);
        api.settle().await;
        assert_eq!(flat(&receiver)[0]["status"], told);
    }
    let body = json!({ "numberId": "num_web", "from": BIA, "status": "permanent" });
    assert_eq!(paths(&api.simulate("call-permission", body).await.1), ["/numberId"]);
    let body = json!({ "numberId": "num_meta", "status": "maybe" });
    assert_eq!(paths(&api.simulate("call-permission", body).await.1), ["/from", "/status"]);
}

#[tokio::test]
async fn calls_that_were_answered_are_counted_for_a_day() {
    let api = api("ps_demo_meta").await;
    let usage = async || permission(&api, ANA).await["actions"][1]["limits"][0]["current_usage"].clone();
    assert_eq!(usage().await, 0);
    dial(&api, ANA).await;
    assert_eq!(usage().await, 0);
    api.mock.advance(SECOND * 6).await;
    assert_eq!(usage().await, 1);
    api.mock.advance(SignedDuration::from_hours(24)).await;
    assert_eq!(usage().await, 0);
}

#[tokio::test]
async fn nothing_rings_at_a_number_that_is_gone() {
    let mut api = api("ps_demo_meta").await;
    let receiver = listening(&api).await;
    dial(&api, ANA).await;
    api.use_key("ps_demo_tenant");
    api.delete("/numbers/num_meta").await;
    api.mock.advance(SECOND * 120).await;
    let mut events = receiver.take_events();
    events.sort_unstable();
    // The call that was dialled, and the one of the world that rang.
    assert_eq!(events, ["call.ended", "call.missed", "calls", "calls", "number.removed"]);
}
