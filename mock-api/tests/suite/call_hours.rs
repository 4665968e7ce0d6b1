//! When contacts may call a number.

use crate::common::{Api, api, code, paths};
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

async fn set(api: &Api, settings: Value) {
    assert_eq!(api.put("/calls/settings", settings).await.0, 200);
}

/// Whether a contact gets through at an instant.
async fn gets_through(api: &Api, at: &str) -> bool {
    api.mock.advance_to(at.parse().unwrap()).await.unwrap();
    let (status, body) = api.simulate("call", json!({ "numberId": "num_meta", "from": ANA })).await;
    if status != 200 {
        assert_eq!((status, paths(&body)), (400, vec!["/numberId"]), "{body}");
    }
    status == 200
}

async fn check(api: &Api, cases: &[(&str, bool)]) {
    for (at, expected) in cases {
        assert_eq!(gets_through(api, at).await, *expected, "{at}");
    }
}

/// Manaus is four hours behind UTC; 2026-06-20 is a Saturday.
// facts: CALL-SET-015, CALL-SET-016, CALL-SET-017
#[tokio::test]
async fn contacts_call_in_the_hours_of_the_day() {
    let api = api("ps_demo_meta").await;
    let hours = json!({
        "status": "ENABLED", "timezone_id": "America/Manaus",
        "weekly_operating_hours": [
            { "day_of_week": "SATURDAY", "open_time": "0700", "close_time": "0800" },
            { "day_of_week": "SATURDAY", "open_time": "2200", "close_time": "2359" },
            { "day_of_week": "MONDAY", "open_time": "0400", "close_time": "1020" },
        ],
        "holiday_schedule": [{ "date": "2026-06-29", "start_time": "1200", "end_time": "1300" }],
    });
    set(&api, json!({ "call_hours": hours.clone() })).await;
    assert_eq!(api.get("/calls/settings").await.1["calling"]["call_hours"], hours);
    check(
        &api,
        &[
            ("2026-06-20T10:59:59.999Z", false),
            ("2026-06-20T11:00:00Z", true),
            ("2026-06-20T12:00:59Z", true),
            ("2026-06-20T12:01:00Z", false),
            ("2026-06-21T03:59:59Z", true),
            ("2026-06-21T04:00:00Z", false),
            ("2026-06-21T11:30:00Z", false),
            ("2026-06-22T07:59:59Z", false),
            ("2026-06-22T08:00:00Z", true),
            ("2026-06-29T08:00:00Z", false),
            ("2026-06-29T16:30:00Z", true),
            ("2026-07-06T08:00:00Z", true),
        ],
    )
    .await;
}

// facts: CALL-SET-018
#[tokio::test]
async fn nobody_calls_a_number_that_takes_no_calls() {
    let api = api("ps_demo_meta").await;
    set(&api, json!({ "status": "DISABLED" })).await;
    let (status, body) =
        api.simulate("call", json!({ "numberId": "num_meta", "from": "+5511988887777" })).await;
    assert_eq!((status, code(&body)), (400, "META_CALLING_NOT_ELIGIBLE"));
    set(&api, json!({ "status": "ENABLED", "call_hours": { "status": "DISABLED" } })).await;
    assert!(gets_through(&api, "2026-06-20T11:00:00Z").await);
}

#[tokio::test]
async fn hours_that_cannot_be_read_are_none() {
    let api = api("ps_demo_meta").await;
    let saturday =
        |open: &str| json!([{ "day_of_week": "SATURDAY", "open_time": open, "close_time": "2359" }]);
    for (hours, open) in [
        (json!({}), true),
        (json!({ "status": "ENABLED" }), false),
        (json!({ "status": "ENABLED", "weekly_operating_hours": saturday("1000") }), true),
        (
            json!({ "status": "ENABLED", "timezone_id": "Nowhere/At_All", "weekly_operating_hours": saturday("1000") }),
            true,
        ),
        (json!({ "status": "ENABLED", "weekly_operating_hours": saturday("1001") }), false),
        (json!({ "status": "ENABLED", "weekly_operating_hours": saturday("9am") }), false),
        (json!({ "status": "ENABLED", "weekly_operating_hours": saturday("900") }), false),
        (json!({ "status": "ENABLED", "weekly_operating_hours": saturday("0860") }), false),
    ] {
        set(&api, json!({ "call_hours": hours.clone() })).await;
        assert_eq!(gets_through(&api, crate::common::NOW).await, open, "{hours}");
    }
}

// facts: CALL-SET-019
#[tokio::test]
async fn the_number_calls_at_all_hours() {
    let api = api("ps_demo_meta").await;
    set(&api, json!({ "call_hours": { "status": "ENABLED" } })).await;
    let (status, body) = api.post("/calls", json!({ "to": "+15550100204", "sdp": "v=0" })).await;
    assert_eq!(status, 200, "{body}");
}
