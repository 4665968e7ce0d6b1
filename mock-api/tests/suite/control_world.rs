//! The control API: reset, of everything or of one tenant, and other worlds.

use crate::common::control::Control;
use crate::common::receiver::{Answer, Receiver};
use crate::common::{Api, api, code, paths, start};
use jiff::SignedDuration;
use mock_api::{Count, Fault, MockApi, RequestFilter};
use serde_json::{Value, json};

const WORLD: &str = "
version: 1
tenants:
  - { id: tenant_small, plan: FREE, paidNumbers: 1, key: { id: key_small, raw: ps_small } }
";

async fn send(api: &Api, to: &str) -> Value {
    let (status, body) = api.post("/messages/send", json!({ "destinationNumber": to, "text": "Oi" })).await;
    assert_eq!(status, 202, "{body}");
    body
}

#[tokio::test]
async fn everything_goes_back() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let fresh = api.mock.digest();
    let first = send(&api, "+5511966665555").await;
    control.put("/faults/busy", json!({ "status": 503 })).await;
    assert_ne!(api.mock.digest(), fresh);
    let told = json!({ "digest": format!("{:016x}", api.mock.digest()) });
    assert_eq!(control.get("/digest").await, (200, told));
    assert_eq!(control.call(reqwest::Method::POST, "/reset", None).await, (200, json!({ "ok": true })));
    assert_eq!(api.mock.digest(), fresh);
    assert_eq!(control.get("/requests").await.1["count"], 0);
    assert_eq!(control.get("/faults").await.1, json!({ "faults": [] }));
    // The same calls give the same ids again.
    assert_eq!(send(&api, "+5511966665555").await, first);
    assert_eq!(control.post("/reset", json!({})).await.0, 200);
    assert_eq!(api.mock.digest(), fresh);
}

#[tokio::test]
async fn one_tenant_goes_back_alone() {
    let mut api = api("ps_other_web").await;
    let control = Control::of(&api).await;
    let receiver = Receiver::start().await;
    // The other tenant has a message on its way and a delivery that waits for its second attempt.
    let hook = json!({ "url": receiver.url("/other"), "events": ["*"] });
    assert_eq!(api.post("/webhooks", hook).await.0, 201);
    let theirs = send(&api, "+5511966665555").await;
    receiver.answer([Answer::Status(500)]);
    api.mock.advance(SignedDuration::from_secs(5)).await;
    assert_eq!(receiver.take_events(), ["message.sent"]);
    // The tenant that goes back has one of everything that falls due.
    api.use_key("ps_demo_web");
    let ours = send(&api, "+5511966665555").await;
    api.use_key("ps_demo_tenant");
    assert_eq!(api.delete("/numbers/num_web_closed").await.0, 200);
    assert_eq!(api.post("/numbers/remote-pairing", json!({ "provider": "META" })).await.0, 201);
    let (_, key) = api.post("/api-keys", json!({ "whatsappNumberId": "num_web" })).await;
    assert_eq!(control.post("/reset", json!({ "tenantId": "tenant_demo" })).await.0, 200);

    assert_eq!(api.get("/numbers/num_web_closed").await.0, 200);
    assert_eq!(api.with_key(key["key"].as_str().unwrap(), "/conversations").await.0, 401);
    api.use_key("ps_demo_web");
    assert_eq!(api.get(&format!("/messages/{}", ours["id"].as_str().unwrap())).await.0, 404);
    // Ids are not given out twice.
    assert_ne!(send(&api, "+5511966665555").await["id"], ours["id"]);

    api.use_key("ps_other_web");
    let path = format!("/messages/{}", theirs["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.1["status"], "SENT");
    api.mock.advance(SignedDuration::from_secs(40)).await;
    assert_eq!(api.get(&path).await.1["status"], "READ");
    assert_eq!(receiver.take_events(), ["message.sent", "message.delivered", "message.read"]);
    // What was to happen to the number that went back does not: it was never deleted.
    api.mock.advance(SignedDuration::from_hours(31 * 24)).await;
    assert_eq!(api.with_key("ps_demo_tenant", "/numbers/num_web_closed").await.0, 200);
}

/// Starts what falls due later: a message is attempted and a request for permission answered after 5 s, a template reviewed after 3 min.
async fn begin(api: &Api) -> Value {
    let sent = send(api, "+5511988887777").await;
    let wrote = json!({ "numberId": "num_meta", "from": "+5511977776666", "text": "Oi" });
    assert_eq!(api.simulate("message", wrote).await.0, 200);
    assert_eq!(api.post("/calls/permissions/request", json!({ "to": "+5511977776666" })).await.0, 200);
    assert_eq!(api.put("/templates/boas_vindas", json!({ "body": "Oi de novo." })).await.0, 200);
    sent["id"].clone()
}

/// What became of it.
async fn became(api: &Api, message: &Value) -> [Value; 3] {
    let (_, message) = api.get(&format!("/messages/{}", message.as_str().unwrap())).await;
    let (_, permission) = api.get("/calls/permissions?to=5511977776666").await;
    let (_, template) = api.get("/templates/boas_vindas").await;
    [message["status"].clone(), permission["permission"]["status"].clone(), template["metaStatus"].clone()]
}

#[tokio::test]
async fn what_was_to_happen_goes_with_its_tenant_and_not_with_another() {
    let waits = ["QUEUED", "no_permission", "PENDING"].map(|status| json!(status));
    let happened = ["READ", "temporary", "APPROVED"].map(|status| json!(status));
    let api = api("ps_demo_meta").await;
    let seconds = async |seconds: i64| api.mock.advance(SignedDuration::from_secs(seconds)).await;
    let first = begin(&api).await;
    api.mock.reset_tenant("tenant_other").unwrap();
    assert_eq!(became(&api, &first).await, waits);
    seconds(180).await;
    assert_eq!(became(&api, &first).await, happened);

    api.mock.reset_tenant("tenant_demo").unwrap();
    begin(&api).await;
    seconds(3).await;
    api.mock.reset_tenant("tenant_demo").unwrap();
    let second = begin(&api).await;
    // The time of the first ones has come, not that of these.
    seconds(4).await;
    assert_eq!(became(&api, &second).await, waits);
    seconds(174).await;
    assert_eq!(became(&api, &second).await[2], "PENDING");
    seconds(2).await;
    assert_eq!(became(&api, &second).await, happened);
}

#[tokio::test]
async fn a_tenant_that_goes_back_is_as_in_the_world() {
    let mut api = api("ps_demo_tenant").await;
    let paths = ["/numbers", "/webhooks", "/api-keys", "/branding", "/subscription/extra-numbers"];
    let of_number = ["/conversations", "/templates", "/messages/unread", "/messages/history", "/calls"];
    let mut before = Vec::new();
    for path in paths {
        before.push(api.get(path).await);
    }
    api.use_key("ps_demo_meta");
    for path in of_number {
        before.push(api.get(path).await);
    }
    api.delete("/templates/boas_vindas").await;
    api.simulate("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" })).await;
    api.use_key("ps_demo_tenant");
    api.delete("/webhooks/wh_demo").await;
    api.put("/branding", json!({ "companyName": "Acme" })).await;
    api.delete("/numbers/num_meta/purge").await;
    api.mock.reset_tenant("tenant_demo").unwrap();
    let mut after = Vec::new();
    for path in paths {
        after.push(api.get(path).await);
    }
    api.use_key("ps_demo_meta");
    for path in of_number {
        after.push(api.get(path).await);
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn journal_and_faults_of_other_tenants_stay() {
    let mut api = api("ps_other_web").await;
    api.get("/conversations").await;
    api.use_key("ps_demo_web");
    api.get("/conversations").await;
    let fault = |tenant: Option<&str>| Fault {
        tenant_id: tenant.map(str::to_owned),
        status: Some(500),
        probability: Some(0.0),
        ..Fault::default()
    };
    for (id, tenant) in [("ours", Some("tenant_demo")), ("theirs", Some("tenant_other")), ("all", None)] {
        api.mock.put_fault(id, fault(tenant)).unwrap();
    }
    api.mock.reset_tenant("tenant_demo").unwrap();
    let of = |tenant: &str| RequestFilter { tenant_id: Some(tenant.to_owned()), ..RequestFilter::default() };
    assert!(api.mock.verify(&of("tenant_other"), Count::exactly(1)).ok);
    assert!(api.mock.verify(&of("tenant_demo"), Count::exactly(0)).ok);
    let ids: Vec<_> = api.mock.faults().into_iter().map(|fault| fault.id).collect();
    assert_eq!(ids, ["theirs", "all"]);
}

#[tokio::test]
async fn a_delivery_that_is_under_way_does_not_count_for_the_webhook_that_takes_its_place() {
    let builder = MockApi::builder().webhook_timeout(std::time::Duration::from_millis(200));
    let api = start(builder, "ps_demo_meta").await;
    let receiver = Receiver::start().await;
    let control = Control::of(&api).await;
    let active = json!({ "url": receiver.url("/hook"), "active": true });
    api.patch("/webhooks/wh_demo", active.clone()).await;
    receiver.answer([Answer::Silence]);
    api.simulate("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" })).await;
    while receiver.take().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(control.post("/reset", json!({ "tenantId": "tenant_demo" })).await.0, 200);
    api.patch("/webhooks/wh_demo", active).await;
    api.simulate("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Olá" })).await;
    api.settle().await;
    assert_eq!(receiver.take().len(), 1);
    let (_, body) = control.get("/webhooks/wh_demo/deliveries").await;
    let deliveries = body["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "{body}");
    assert_eq!(deliveries[0]["status"], "SUCCESS");
}

#[tokio::test]
async fn what_a_purged_number_left_to_be_delivered_goes_with_its_tenant() {
    let api = api("ps_demo_tenant").await;
    let control = Control::of(&api).await;
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": "num_web" });
    assert_eq!(api.post("/webhooks", body).await.0, 201);
    receiver.fail(1);
    assert_eq!(api.delete("/numbers/num_web/purge").await.0, 200);
    api.settle().await;
    assert_eq!(receiver.take_events(), ["number.removed"]);
    assert_eq!(control.post("/reset", json!({ "tenantId": "tenant_demo" })).await.0, 200);
    // It would have been tried again.
    api.mock.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(receiver.take_events(), Vec::<String>::new());
}

#[tokio::test]
async fn unknown_tenants_and_bad_bodies() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let before = api.mock.digest();
    let (status, body) = control.post("/reset", json!({ "tenantId": "nobody" })).await;
    assert_eq!((status, code(&body)), (404, "TENANT_NOT_FOUND"));
    for body in [json!({ "tenant": "tenant_demo" }), json!({ "tenantId": 1 }), json!([])] {
        let (status, answer) = control.post("/reset", body.clone()).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{body}");
    }
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn another_world() {
    let mut api = api("ps_small").await;
    let url = format!("{}/_mock/worlds", api.mock.url());
    let load = |text: String| crate::common::client().post(&url).body(text).send();
    assert_eq!(api.get("/numbers").await.0, 401);
    assert_eq!(load(WORLD.to_owned()).await.unwrap().status(), 200);
    assert_eq!(api.get("/numbers").await, (200, json!([])));
    // A reset goes back to it, and not to the one that the mock was started with.
    api.mock.reset();
    assert_eq!(api.get("/numbers").await.0, 200);
    assert_eq!(api.with_key("ps_demo_tenant", "/numbers").await.0, 401);

    let before = api.mock.digest();
    let bad = ["", "version: 9", "version: 1", "{\"version\": 1, \"tenants\": [], \"more\": 1}", "\u{0}"];
    for text in bad {
        let answer = load(text.to_owned()).await.unwrap();
        assert_eq!(answer.status(), 400, "{text}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(code(&body), "WORLD_INVALID");
    }
    assert_eq!(api.mock.digest(), before);
    let json = r#"{"version":1,"tenants":[{"id":"t","plan":"FREE","paidNumbers":1,"key":{"id":"k","raw":"ps_json"}}]}"#;
    assert_eq!(load(json.to_owned()).await.unwrap().status(), 200);
    api.use_key("ps_json");
    assert_eq!(api.get("/numbers").await, (200, json!([])));
}

#[tokio::test]
async fn the_handle_loads_worlds() {
    let mock = MockApi::builder().start().await.unwrap();
    assert!(mock.load_world_text("version: 2").is_err());
    mock.load_world_text(WORLD).unwrap();
    assert_eq!(mock.reset_tenant("tenant_demo").unwrap_err().code(), "TENANT_NOT_FOUND");
    mock.reset_tenant("tenant_small").unwrap();
}

#[tokio::test]
async fn what_may_mean_one_tenant_resets_nothing() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    send(&api, "+5511966665555").await;
    let before = api.mock.digest();
    for (path, body, pointer) in [
        ("/reset?tenantId=tenant_demo", None, "/tenantId"),
        ("/reset", Some(json!({ "tenantId": null })), "/tenantId"),
        ("/reset", Some(json!({ "tenant": "tenant_demo" })), "/tenant"),
        ("/reset", Some(json!(["tenant_demo"])), ""),
    ] {
        let (status, answer) = control.call(reqwest::Method::POST, path, body).await;
        assert_eq!(
            (status, code(&answer), paths(&answer)),
            (400, "VALIDATION_ERROR", vec![pointer]),
            "{path}"
        );
    }
    assert_eq!(api.mock.digest(), before);
    // No operation takes a parameter that it does not know.
    for path in [
        "/health?x=1",
        "/clock?x=1",
        "/webhooks?x=1",
        "/webhooks/wh_demo?x=1",
        "/requests/counts?x=1",
        "/faults?x=1",
    ] {
        let (status, answer) = control.get(path).await;
        assert_eq!((status, paths(&answer)), (400, vec!["/x"]), "{path}");
    }
}
