//! Voice calls.

use crate::common::{Api, NOW, api, api_in, code, paths};
use reqwest::Method;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const BIA: &str = "+5511977776666";
const SDP: &str = "v=0\r\na=setup:active\r\n";

const DEMO: &str = include_str!("../../../fixtures/worlds/demo.yaml");

/// The demo world with calls on web numbers.
async fn web_calling(key: &str) -> Api {
    api_in(&DEMO.replace("version: 1", "version: 1\nsettings: { webCalling: true }"), key).await
}

fn done() -> Value {
    json!({
        "id": "call_ana_done", "externalCallId": "wacid.DEMOANADONE", "direction": "INBOUND", "status": "COMPLETED",
        "peerNumber": "5511988887777", "fromNumber": "5511988887777", "conversationId": "conv_ana",
        "bizOpaqueCallbackData": null,
        "startedAt": "2026-06-20T08:59:55.000Z", "connectedAt": "2026-06-20T09:00:00.000Z",
        "endedAt": "2026-06-20T09:02:00.000Z", "durationSeconds": 120, "errorCode": null, "errorMessage": null,
        "createdAt": "2026-06-20T08:59:55.000Z", "updatedAt": "2026-06-20T09:02:00.000Z"
    })
}

fn ids(body: &Value) -> Vec<&str> {
    body["calls"].as_array().into_iter().flatten().filter_map(|call| call["id"].as_str()).collect()
}

// facts: CALL-LIST-001, CALL-LIST-002, CALL-LIST-004, CALL-ALL-008, CALL-ALL-009, CALL-ALL-010
// facts: CALL-ALL-011, CALL-ALL-012
#[tokio::test]
async fn lists_newest_first() {
    let mut api = api("ps_demo_meta").await;
    let (status, body) = api.get("/calls").await;
    assert_eq!(status, 200);
    assert_eq!(ids(&body), ["call_ana_in", "call_ana_done"]);
    assert_eq!(body["calls"][1], done());
    assert_eq!(ids(&api.get("/calls?limit=1").await.1), ["call_ana_in"]);
    assert_eq!(ids(&api.get("/calls?limit=1000").await.1).len(), 2);
    // Strictly before.
    assert_eq!(ids(&api.get("/calls?before=2026-06-20T09:59:50.000Z").await.1), ["call_ana_done"]);
    assert_eq!(ids(&api.get("/calls?before=2026-06-20T09:59:50.001Z").await.1).len(), 2);
    assert_eq!(api.get("/calls?before=2026-06-20").await.1, json!({ "calls": [] }));
    api.use_key("ps_demo_meta_oba");
    assert_eq!(api.get("/calls").await, (200, json!({ "calls": [] })));
}

// facts: CALL-ALL-007, CALL-GET-001, CALL-GET-002, CALL-GET-003
#[tokio::test]
async fn gets_by_either_id_with_sdps_on_demand() {
    let api = api("ps_demo_meta").await;
    assert_eq!(api.get("/calls/call_ana_done").await, (200, done()));
    assert_eq!(api.get("/calls/wacid.DEMOANADONE").await, (200, done()));
    let (_, body) = api.get("/calls/call_ana_in?includeSdp=1").await;
    assert!(body["sdpOffer"].as_str().unwrap().starts_with("v=0\r\n"));
    assert_eq!(body["sdpAnswer"], Value::Null);
    assert!(body.as_object().unwrap().contains_key("sdpAnswer"));
    for path in ["/calls/call_ana_in", "/calls/call_ana_in?includeSdp=0"] {
        let (_, body) = api.get(path).await;
        assert_eq!((body.get("sdpOffer"), body.get("sdpAnswer")), (None, None), "{path}");
    }
}

// facts: CALL-START-004, CALL-START-005, CALL-START-006, CALL-ALL-010, CALL-ALL-013
#[tokio::test]
async fn starts_a_call_to_whom_it_may() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api
        .post(
            "/calls",
            json!({ "to": ANA, "sdp": SDP, "sdpType": "offer", "bizOpaqueCallbackData": "order-42" }),
        )
        .await;
    assert_eq!(status, 200);
    let (id, external) = (body["id"].as_str().unwrap(), body["externalCallId"].as_str().unwrap());
    assert!(id.starts_with("call_") && external.starts_with("wacid."), "{body}");
    assert_eq!(body, json!({ "id": id, "externalCallId": external, "status": "INITIATED" }));
    let (_, call) = api.get(&format!("/calls/{external}?includeSdp=1")).await;
    assert_eq!(
        call,
        json!({
            "id": id, "externalCallId": external, "direction": "OUTBOUND", "status": "INITIATED",
            "peerNumber": "5511988887777", "fromNumber": "5511900000001", "conversationId": "conv_ana",
            "bizOpaqueCallbackData": "order-42", "startedAt": NOW, "connectedAt": null, "endedAt": null,
            "durationSeconds": null, "errorCode": null, "errorMessage": null, "createdAt": NOW, "updatedAt": NOW,
            "sdpOffer": SDP, "sdpAnswer": null
        })
    );
    assert_eq!(ids(&api.get("/calls").await.1)[0], id);
}

// facts: CALL-START-007, CALL-START-008
#[tokio::test]
async fn permission_is_needed() {
    let mut api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    for to in [BIA, "+5511911112222"] {
        let (status, body) = api.post("/calls", json!({ "to": to, "sdp": SDP })).await;
        assert_eq!((status, code(&body)), (400, "META_CALL_PERMISSION_REQUIRED"));
    }
    // Ana gave it to the other number.
    api.use_key("ps_demo_meta_oba");
    let (status, body) = api.post("/calls", json!({ "to": ANA, "sdp": SDP })).await;
    assert_eq!((status, code(&body)), (400, "META_CALL_PERMISSION_REQUIRED"));
    assert_eq!(api.mock.digest(), before);
}

// facts: CALL-PRE-002, CALL-ACCEPT-002, CALL-ACCEPT-003, CALL-ACCEPT-005
#[tokio::test]
async fn accepts_a_ringing_call_once() {
    let api = api("ps_demo_meta").await;
    let answer = json!({ "sdp": SDP, "sdpType": "answer" });
    let expected = |status: &str| json!({ "success": true, "id": "call_ana_in", "status": status });
    assert_eq!(api.post("/calls/call_ana_in/pre-accept", answer.clone()).await, (200, expected("RINGING")));
    assert_eq!(api.post("/calls/wacid.DEMOANAIN/accept", answer.clone()).await, (200, expected("ACCEPTED")));
    let (_, call) = api.get("/calls/call_ana_in?includeSdp=1").await;
    assert_eq!(
        (&call["status"], &call["connectedAt"], &call["sdpAnswer"]),
        (&json!("ACCEPTED"), &json!(NOW), &json!(SDP))
    );
    for path in ["/calls/call_ana_in/accept", "/calls/call_ana_in/pre-accept", "/calls/call_ana_done/accept"]
    {
        let (status, body) = api.post(path, answer.clone()).await;
        assert_eq!((status, code(&body)), (409, "CALL_NOT_ACTIVE"), "{path}");
    }
    assert_eq!(api.post("/calls/call_ana_in/terminate", json!({})).await, (200, expected("COMPLETED")));
    let (_, call) = api.get("/calls/call_ana_in").await;
    assert_eq!((&call["endedAt"], &call["durationSeconds"]), (&json!(NOW), &json!(0)));
}

// facts: CALL-REJECT-001, CALL-REJECT-002, CALL-ALL-016
#[tokio::test]
async fn rejects_and_then_no_more() {
    let api = api("ps_demo_meta").await;
    let expected = json!({ "success": true, "id": "call_ana_in", "status": "REJECTED" });
    let without_body = api.request(Method::POST, "/calls/call_ana_in/reject");
    assert_eq!(api.send(without_body).await, (200, expected));
    let before = api.mock.digest();
    for action in ["reject", "terminate"] {
        let (status, body) = api.post(&format!("/calls/call_ana_in/{action}"), json!({})).await;
        assert_eq!((status, code(&body)), (409, "CALL_NOT_ACTIVE"), "{action}");
    }
    assert_eq!(api.mock.digest(), before);
    let (_, call) = api.get("/calls/call_ana_in").await;
    assert_eq!((&call["endedAt"], &call["durationSeconds"]), (&json!(NOW), &Value::Null));
}

// facts: CALL-ACCEPT-005
#[tokio::test]
async fn an_own_call_is_ended_but_not_accepted() {
    let api = api("ps_demo_meta").await;
    let (_, call) = api.post("/calls", json!({ "to": ANA, "sdp": SDP })).await;
    let id = call["id"].as_str().unwrap();
    let (status, body) = api.post(&format!("/calls/{id}/accept"), json!({ "sdp": SDP })).await;
    assert_eq!((status, code(&body)), (409, "CALL_NOT_ACTIVE"));
    assert_eq!(api.post(&format!("/calls/{id}/terminate"), json!({})).await.1["status"], "COMPLETED");
}

// facts: CALL-ALL-014, CALL-ALL-015
#[tokio::test]
async fn unknown_calls_are_not_found() {
    let mut api = api("ps_demo_meta").await;
    let answer = json!({ "sdp": SDP });
    for (key, id) in [
        ("ps_demo_meta", "nope"),
        ("ps_demo_meta_oba", "call_ana_in"),
        ("ps_demo_meta_oba", "wacid.DEMOANAIN"),
    ] {
        api.use_key(key);
        let before = api.mock.digest();
        let (status, body) = api.get(&format!("/calls/{id}")).await;
        assert_eq!((status, body), (404, json!({ "error": "Call not found", "code": "CALL_NOT_FOUND" })));
        for action in ["accept", "pre-accept", "reject", "terminate"] {
            let (status, body) = api.post(&format!("/calls/{id}/{action}"), answer.clone()).await;
            assert_eq!((status, code(&body)), (404, "CALL_NOT_FOUND"), "{action}");
        }
        assert_eq!(api.mock.digest(), before);
    }
}

// facts: CALL-SET-001, CALL-SET-002, CALL-SET-003, CALL-SET-004, CALL-SET-011
#[tokio::test]
async fn settings() {
    let mut api = api("ps_demo_meta").await;
    let initial = json!({ "calling": {
        "status": "ENABLED", "call_icon_visibility": "DEFAULT", "callback_permission_status": "ENABLED",
        "call_hours": { "status": "DISABLED" }
    } });
    assert_eq!(api.get("/calls/settings").await, (200, initial.clone()));
    let hours = json!({
        "status": "ENABLED", "timezone_id": "America/Manaus",
        "weekly_operating_hours": [{ "day_of_week": "MONDAY", "open_time": "0400", "close_time": "1020" }],
        "holiday_schedule": [{ "date": "2026-01-01", "start_time": "0000", "end_time": "2359" }]
    });
    let (status, body) =
        api.put("/calls/settings", json!({ "call_hours": hours, "status": "DISABLED" })).await;
    assert_eq!((status, body), (200, json!({ "success": true })));
    let (_, body) = api.get("/calls/settings").await;
    assert_eq!((&body["calling"]["call_hours"], &body["calling"]["status"]), (&hours, &json!("DISABLED")));
    // Replaced whole; the rest stays.
    let change = json!({
        "call_hours": { "status": "DISABLED" }, "call_icon_visibility": "DISABLE_ALL",
        "callback_permission_status": "DISABLED", "voicemail": { "status": "ENABLED" }
    });
    api.put("/calls/settings", change).await;
    let expected = json!({ "calling": {
        "status": "DISABLED", "call_icon_visibility": "DISABLE_ALL", "callback_permission_status": "DISABLED",
        "call_hours": { "status": "DISABLED" }, "voicemail": { "status": "ENABLED" }
    } });
    api.put("/calls/settings", json!({})).await;
    assert_eq!(api.get("/calls/settings").await, (200, expected));
    api.use_key("ps_demo_meta_oba");
    assert_eq!(api.get("/calls/settings").await, (200, initial));
}

// facts: CALL-SET-009, CALL-SET-010
#[tokio::test]
async fn a_small_tier_cannot_enable_calls() {
    let world = DEMO.replace("wabaId: waba_demo, calling: true", "wabaId: waba_demo, dailyLimit: 1999");
    let api = api_in(&world, "ps_demo_meta").await;
    assert_eq!(api.get("/calls/settings").await.1["calling"]["status"], "DISABLED");
    let before = api.mock.digest();
    let (status, body) = api.put("/calls/settings", json!({ "status": "ENABLED" })).await;
    assert_eq!((status, code(&body)), (400, "META_CALLING_NOT_ELIGIBLE"));
    assert_eq!(api.mock.digest(), before);
    assert_eq!(api.put("/calls/settings", json!({ "status": "DISABLED" })).await.0, 200);
}

// facts: CALL-PERM-001, CALL-PERM-002, CALL-PERM-004, CALL-PERM-005, CALL-PERM-008
#[tokio::test]
async fn permissions() {
    let api = api("ps_demo_meta").await;
    let actions = |start: bool| {
        json!([
            {
                "action_name": "send_call_permission_request", "can_perform_action": true,
                "limits": [
                    { "time_period": "PT24H", "max_allowed": 1, "current_usage": 0 },
                    { "time_period": "P7D", "max_allowed": 2, "current_usage": 0 }
                ]
            },
            {
                "action_name": "start_call", "can_perform_action": start,
                "limits": [{ "time_period": "PT24H", "max_allowed": 1, "current_usage": 0 }]
            }
        ])
    };
    // Seven days after the start.
    let ana = json!({ "permission": { "status": "temporary", "expiration_time": 1_782_554_400 }, "actions": actions(true) });
    assert_eq!(api.get("/calls/permissions?to=%2B5511988887777").await, (200, ana.clone()));
    // An unescaped plus is a blank.
    assert_eq!(api.get("/calls/permissions?to=+5511988887777").await, (200, ana));
    let none = json!({ "permission": { "status": "no_permission" }, "actions": actions(false) });
    assert_eq!(api.get("/calls/permissions?to=5511977776666").await, (200, none.clone()));
    assert_eq!(api.get("/calls/permissions?to=5511911112222").await, (200, none));
    for path in ["/calls/permissions", "/calls/permissions?to=", "/calls/permissions?to=ana"] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec!["/to"]), "{path}");
    }
}

// facts: CALL-ASK-002, CALL-ASK-003, CALL-ASK-004, CALL-ASK-005, CALL-ASK-006, CALL-PERM-007
#[tokio::test]
async fn asks_for_permission_within_window_and_limit() {
    let api = api("ps_demo_meta").await;
    let request = |to: &str| json!({ "to": to, "text": "Podemos te ligar para finalizar seu pedido?" });
    let before = api.mock.digest();
    for to in [BIA, "+5511911112222"] {
        let (status, body) = api.post("/calls/permissions/request", request(to)).await;
        assert_eq!((status, code(&body)), (400, "META_OUTSIDE_24H_WINDOW"));
    }
    assert_eq!(api.mock.digest(), before);
    let (status, body) = api.post("/calls/permissions/request", request(ANA)).await;
    assert_eq!(status, 200);
    assert!(body["messageId"].as_str().unwrap().starts_with("wamid."), "{body}");
    let (_, body) = api.get("/calls/permissions?to=5511988887777").await;
    let ask = &body["actions"][0];
    assert_eq!((&ask["can_perform_action"], &ask["limits"][0]["current_usage"]), (&json!(false), &json!(1)));
    let before = api.mock.digest();
    let (status, body) = api.post("/calls/permissions/request", request(ANA)).await;
    assert_eq!((status, code(&body)), (429, "META_CALL_PERMISSION_REQUEST_LIMIT"));
    assert_eq!(body["retryAfterSeconds"], 86_400);
    assert_eq!(api.mock.digest(), before);
}

// facts: CALL-START-001, CALL-START-002, CALL-START-003, CALL-ACCEPT-001, CALL-SET-005, CALL-SET-006
// facts: CALL-SET-007, CALL-SET-008
#[tokio::test]
async fn bad_input() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let cases = [
        ("/calls", json!({}), vec!["/to", "/sdp"]),
        ("/calls", json!({ "to": "x", "sdp": "" }), vec!["/to", "/sdp"]),
        ("/calls", json!({ "to": ANA }), vec!["/sdp"]),
        ("/calls", json!({ "to": ANA, "sdp": SDP, "sdpType": "answer" }), vec!["/sdpType"]),
        (
            "/calls",
            json!({ "to": 1, "sdp": 1, "bizOpaqueCallbackData": 1 }),
            vec!["/to", "/sdp", "/bizOpaqueCallbackData"],
        ),
        ("/calls/call_ana_in/accept", json!({}), vec!["/sdp"]),
        ("/calls/call_ana_in/accept", json!({ "sdp": SDP, "sdpType": "offer" }), vec!["/sdpType"]),
        ("/calls/call_ana_in/pre-accept", json!({ "sdp": null }), vec!["/sdp"]),
        ("/calls/nope/accept", json!({}), vec!["/sdp"]),
        ("/calls/permissions/request", json!({}), vec!["/to"]),
        ("/calls/permissions/request", json!({ "to": ANA, "text": 1 }), vec!["/text"]),
    ];
    for (path, request, mut expected) in cases {
        let (status, body) = api.post(path, request.clone()).await;
        let mut found = paths(&body);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!((status, code(&body), found), (400, "VALIDATION_ERROR", expected), "{path} {request}");
    }
    for (request, expected) in [
        (json!({ "sip": {} }), "/sip"),
        (json!({ "status": "ON" }), "/status"),
        (json!({ "call_icon_visibility": "HIDE" }), "/call_icon_visibility"),
        (json!({ "callback_permission_status": true }), "/callback_permission_status"),
        (json!({ "call_hours": [] }), "/call_hours"),
        (json!({ "call_hours": { "status": "ON" } }), "/call_hours/status"),
        (json!({ "call_hours": { "weekly_operating_hours": [1] } }), "/call_hours/weekly_operating_hours/0"),
        (json!({ "voicemail": "x" }), "/voicemail"),
    ] {
        let (status, body) = api.put("/calls/settings", request.clone()).await;
        assert_eq!(status, 400, "{request}");
        assert!(paths(&body).contains(&expected), "{request}: {body}");
    }
    for query in ["limit=0", "limit=x", "before=yesterday"] {
        let (status, body) = api.get(&format!("/calls?{query}")).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"), "{query}");
    }
    assert_eq!(api.mock.digest(), before);
}

/// Every operation, with what it takes on a Meta number.
const OPERATIONS: [(Method, &str); 13] = [
    (Method::GET, "/calls"),
    (Method::POST, "/calls"),
    (Method::GET, "/calls/settings"),
    (Method::PUT, "/calls/settings"),
    (Method::GET, "/calls/permissions"),
    (Method::POST, "/calls/permissions/request"),
    (Method::GET, "/calls/call_ana_in"),
    (Method::POST, "/calls/call_ana_in/accept"),
    (Method::POST, "/calls/call_ana_in/reject"),
    (Method::POST, "/calls/call_ana_in/terminate"),
    (Method::POST, "/calls/call_ana_in/pre-accept"),
    (Method::POST, "/calls/call_ana_in/play"),
    (Method::POST, "/calls/call_ana_in/realtime-session"),
];

async fn refusal(api: &Api, method: Method, path: &str) -> (u16, String) {
    let (status, body) = api.send(api.request(method, path)).await;
    (status, code(&body).to_owned())
}

// facts: CALL-ALL-001, CALL-ALL-002, CALL-PLAY-001, CALL-RT-001
#[tokio::test]
async fn calls_are_for_meta_numbers() {
    let mut api = api("ps_demo_web").await;
    let before = api.mock.digest();
    for (method, path) in OPERATIONS {
        for key in ["ps_demo_web", "ps_other_web"] {
            api.use_key(key);
            assert_eq!(
                refusal(&api, method.clone(), path).await,
                (400, "FEATURE_NOT_SUPPORTED".into()),
                "{method} {path}"
            );
        }
        api.use_key("ps_demo_tenant");
        assert_eq!(
            refusal(&api, method.clone(), path).await,
            (403, "TENANT_SCOPE_NOT_ALLOWED".into()),
            "{method} {path}"
        );
        api.use_key("ps_wrong");
        assert_eq!(
            refusal(&api, method.clone(), path).await,
            (401, "UNAUTHORIZED".into()),
            "{method} {path}"
        );
    }
    api.use_key("ps_demo_meta");
    for action in ["play", "realtime-session"] {
        let path = format!("/calls/call_ana_in/{action}");
        assert_eq!(refusal(&api, Method::POST, &path).await, (400, "FEATURE_NOT_SUPPORTED".into()), "{path}");
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: CALL-ALL-004, CALL-ALL-005, CALL-ALL-006, CALL-START-009, CALL-START-010, CALL-PLAY-002
// facts: CALL-PLAY-003, CALL-RT-002, CALL-RT-003, CALL-SET-013, CALL-PRE-003
#[tokio::test]
async fn web_calling_opens_part_of_it() {
    let mut api = web_calling("ps_demo_web").await;
    let meta_only = [2, 3, 4, 5, 10].map(|index: usize| OPERATIONS[index].clone());
    for (method, path) in meta_only {
        assert_eq!(
            refusal(&api, method.clone(), path).await,
            (400, "FEATURE_NOT_SUPPORTED".into()),
            "{method} {path}"
        );
    }
    // No permission and no SDP.
    let (status, call) = api.post("/calls", json!({ "to": "+5511966665555", "sdp": SDP })).await;
    assert_eq!(status, 200, "{call}");
    let id = call["id"].as_str().unwrap();
    let external = call["externalCallId"].as_str().unwrap();
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    assert_eq!((external.len(), external.bytes().all(is_digit)), (8, true), "{external}");
    let (_, shown) = api.get(&format!("/calls/{id}?includeSdp=1")).await;
    assert_eq!((&shown["sdpOffer"], &shown["conversationId"]), (&Value::Null, &json!("conv_caio")));
    let media = json!({ "mediaUrl": "https://cdn.loja.com/ola.MP3?x=1" });
    // Queued until the call is connected.
    let expected = json!({ "success": true, "id": id, "status": "ACCEPTED" });
    assert_eq!(api.post(&format!("/calls/{id}/play"), media).await, (200, expected));
    for file in ["ola.wav", "ola.opus"] {
        let media = json!({ "mediaUrl": format!("http://cdn.loja.com/{file}") });
        assert_eq!(api.post(&format!("/calls/{id}/play"), media).await.0, 200, "{file}");
    }
    let (status, session) =
        api.post(&format!("/calls/{id}/realtime-session"), json!({ "mode": "talk" })).await;
    assert_eq!((status, &session["expiresInSeconds"]), (200, &json!(120)));
    assert!(session["wsUrl"].as_str().unwrap().ends_with(session["token"].as_str().unwrap()), "{session}");
    for (action, body, path) in [
        ("play", json!({}), "/mediaUrl"),
        ("play", json!({ "mediaUrl": "https://cdn.loja.com/ola.txt" }), "/mediaUrl"),
        ("play", json!({ "mediaUrl": "ola.mp3" }), "/mediaUrl"),
        ("realtime-session", json!({}), "/mode"),
        ("realtime-session", json!({ "mode": "shout" }), "/mode"),
    ] {
        let (status, body) = api.post(&format!("/calls/{id}/{action}"), body).await;
        assert_eq!((status, paths(&body)), (400, vec![path]), "{action}");
    }
    assert_eq!(api.post(&format!("/calls/{id}/reject"), json!({})).await.1["status"], "REJECTED");
    let (status, body) =
        api.post(&format!("/calls/{id}/realtime-session"), json!({ "mode": "listen" })).await;
    assert_eq!((status, code(&body)), (409, "CALL_NOT_ACTIVE"));
    // The number must be connected; another engine cannot at all.
    api.use_key("ps_demo_web_closed");
    let (status, body) = api.post("/calls", json!({ "to": ANA })).await;
    assert_eq!((status, code(&body)), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED"));
    api.use_key("ps_other_web");
    let (status, body) = api.post("/calls", json!({ "to": ANA })).await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));
}
