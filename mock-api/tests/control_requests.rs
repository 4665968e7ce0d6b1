//! The control API: the journal of requests.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod common;

use common::control::Control;
use common::{Api, NOW, api, code, start};
use jiff::SignedDuration;
use mock_api::{Count, MockApi, RequestFilter, Since};
use reqwest::Method;
use serde_json::{Value, json};

async fn last(control: &Control) -> Value {
    control.get("/requests?limit=1").await.1["requests"][0].clone()
}

/// The rule that refused the last request, and what is near.
async fn refused(control: &Control) -> (String, Vec<String>) {
    let refused = last(control).await["refused"].clone();
    let near = refused["nearest"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    (refused["rule"].as_str().unwrap().to_owned(), near.collect())
}

// facts: COM-ERR-010
#[tokio::test]
async fn notes_what_came_and_what_was_answered() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let body =
        json!({ "destinationNumber": "+5511966665555", "text": "Oi", "colour": "red", "markRead": false });
    let (_, sent) = api.post("/messages/send?x=1", body.clone()).await;
    let expected = json!({
        "sequence": 1, "at": NOW, "method": "POST", "path": "/v1/messages/send", "query": "x=1",
        "operation": "POST /v1/messages/send", "tenantId": "tenant_demo", "numberId": "num_web", "keyId": "key_demo_web",
        "status": 202, "code": null, "body": body, "bodyTruncated": false, "ignoredFields": ["/colour"],
        "refused": null, "faults": [], "delayMs": 0
    });
    assert_eq!(last(&control).await, expected);
    api.mock.advance(SignedDuration::from_secs(60)).await;
    api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    let entry = last(&control).await;
    assert_eq!(entry["operation"], "GET /v1/messages/{id}");
    assert_eq!((&entry["sequence"], &entry["at"]), (&json!(2), &json!("2026-06-20T10:01:00.000Z")));
    assert_eq!((&entry["body"], &entry["status"]), (&json!(null), &json!(200)));
}

#[tokio::test]
async fn says_which_rule_refused() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    api.get("/mesages/unread").await;
    let (rule, near) = refused(&control).await;
    assert_eq!((rule.as_str(), near[0].as_str()), ("route", "GET /v1/messages/unread"));
    api.get("/flows/1").await;
    assert_eq!(refused(&control).await.0, "route");
    api.patch("/messages/unread", json!({})).await;
    let (rule, near) = refused(&control).await;
    assert_eq!(rule, "method");
    assert!(near.contains(&"GET".to_owned()), "{near:?}");
    api.get("/numbers").await;
    assert_eq!(refused(&control).await.0, "scope");
    let entry = last(&control).await;
    assert_eq!(
        (&entry["keyId"], &entry["code"]),
        (&json!("key_demo_web"), &json!("NUMBER_SCOPE_NOT_ALLOWED"))
    );
    api.get("/calls").await;
    assert_eq!(refused(&control).await.0, "provider");
    api.post("/messages/send", json!({ "text": "Oi" })).await;
    assert_eq!(refused(&control).await.0, "body");
    assert_eq!(last(&control).await["refused"]["details"]["issues"][0]["path"], "");
    api.get("/messages/nope").await;
    assert_eq!(refused(&control).await.0, "state");
    api.use_key("ps_demo_tenant");
    api.get("/conversations").await;
    assert_eq!(refused(&control).await.0, "scope");
    api.use_header("x-whatsapp-number-id", "num_webb");
    api.get("/conversations").await;
    let (rule, near) = refused(&control).await;
    assert_eq!((rule.as_str(), near[0].as_str()), ("number", "num_web"));
    assert!(!near.contains(&"num_other".to_owned()), "another tenant's");
    assert_eq!(last(&control).await["numberId"], "num_webb");
    api.use_key("ps_nobody");
    api.get("/conversations").await;
    assert_eq!(refused(&control).await.0, "key");
    assert_eq!(last(&control).await["keyId"], Value::Null);
    control.put("/faults/busy", json!({ "status": 503, "code": "BUSY" })).await;
    api.get("/conversations").await;
    assert_eq!(refused(&control).await.0, "fault");
    let entry = last(&control).await;
    assert_eq!((&entry["code"], &entry["faults"]), (&json!("BUSY"), &json!(["busy"])));
}

#[tokio::test]
async fn covers_secrets() {
    let api = api("ps_demo_tenant").await;
    let control = Control::of(&api).await;
    let (_, link) = api.post("/numbers/remote-pairing", json!({ "provider": "META" })).await;
    let token = link["remotePairingToken"].as_str().unwrap();
    api.get(&format!("/remote-pairing/{token}/status?key=ps_demo_web")).await;
    let body = json!({ "whatsappNumberId": "ps_demo_web", "token": "abc", "more": { "secret": "abc" } });
    api.post("/api-keys", body).await;
    let request = api.request(Method::POST, "/api-keys").body("not json but ps_demo_tenant");
    api.send(request).await;
    let (_, body) = control.get("/requests").await;
    let requests = body["requests"].as_array().unwrap();
    assert_eq!(requests[1]["path"], "/v1/remote-pairing/…/status");
    assert_eq!(requests[1]["query"], "key=ps_…");
    let covered = json!({ "whatsappNumberId": "ps_…", "token": "…", "more": { "secret": "…" } });
    assert_eq!(requests[2]["body"], covered);
    assert_eq!(requests[3]["body"], "not json but ps_…");
    let text = body.to_string();
    assert!(!text.contains("ps_demo") && !text.contains(token) && !text.contains("abc"), "{text}");
}

#[tokio::test]
async fn keeps_sixteen_kibibytes_of_a_body() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let body = |length: usize| json!({ "text": "x".repeat(length - r#"{"text":""}"#.len()) });
    api.post("/messages/send", body(16 * 1024)).await;
    let entry = last(&control).await;
    assert_eq!((&entry["bodyTruncated"], &entry["body"]), (&json!(false), &body(16 * 1024)));
    api.post("/messages/send", body(16 * 1024 + 1)).await;
    let entry = last(&control).await;
    assert_eq!(entry["bodyTruncated"], true);
    assert_eq!(entry["body"].as_str().unwrap().len(), 16 * 1024);
}

async fn some_requests(api: &mut Api) {
    api.get("/conversations").await;
    api.get("/messages/unread").await;
    api.get("/messages/nope").await;
    api.use_key("ps_other_web");
    api.get("/conversations").await;
    api.mock.advance(SignedDuration::from_secs(1)).await;
    api.post("/messages/send", json!({ "destinationNumber": "+5511966665555", "text": "Oi" })).await;
}

#[tokio::test]
async fn filters_and_counts() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    some_requests(&mut api).await;
    for (query, sequences) in [
        ("", vec![1, 2, 3, 4, 5]),
        ("?method=get", vec![1, 2, 3, 4]),
        ("?path=/v1/conversations", vec![1, 4]),
        ("?path=/v1/messages/*", vec![2, 3, 5]),
        ("?operation=GET%20/v1/messages/%7Bid%7D", vec![3]),
        ("?status=202", vec![5]),
        ("?code=MESSAGE_NOT_FOUND", vec![3]),
        ("?tenantId=tenant_other", vec![4, 5]),
        ("?numberId=num_web&method=GET&status=200", vec![1, 2]),
        ("?since=3", vec![4, 5]),
        ("?since=2026-06-20T10:00:01Z", vec![5]),
        ("?limit=2", vec![4, 5]),
        ("?limit=0", vec![]),
    ] {
        let (status, body) = control.get(&format!("/requests{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
        let found: Vec<_> =
            body["requests"].as_array().unwrap().iter().map(|it| it["sequence"].clone()).collect();
        assert_eq!(json!(found), json!(sequences), "{query}");
    }
    assert_eq!(control.get("/requests?limit=2").await.1["count"], 5);
    let counts = json!({
        "count": 5, "dropped": 0,
        "byOperation": { "GET /v1/conversations": 2, "GET /v1/messages/unread": 1, "GET /v1/messages/{id}": 1, "POST /v1/messages/send": 1 },
        "byStatus": { "200": 3, "202": 1, "404": 1 }, "byCode": { "MESSAGE_NOT_FOUND": 1 }
    });
    assert_eq!(control.get("/requests/counts").await, (200, counts));
    assert_eq!(control.get("/requests/counts?tenantId=tenant_other").await.1["count"], 2);
    for query in ["?sequence=1", "?status=many", "?since=yesterday"] {
        let (status, body) = control.get(&format!("/requests{query}")).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"), "{query}");
    }
    assert_eq!(control.delete("/requests").await, (200, json!({ "ok": true })));
    assert_eq!(control.get("/requests").await.1, json!({ "count": 0, "dropped": 0, "requests": [] }));
    api.get("/conversations").await;
    assert_eq!(last(&control).await["sequence"], 6, "numbers go on");
}

#[tokio::test]
async fn verifies() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    some_requests(&mut api).await;
    let conversations = "GET /v1/conversations";
    for (expected, ok) in [
        (json!({ "operation": conversations }), true),
        (json!({ "operation": conversations, "count": { "exactly": 2 } }), true),
        (json!({ "operation": conversations, "count": { "exactly": 1 } }), false),
        (json!({ "operation": conversations, "count": { "atLeast": 2, "atMost": 2 } }), true),
        (json!({ "operation": conversations, "count": { "atLeast": 3 } }), false),
        (json!({ "operation": conversations, "count": { "atMost": 1 } }), false),
        (json!({ "body": { "text": "Oi" }, "count": { "exactly": 1 } }), true),
        (json!({ "body": { "text": "Olá" }, "count": { "exactly": 0 } }), true),
        (json!({ "body": { "text": "Olá" } }), false),
        (json!({ "since": 5, "count": { "exactly": 0 } }), true),
        (json!({}), true),
    ] {
        let (status, body) = control.post("/requests/verify", expected.clone()).await;
        assert_eq!((status, &body["ok"]), (200, &json!(ok)), "{expected}: {body}");
    }
    let wrong = json!({ "operation": "POST /v1/messages/send", "tenantId": "tenant_demo" });
    let (_, body) = control.post("/requests/verify", wrong).await;
    assert_eq!((&body["count"], &body["dropped"]), (&json!(0), &json!(0)));
    let near = body["nearest"].as_array().unwrap();
    assert_eq!(near.len(), 3);
    assert_eq!((&near[0]["differs"], &near[0]["request"]["sequence"]), (&json!(["tenantId"]), &json!(5)));
    for bad in
        [json!({ "count": 1 }), json!({ "count": { "about": 1 } }), json!({ "verb": "GET" }), json!([])]
    {
        let (status, body) = control.post("/requests/verify", bad.clone()).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"), "{bad}");
    }
}

#[tokio::test]
async fn keeps_so_many() {
    let api = start(MockApi::builder().journal(2), "ps_demo_web").await;
    let control = Control::of(&api).await;
    for path in ["/conversations", "/templates", "/groups"] {
        api.get(path).await;
    }
    let (_, body) = control.get("/requests").await;
    assert_eq!((&body["count"], &body["dropped"]), (&json!(2), &json!(1)));
    assert_eq!(body["requests"][0]["path"], "/v1/templates");
    let off = start(MockApi::builder().journal(0), "ps_demo_web").await;
    off.get("/conversations").await;
    off.get("/nowhere").await;
    let expected = json!({ "count": 0, "dropped": 0, "requests": [] });
    assert_eq!(Control::of(&off).await.get("/requests").await.1, expected);
}

#[tokio::test]
async fn is_no_part_of_the_state() {
    let api = api("ps_demo_web").await;
    let before = api.mock.digest();
    api.get("/conversations").await;
    api.get("/nowhere").await;
    Control::of(&api).await.get("/requests").await;
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn the_handle_does_the_same() {
    let mut api = api("ps_demo_web").await;
    some_requests(&mut api).await;
    let filter =
        RequestFilter { status: Some(200), since: Some(Since::Sequence(1)), ..RequestFilter::default() };
    let paths: Vec<_> = api.mock.requests(&filter).into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/messages/unread", "/v1/conversations"]);
    assert!(api.mock.verify(&filter, Count::at_most(2)).ok);
    let verification = api.mock.verify(&filter, Count::at_least(3));
    assert_eq!(
        (verification.ok, verification.count, verification.nearest[0].differs.as_slice()),
        (false, 2, &["status"][..])
    );
    api.mock.clear_requests();
    assert!(api.mock.requests(&RequestFilter::default()).is_empty());
}
