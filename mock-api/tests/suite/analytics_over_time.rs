//! The dashboard as messages go their way.

use crate::common::{Api, api, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn send(api: &Api, to: &str, more: Value) {
    let mut body = json!({ "text": "Oi", "destinationNumber": to });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, body) = api.post("/messages/send", body).await;
    assert_eq!(status, 202, "{body}");
}

/// One message of each status: queued, sent, delivered, failed, read, and one that was canceled.
async fn one_of_each(api: &Api) {
    send(api, "+5511966665555", json!({ "deliverAt": "2026-06-21T10:00:00.000Z" })).await;
    for to in ["+15550100102", "+15550100101", "+15550100003", "+5511966665555"] {
        send(api, to, json!({})).await;
    }
    let canceled = json!({ "text": "Oi", "destinationNumber": "+5511966665555", "deliverAt": "2026-06-22T10:00:00.000Z" });
    let (_, body) = api.post("/messages/send", canceled).await;
    let (status, _) = api.delete_with("/messages/cancel", json!({ "messageIds": [body["id"]] })).await;
    assert_eq!(status, 200);
    api.mock.advance(SignedDuration::from_mins(2)).await;
}

// facts: ACC-DASH-005, ACC-DASH-008, ACC-DASH-009
#[tokio::test]
async fn every_status_counts_as_it_should() {
    let api = api("ps_demo_web").await;
    one_of_each(&api).await;
    let (_, body) = api.get("/analytics/dashboard?period=7d").await;
    assert_eq!(
        (&body["totalSent"], &body["totalFailed"], &body["failureRate"]),
        (&json!(3), &json!(1), &json!(25.0))
    );
    assert_eq!((&body["sentPercentChange"], &body["failedPercentChange"]), (&json!(100.0), &json!(100.0)));
    assert_eq!(
        body["statusDistribution"],
        json!({ "queued": 20.0, "sent": 20.0, "delivered": 20.0, "failed": 20.0, "read": 20.0 })
    );
    // The canceled one counts nowhere.
    assert_eq!(body["dailyMessages"][6], json!({ "date": "2026-06-20", "count": 5 }));
}

// facts: ACC-DASH-007
#[tokio::test]
async fn days_are_those_of_the_time_zone() {
    let api = api("ps_demo_web").await;
    one_of_each(&api).await;
    // 10:02 in UTC is past midnight in the one, and in the evening before in the other.
    for (zone, last) in [("Pacific/Kiritimati", "2026-06-21"), ("Pacific/Pago_Pago", "2026-06-19")] {
        let (_, body) = api.get(&format!("/analytics/dashboard?period=7d&tz={zone}")).await;
        assert_eq!(body["dailyMessages"][6], json!({ "date": last, "count": 5 }));
    }
}

// facts: ACC-DASH-014
#[tokio::test]
async fn the_period_before_is_what_it_is_compared_with() {
    let api = api("ps_demo_web").await;
    one_of_each(&api).await;
    api.mock.advance(SignedDuration::from_hours(24 * 8)).await;
    send(&api, "+5511966665555", json!({})).await;
    api.mock.advance(SignedDuration::from_mins(2)).await;
    let (_, body) = api.get("/analytics/dashboard?period=7d").await;
    // The one that was scheduled has been sent meanwhile; it counts on the day it was accepted.
    assert_eq!((&body["totalSent"], &body["totalFailed"]), (&json!(1), &json!(0)));
    assert_eq!((&body["sentPercentChange"], &body["failedPercentChange"]), (&json!(-75.0), &json!(-100.0)));
    api.mock.advance(SignedDuration::from_hours(24 * 30)).await;
    let (_, body) = api.get("/analytics/dashboard?period=7d").await;
    assert_eq!((&body["totalSent"], &body["sentPercentChange"]), (&json!(0), &json!(0.0)));
}

// facts: ACC-DASH-012, COM-SCOPE-011, ACC-NEWKEY-004
#[tokio::test]
async fn a_key_without_a_number() {
    let mut api = api("ps_demo_web").await;
    let unlink = json!({ "numberId": "num_web", "event": "unlink_key" });
    assert_eq!(api.simulate("number", unlink).await.0, 200);
    let (status, body) = api.get("/analytics/dashboard").await;
    assert_eq!((status, code(&body)), (409, "NUMBER_NOT_LINKED"));
    for path in ["/conversations", "/messages/unread", "/webhooks"] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, code(&body)), (400, "NUMBER_NOT_FOUND"), "{path}");
    }
    // The number gets another key.
    api.use_key("ps_demo_tenant");
    let (status, body) = api.post("/api-keys", json!({ "whatsappNumberId": "num_web" })).await;
    assert_eq!(status, 201);
    assert_eq!(api.with_key(body["key"].as_str().unwrap(), "/analytics/dashboard").await.0, 200);
}
