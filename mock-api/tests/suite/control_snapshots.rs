//! The control API: snapshots.

use crate::common::control::Control;
use crate::common::receiver::{Answer, Receiver};
use crate::common::{Api, NOW, api, code};
use jiff::SignedDuration;
use mock_api::MockApi;
use serde_json::{Value, json};

async fn send(api: &Api) -> String {
    let body = json!({ "destinationNumber": "+5511966665555", "text": "Oi" });
    let (status, body) = api.post("/messages/send", body).await;
    assert_eq!(status, 202, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn goes_back_to_a_name() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let id = send(&api).await;
    let info = json!({ "name": "sent", "now": NOW });
    assert_eq!(control.put("/snapshots/sent", json!({})).await, (200, info.clone()));
    let saved = api.mock.digest();
    api.mock.advance(SignedDuration::from_hours(1)).await;
    let later = send(&api).await;
    assert_eq!(control.get("/snapshots").await, (200, json!({ "snapshots": [info] })));
    assert_eq!(control.post("/snapshots/sent/restore", json!({})).await, (200, info));
    assert_eq!(api.mock.digest(), saved);
    // The time went back too, and what is to happen happens again.
    assert_eq!(control.get("/clock").await.1["now"], NOW);
    let path = format!("/messages/{id}");
    assert_eq!(api.get(&path).await.1["status"], "QUEUED");
    assert_eq!(api.get(&format!("/messages/{later}")).await.0, 404);
    api.mock.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(api.get(&path).await.1["status"], "READ");
    assert_eq!(send(&api).await, later, "ids go on from where they were");
}

#[tokio::test]
async fn a_file_goes_to_another_mock() {
    let api_a = api("ps_demo_web").await;
    let receiver = Receiver::start().await;
    let control = Control::of(&api_a).await;
    // One of everything that is kept: a message on its way, a key that was used, a delivery that waits, a link, a call, a template under review.
    let hook = json!({ "url": receiver.url("/hook"), "events": ["*"] });
    assert_eq!(api_a.post("/webhooks", hook).await.0, 201);
    let request = api_a.request(reqwest::Method::POST, "/messages/send").header("idempotency-key", "once");
    let sent = api_a.send(request.json(&json!({ "groupId": "120363000000000001@g.us", "text": "Oi" }))).await;
    assert_eq!(sent.0, 202);
    receiver.answer([Answer::Status(500)]);
    api_a.simulate("message", json!({ "numberId": "num_web", "from": "+5511966665555", "text": "Oi" })).await;
    api_a.settle().await;
    let template =
        json!({ "name": "a", "category": "UTILITY", "body": { "body": { "text": "Oi, tudo bem?" } } });
    let request = api_a.request(reqwest::Method::POST, "/templates").header("x-api-key", "ps_demo_meta");
    api_a.send(request.json(&template)).await;
    control.put("/snapshots/all", json!({})).await;
    let (_, file) = control.get("/snapshots/all").await;
    assert_eq!((&file["format"], &file["version"]), (&json!("pilot-status-mock snapshot"), &json!(2)));

    let api_b = api("ps_demo_web").await;
    let other = Control::of(&api_b).await;
    assert_eq!(other.post("/snapshots/copy/import", file.clone()).await.0, 200);
    assert_eq!(other.post("/snapshots/copy/restore", json!({})).await.0, 200);
    assert_eq!(api_b.mock.digest(), api_a.mock.digest());
    other.put("/snapshots/again", json!({})).await;
    assert_eq!(other.get("/snapshots/again").await.1, file);
    // They go on alike.
    for api in [&api_a, &api_b] {
        receiver.take();
        api.mock.advance(SignedDuration::from_hours(1)).await;
        assert_eq!(
            receiver.take_events().first().map(String::as_str),
            Some("message.received"),
            "the second attempt"
        );
    }
    assert_eq!(send(&api_a).await, send(&api_b).await);
    assert_eq!(api_b.mock.digest(), api_a.mock.digest());
}

#[tokio::test]
async fn what_was_under_way_is_made_again() {
    let api = api("ps_demo_meta").await;
    let receiver = Receiver::start().await;
    api.patch("/webhooks/wh_demo", json!({ "url": receiver.url("/hook"), "active": true })).await;
    receiver.answer([Answer::Silence]);
    api.simulate("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" })).await;
    while receiver.take().is_empty() {
        tokio::task::yield_now().await;
    }
    api.mock.save_snapshot("under-way").unwrap();
    api.mock.restore_snapshot("under-way").unwrap();
    api.settle().await;
    assert_eq!(receiver.take_events(), ["message.received"]);
    assert_eq!(api.mock.deliveries("wh_demo").unwrap().len(), 1);
    assert_eq!(api.mock.webhook("wh_demo").unwrap().waiting, 0);
}

#[tokio::test]
async fn an_unreadable_file_is_refused_whole() {
    let api = api("").await;
    let control = Control::of(&api).await;
    control.put("/snapshots/good", json!({})).await;
    let (_, good) = control.get("/snapshots/good").await;
    let before = api.mock.digest();
    let changed = |pointer: &str, value: Value| {
        let mut file = good.clone();
        *file.pointer_mut(pointer).unwrap() = value;
        file
    };
    let with = |pointer: &str, key: &str| {
        let mut file = good.clone();
        let part = file.pointer_mut(pointer.trim_end_matches('/')).unwrap();
        part[key] = json!("more");
        file
    };
    let bad = [
        json!({}),
        json!([]),
        json!({ "format": "pilot-status-mock snapshot", "version": 2 }),
        changed("/version", json!(1)),
        changed("/format", json!("another")),
        changed("/now", json!("then")),
        changed("/state/ids", json!(7)),
        changed("/state/numbers", json!({})),
        // What could be read, and is not what was exported.
        changed("/now", json!("2026-06-20T10:00:01.000Z")),
        changed("/digest", json!("00")),
        changed("/state/account/keys", json!({})),
        changed("/state/settings", json!({ "webCalling": true })),
        with("/", "comment"),
        with("/state", "comment"),
    ];
    for file in bad {
        let (status, body) = control.post("/snapshots/good/import", file).await;
        assert_eq!((status, code(&body)), (400, "SNAPSHOT_INVALID"));
    }
    // Laid out anew it is still the same.
    let pretty = serde_json::to_vec_pretty(&good).unwrap();
    api.mock.import_snapshot("pretty", &pretty).unwrap();
    assert_eq!(control.get("/snapshots/pretty").await.1, good);
    let url = format!("{}/_mock/snapshots/good/import", api.mock.url());
    let text: String = good.to_string().chars().take(100).collect();
    assert_eq!(crate::common::client().post(url).body(text).send().await.unwrap().status(), 400);
    assert_eq!(control.get("/snapshots/good").await.1, good, "the one of the same name is still there");
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn so_many_and_no_more() {
    let api = api("").await;
    let control = Control::of(&api).await;
    for index in 0..16 {
        assert_eq!(control.put(&format!("/snapshots/s{index}"), json!({})).await.0, 200);
    }
    let (status, body) = control.put("/snapshots/more", json!({})).await;
    assert_eq!((status, code(&body)), (409, "TOO_MANY_SNAPSHOTS"));
    assert_eq!(control.put("/snapshots/s0", json!({})).await.0, 200, "one of the same name takes its place");
    assert_eq!(control.delete("/snapshots/s1").await.0, 200);
    assert_eq!(control.put("/snapshots/more", json!({})).await.0, 200);
    for (status, body) in [
        control.get("/snapshots/s1").await,
        control.delete("/snapshots/s1").await,
        control.post("/snapshots/s1/restore", json!({})).await,
    ] {
        assert_eq!((status, code(&body)), (404, "SNAPSHOT_NOT_FOUND"));
    }
    for name in ["a%20b", "%2e%2e%2fx", &"x".repeat(65)] {
        let (status, body) = control.put(&format!("/snapshots/{name}"), json!({})).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"), "{name}");
    }
}

#[tokio::test]
async fn the_handle_does_the_same() {
    let mock = MockApi::builder().start().await.unwrap();
    mock.save_snapshot("a").unwrap();
    let file = mock.export_snapshot("a").unwrap();
    let digest = mock.digest();
    mock.load_world_text("{version: 1, tenants: []}").unwrap();
    mock.import_snapshot("b", &file).unwrap();
    let names: Vec<_> = mock.snapshots().into_iter().map(|snapshot| snapshot.name).collect();
    assert_eq!(names, ["a", "b"]);
    mock.restore_snapshot("b").unwrap();
    assert_eq!(mock.digest(), digest);
    mock.delete_snapshot("b").unwrap();
    assert_eq!(mock.restore_snapshot("b").unwrap_err().code(), "SNAPSHOT_NOT_FOUND");
    assert_eq!(mock.import_snapshot("b", b"x").unwrap_err().code(), "SNAPSHOT_INVALID");
}
