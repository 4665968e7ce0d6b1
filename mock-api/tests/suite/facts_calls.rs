//! Facts of the ledger about calls.

use crate::common::{Api, api, api_in, code, paths};
use reqwest::Method;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const DEMO: &str = include_str!("../../../fixtures/worlds/demo.yaml");

async fn web_calling(key: &str) -> Api {
    api_in(&DEMO.replace("version: 1", "version: 1\nsettings: { webCalling: true }"), key).await
}

// facts: CALL-ALL-003
#[tokio::test]
async fn the_documented_text() {
    let api = api("ps_demo_web").await;
    let (_, body) = api.get("/calls").await;
    assert_eq!(body["error"], "Calling is only supported for Meta Cloud API and Pilot Status (web) numbers.");
}

// facts: CALL-ALL-017, CALL-ALL-010, CALL-LIST-005
#[tokio::test]
async fn lists_both_directions_without_sdp() {
    let api = api("ps_demo_meta").await;
    api.post("/calls", json!({ "to": ANA, "sdp": "v=0" })).await;
    let (_, body) = api.get("/calls").await;
    let calls = body["calls"].as_array().unwrap();
    let directions: Vec<_> = calls.iter().map(|call| call["direction"].as_str().unwrap()).collect();
    assert_eq!(directions, ["OUTBOUND", "INBOUND", "INBOUND"]);
    for call in calls {
        assert!(call.get("sdpOffer").is_none() && call.get("sdpAnswer").is_none(), "{call}");
        assert_eq!(call.as_object().unwrap().len(), 16);
    }
}

fn world_of_calls(count: usize) -> String {
    let call = |index| {
        format!(
            "  - {{ id: call_{index}, number: num_meta, conversation: conv_ana, direction: INBOUND, status: COMPLETED, startedAt: -PT{index}M }}\n"
        )
    };
    format!(
        "{}\n",
        DEMO.replace("calls:\n", &format!("calls:\n{}", (1..=count).map(call).collect::<String>()))
    )
}

// facts: CALL-LIST-003, CALL-LIST-006
#[tokio::test]
async fn limits_of_the_list() {
    let api = api_in(&world_of_calls(110), "ps_demo_meta").await;
    for (query, expected) in [("", 25), ("?limit=1", 1), ("?limit=100", 100), ("?limit=101", 100)] {
        assert_eq!(
            api.get(&format!("/calls{query}")).await.1["calls"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    }
    for query in ["?limit=0", "?limit=-1", "?limit=x"] {
        assert_eq!(api.get(&format!("/calls{query}")).await.0, 400, "{query}");
    }
}

// facts: CALL-PRE-001, CALL-ACCEPT-001, CALL-ASK-001, CALL-PERM-001
#[tokio::test]
async fn bodies() {
    let api = api("ps_demo_meta").await;
    for (path, body, at) in [
        ("/calls/call_ana_in/pre-accept", json!({}), "/sdp"),
        ("/calls/call_ana_in/pre-accept", json!({ "sdp": "v=0", "sdpType": "offer" }), "/sdpType"),
        ("/calls/call_ana_in/accept", json!({}), "/sdp"),
        ("/calls/call_ana_in/accept", json!({ "sdp": "v=0", "sdpType": "offer" }), "/sdpType"),
        ("/calls/permissions/request", json!({ "text": "a" }), "/to"),
    ] {
        let (status, answer) = api.post(path, body).await;
        assert_eq!((status, paths(&answer)), (400, vec![at]), "{path}");
    }
    let (status, answer) = api.get("/calls/permissions").await;
    assert_eq!((status, paths(&answer)), (400, vec!["/to"]));
    assert_eq!(api.post("/calls/permissions/request", json!({ "to": ANA })).await.0, 200, "text is optional");
}

// facts: CALL-END-001
#[tokio::test]
async fn ends_without_a_body() {
    let api = api("ps_demo_meta").await;
    api.post("/calls/call_ana_in/accept", json!({ "sdp": "v=0" })).await;
    let answer = api.send(api.request(Method::POST, "/calls/call_ana_in/terminate")).await;
    assert_eq!(answer, (200, json!({ "success": true, "id": "call_ana_in", "status": "COMPLETED" })));
}

// facts: CALL-GET-004, CALL-ACCEPT-006
#[tokio::test]
async fn web_calls_have_no_sdp() {
    let ringing = "  - { id: call_web, number: num_web, conversation: conv_caio, direction: INBOUND, status: RINGING, startedAt: -PT10S }\n";
    let world = DEMO
        .replace("version: 1", "version: 1\nsettings: { webCalling: true }")
        .replace("calls:\n", &format!("calls:\n{ringing}"));
    let api = api_in(&world, "ps_demo_web").await;
    let (status, answer) = api.send(api.request(Method::POST, "/calls/call_web/accept")).await;
    assert_eq!((status, &answer["status"]), (200, &json!("ACCEPTED")));
    let (_, call) = api.get("/calls/call_web?includeSdp=1").await;
    for key in ["sdpOffer", "sdpAnswer"] {
        assert!(call.get(key).is_some_and(Value::is_null), "{key}");
    }
}

// facts: CALL-SET-007, CALL-SET-012
#[tokio::test]
async fn no_sip() {
    let api = api("ps_demo_meta").await;
    let (_, body) = api.get("/calls/settings").await;
    assert!(body["calling"].get("sip").is_none());
    let (status, body) = api.put("/calls/settings", json!({ "sip": { "status": "ENABLED" } })).await;
    assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"));
}

// facts: CALL-PERM-003
#[tokio::test]
async fn permissions_of_each_kind() {
    for status in ["no_permission", "temporary", "permanent"] {
        let world = DEMO.replace("callPermission: temporary", &format!("callPermission: {status}"));
        let api = api_in(&world, "ps_demo_meta").await;
        let (_, body) = api.get("/calls/permissions?to=5511988887777").await;
        assert_eq!(body["permission"]["status"], status);
        assert_eq!(body["permission"].get("expiration_time").is_some(), status == "temporary");
    }
}

// facts: CALL-ALL-006
#[tokio::test]
async fn other_engines_never_call() {
    let api = web_calling("ps_other_web").await;
    let (status, body) = api.get("/calls").await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));
}
