//! The control API: health, its document, the clock.

use crate::common::control::Control;
use crate::common::{NOW, api, code, paths};
use mock_api::{ClockMode, MockApi};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn health() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let expected = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(control.get("/health").await, (200, expected));
}

#[tokio::test]
async fn unknown_operations_name_what_is_near() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let (status, body) = control.post("/clock/advnce", json!({})).await;
    assert_eq!((status, code(&body)), (404, "NOT_FOUND"));
    assert_eq!(body["nearest"][0], "POST /_mock/clock/advance");
    let (status, body) = control.delete("/clock").await;
    assert_eq!((status, code(&body)), (405, "METHOD_NOT_ALLOWED"));
    assert!(body["nearest"].as_array().unwrap().contains(&json!("PUT /_mock/clock")), "{body}");
    assert!(body["error"].as_str().unwrap().contains("PUT /_mock/clock"));
}

#[tokio::test]
async fn advances_by_and_to() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let shows = |now: &str| (200, json!({ "mode": "frozen", "now": now }));
    assert_eq!(control.get("/clock").await, shows(NOW));
    for (body, now) in [
        (json!({ "by": "PT1H" }), "2026-06-20T11:00:00.000Z"),
        (json!({ "by": "P1DT0.5S" }), "2026-06-21T11:00:00.500Z"),
        (json!({ "by": "PT0S" }), "2026-06-21T11:00:00.500Z"),
        (json!({ "to": "2026-06-22T10:00:00-03:00" }), "2026-06-22T13:00:00.000Z"),
        (json!({ "to": "2026-06-22T13:00:00Z" }), "2026-06-22T13:00:00.000Z"),
    ] {
        assert_eq!(control.post("/clock/advance", body).await, shows(now));
    }
}

#[tokio::test]
async fn does_not_go_back() {
    let api = api("").await;
    let control = Control::of(&api).await;
    for (path, method, body) in [
        ("/clock/advance", Method::POST, json!({ "by": "-PT1S" })),
        ("/clock/advance", Method::POST, json!({ "to": "2026-06-20T09:59:59Z" })),
        ("/clock", Method::PUT, json!({ "mode": "frozen", "now": "2026-06-20T09:59:59Z" })),
        ("/clock", Method::PUT, json!({ "mode": "real", "now": "2026-06-20T09:59:59Z" })),
    ] {
        let (status, answer) = control.call(method, path, Some(body.clone())).await;
        assert_eq!((status, code(&answer)), (400, "CLOCK_BACKWARDS"), "{body}");
        assert!(answer["error"].as_str().unwrap().contains("snapshot"), "what to do: {answer}");
    }
    assert_eq!(control.get("/clock").await.1, json!({ "mode": "frozen", "now": NOW }));
}

#[tokio::test]
async fn moves_at_the_same_time_add_up() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let hour = || control.post("/clock/advance", json!({ "by": "PT1H" }));
    tokio::join!(hour(), hour(), hour());
    assert_eq!(control.get("/clock").await.1["now"], "2026-06-20T13:00:00.000Z");
}

#[tokio::test]
async fn bad_bodies() {
    let api = api("").await;
    let control = Control::of(&api).await;
    for (body, path) in [
        (json!({}), ""),
        (json!({ "by": "PT1H", "to": NOW }), ""),
        (json!({ "by": "1 month" }), "/by"),
        (json!({ "by": "P1M" }), "/by"),
        (json!({ "by": 3600 }), "/by"),
        (json!({ "to": "tomorrow" }), "/to"),
        (json!({ "to": "2026-06-21T15:30:00" }), "/to"),
        (json!({ "seconds": 1 }), "/seconds"),
        (json!([]), ""),
    ] {
        let (status, answer) = control.post("/clock/advance", body.clone()).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", vec![path]), "{body}");
    }
    for body in [json!({}), json!({ "mode": "slow" }), json!({ "mode": "real", "now": 1 })] {
        let (status, answer) = control.put("/clock", body.clone()).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{body}");
    }
}

#[tokio::test]
async fn stands_and_runs() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let (_, body) = control.put("/clock", json!({ "mode": "real" })).await;
    assert_eq!(body["mode"], "real");
    assert!(body["now"].as_str().unwrap() >= NOW, "it runs from where it stood");
    assert!(body["now"].as_str().unwrap() < "2026-06-20T11", "it runs from where it stood");
    let later = "2026-06-21T10:00:00.000Z";
    let body = json!({ "mode": "frozen", "now": later });
    assert_eq!(control.put("/clock", body.clone()).await, (200, body));
    assert_eq!(control.get("/clock").await.1["now"], later);
}

#[tokio::test]
async fn a_message_falls_due_on_the_way() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let (_, sent) =
        api.post("/messages/send", json!({ "destinationNumber": "+5511966665555", "text": "Oi" })).await;
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.1["status"], "QUEUED");
    control.put("/clock", json!({ "mode": "frozen", "now": "2026-06-20T12:00:00Z" })).await;
    assert_eq!(api.get(&path).await.1["status"], "READ");
}

#[tokio::test]
async fn the_handle_does_the_same() {
    let mock = MockApi::builder().start().await.unwrap();
    assert_eq!(mock.clock().mode, ClockMode::Real);
    mock.freeze();
    let stands = mock.clock();
    assert_eq!(stands.mode, ClockMode::Frozen);
    let later = stands.now.plus(jiff::SignedDuration::from_hours(1));
    mock.advance_to(later).await.unwrap();
    assert_eq!(mock.clock().now, later);
    let error = mock.advance_to(stands.now).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (400, "CLOCK_BACKWARDS"));
    mock.set_clock(ClockMode::Real, None).await.unwrap();
    assert!(mock.clock().now >= later);
}
