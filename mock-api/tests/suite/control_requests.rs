//! The control API: the journal of requests.

use crate::common::control::Control;
use crate::common::{Api, NOW, api, code, paths, start};
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
        "status": 202, "code": null, "headers": { "accept": "*/*", "content-type": "application/json" }, "body": body,
        "bodyTruncated": false, "ignoredFields": ["/colour"], "ignoredFieldCount": 1, "refused": null, "faults": [],
        "delayMs": 0
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
    api.get("/flows").await;
    assert_eq!(refused(&control).await, ("route".to_owned(), vec![]), "not modelled: nothing is near");
    assert!(last(&control).await["refused"]["error"].as_str().unwrap().contains("does not model"));
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
    // A key where a number's id should be, a secret by its name in a query, and a field that is named like a key.
    let request = api.request(Method::GET, "/conversations?access_token=abc");
    api.send(request.header("x-whatsapp-number-id", "ps_demo_web")).await;
    api.post("/numbers/remote-pairing", json!({ "provider": "META", "ps_demo_web": 1 })).await;
    let (_, body) = control.get("/requests").await;
    let requests = body["requests"].as_array().unwrap();
    assert_eq!(requests[1]["path"], "/v1/remote-pairing/…/status");
    assert_eq!(requests[1]["query"], "key=ps_…");
    let covered = json!({ "whatsappNumberId": "ps_…", "token": "…", "more": { "secret": "…" } });
    assert_eq!(requests[2]["body"], covered);
    assert_eq!(requests[3]["body"], "not json but ps_…");
    assert_eq!((&requests[4]["numberId"], &requests[4]["query"]), (&json!("ps_…"), &json!("access_token=…")));
    assert_eq!(requests[5]["ignoredFields"], json!(["/ps_…"]));
    let strict = start(MockApi::builder().strict(true), "ps_demo_tenant").await;
    strict.post("/numbers/remote-pairing", json!({ "provider": "META", "ps_demo_web": 1 })).await;
    let refused = last(&Control::of(&strict).await).await["refused"].to_string();
    assert!(refused.contains("ps_…") && !refused.contains("ps_demo"), "{refused}");
    let text = body.to_string();
    assert!(!text.contains("ps_demo") && !text.contains(token) && !text.contains("abc"), "{text}");
}

#[tokio::test]
async fn names_the_ids_that_are_near() {
    let mut api = api("ps_demo_meta").await;
    let control = Control::of(&api).await;
    let message = json!({ "destinationNumber": "+5511966665555", "text": "Oi" });
    let (_, sent) = api.post("/messages/send", message.clone()).await;
    let id = sent["id"].as_str().unwrap();
    api.get(&format!("/messages/{id}x")).await;
    assert_eq!(refused(&control).await, ("state".to_owned(), vec![id.to_owned()]));
    api.get("/templates/tpl_nope").await;
    let (rule, near) = refused(&control).await;
    assert!(rule == "state" && !near.is_empty(), "{near:?}");
    assert_eq!(api.get(&format!("/templates/{}", near[0])).await.0, 200);
    api.post(
        "/messages/send",
        json!({ "destinationNumber": "+5511966665555", "templateId": near[0].to_uppercase() }),
    )
    .await;
    assert_eq!(refused(&control).await.1[0], near[0], "it stands in the body");
    api.get("/webhooks/wh_dem").await;
    assert_eq!(refused(&control).await.1, ["wh_demo"]);
    api.use_key("ps_demo_tenant");
    api.get("/numbers/num_metta").await;
    assert_eq!(refused(&control).await.1[0], "num_meta");
    // The control API does the same.
    for (method, path, body, near) in [
        (Method::GET, "/webhooks/wh_dem", Value::Null, "wh_demo"),
        (Method::POST, "/reset", json!({ "tenantId": "tenant_dem" }), "tenant_demo"),
        (
            Method::POST,
            "/simulate/message",
            json!({ "numberId": "num_metta", "from": "+5511966665555", "text": "Oi" }),
            "num_meta",
        ),
        (Method::POST, "/simulate/receipt", json!({ "messageId": "nope", "status": "READ" }), ""),
        (
            Method::POST,
            "/simulate/template-verdict",
            json!({ "numberId": "num_meta", "template": "promo_cupon", "status": "APPROVED" }),
            "promo_cupom",
        ),
    ] {
        let (status, answer) = control.call(method, path, Some(body)).await;
        assert_eq!(status, 404, "{answer}");
        if !near.is_empty() {
            assert_eq!(answer["nearest"][0], near, "{answer}");
            assert!(answer["error"].as_str().unwrap().contains(near), "{answer}");
        }
    }
    control.put("/faults/busy", json!({ "status": 503 })).await;
    control.put("/snapshots/fresh", json!({})).await;
    assert_eq!(control.get("/faults/bussy").await.1["nearest"], json!(["busy"]));
    assert_eq!(control.get("/snapshots/frsh").await.1["nearest"], json!(["fresh"]));
}

#[tokio::test]
async fn a_large_body_is_still_found_by_its_fields() {
    let api = api("ps_demo_meta").await;
    let control = Control::of(&api).await;
    let image = format!("data:image/png;base64,{}", "iVBORw0KGgo".repeat(4000));
    let body = json!({ "destinationNumber": "+5511988887777", "media": image, "mediaType": "image", "apiKey": "hidden" });
    api.post("/messages/send", body.clone()).await;
    let count = |body: Value, count: Value| {
        let control = &control;
        async move { control.post("/requests/verify", json!({ "body": body, "count": count })).await.1 }
    };
    let to = json!({ "destinationNumber": "+5511988887777" });
    assert_eq!(count(to.clone(), json!({ "exactly": 1 })).await["ok"], true);
    assert_eq!(count(to, json!({ "exactly": 0 })).await["ok"], false);
    assert_eq!(count(json!({ "media": image }), json!({ "exactly": 1 })).await["ok"], true, "the whole text");
    let other = count(json!({ "media": format!("{image}x") }), json!({ "exactly": 1 })).await;
    assert_eq!((&other["ok"], &other["inconclusive"]), (&json!(false), &Value::Null));
    let entry = last(&control).await;
    let media = entry["body"]["media"].as_str().unwrap();
    assert!(media.starts_with("data:image/png;base64,iVBOR") && media.len() < 500, "{media}");
    assert_eq!(entry["bodyTruncated"], true);
    // What is named like a secret is covered in a large body too, and where JSON is broken.
    assert_eq!(entry["body"]["apiKey"], "…");
    let broken = body.to_string().replace("\"image\",", "");
    api.send(api.request(Method::POST, "/messages/send").body(format!("{{\"token\":\"hidden\",{broken}")))
        .await;
    assert!(!control.get("/requests").await.1.to_string().contains("hidden"));
}

#[tokio::test]
async fn a_request_takes_little_whatever_it_holds() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let mut body: serde_json::Map<_, _> =
        (0..50_000).map(|n| (format!("unknown_field_{n}"), json!(0))).collect();
    body.insert("x".repeat(1_000_000), json!(1));
    body.insert("destinationNumber".to_owned(), json!("+5511966665555"));
    body.insert("text".to_owned(), json!("Oi"));
    api.post("/messages/send", Value::Object(body)).await;
    let labels: Vec<_> = (0..50_000).map(|_| "").collect();
    api.post("/messages/send", json!({ "labels": labels })).await;
    api.get(&format!("/nowhere/{}", "x".repeat(60_000))).await;
    let (_, body) = control.get("/requests").await;
    assert_eq!(body["requests"][0]["ignoredFieldCount"], 50_001);
    assert_eq!(body["requests"][0]["ignoredFields"].as_array().unwrap().len(), 100);
    assert!(body["requests"][1]["refused"]["details"]["issues"].as_array().unwrap().len() > 10);
    assert!(body["requests"][2]["path"].as_str().unwrap().len() <= 4096);
    assert!(body.to_string().len() < 600_000, "{}", body.to_string().len());
}

#[tokio::test]
async fn notes_headers_that_are_no_credentials() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let message = json!({ "destinationNumber": "+5511966665555", "text": "Oi" });
    let request = api.request(Method::POST, "/messages/send").json(&message).header("user-agent", "agent/1");
    let request = request.header("idempotency-key", "ps_demo_web").header("authorization", "Bearer hidden");
    api.send(request.header("cookie", "hidden").header("x-request-id", "r".repeat(300))).await;
    let headers = last(&control).await["headers"].clone();
    let expected = json!({
        "accept": "*/*", "content-type": "application/json", "idempotency-key": "ps_…", "user-agent": "agent/1",
        "x-request-id": "r".repeat(256)
    });
    assert_eq!(headers, expected);
    for (headers, ok) in [
        (json!({ "Idempotency-Key": "ps_demo_web", "user-agent": "agent/1" }), true),
        (json!({ "user-agent": "agent/2" }), false),
    ] {
        let (_, body) = control.post("/requests/verify", json!({ "headers": headers })).await;
        assert_eq!(body["ok"], ok, "{body}");
    }
    let (_, body) = control.post("/requests/verify", json!({ "headers": { "user-agent": "agent/2" } })).await;
    let differs = json!([{ "path": "/headers/user-agent", "wanted": "agent/2", "found": "agent/1" }]);
    assert_eq!(body["nearest"][0]["differs"], differs);
    let (status, body) = control.post("/requests/verify", json!({ "headers": { "cookie": "a" } })).await;
    assert_eq!((status, paths(&body)), (400, vec!["/headers/cookie"]));
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
    for (query, path) in [
        ("?sequence=1", "/sequence"),
        ("?status=many", "/status"),
        ("?since=yesterday", "/since"),
        ("?limit=abc", "/limit"),
        ("?limit=-1", "/limit"),
        ("?body=x", "/body"),
        ("?headers=x", "/headers"),
        ("?operation=GET%20/v1/mesages", "/operation"),
        ("?tenantId=nope", "/tenantId"),
    ] {
        let (status, body) = control.get(&format!("/requests{query}")).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec![path]), "{query}");
        let text = body.to_string();
        assert!(!text.contains("u16") && !text.contains("usize") && !text.contains("jiff"), "{text}");
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
    let differs = json!([{ "path": "/tenantId", "wanted": "tenant_demo", "found": "tenant_other" }]);
    assert_eq!((&near[0]["differs"], &near[0]["request"]["sequence"]), (&differs, &json!(5)));
    let wrong =
        json!({ "operation": "POST /v1/messages/send", "body": { "text": "Olá", "media": { "url": "x" } } });
    let (_, body) = control.post("/requests/verify", wrong).await;
    let differs = json!([
        { "path": "/body/text", "wanted": "Olá", "found": "Oi" },
        { "path": "/body/media", "wanted": { "url": "x" }, "found": null }
    ]);
    assert_eq!(body["nearest"][0]["differs"], differs);
    for (bad, path) in [
        (json!({ "count": 1 }), "/count"),
        (json!({ "count": { "about": 1 } }), "/count/about"),
        (json!({ "count": { "exactly": "1" } }), "/count/exactly"),
        (json!({ "count": { "atLeast": 5, "atMost": 2 } }), "/count"),
        (json!({ "count": { "exactly": 1, "atLeast": 2 } }), "/count"),
        (json!({ "verb": "GET" }), "/verb"),
        (json!({ "operation": "GET /v1/conversation" }), "/operation"),
        (json!({ "tenantId": "nope" }), "/tenantId"),
        (json!([]), ""),
    ] {
        let (status, body) = control.post("/requests/verify", bad.clone()).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec![path]), "{bad}");
        assert!(!body.to_string().contains("struct"), "{body}");
    }
}

#[tokio::test]
async fn shows_those_that_are_too_many() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    some_requests(&mut api).await;
    let too_many = json!({ "operation": "GET /v1/conversations", "count": { "atMost": 1 } });
    let (_, body) = control.post("/requests/verify", too_many).await;
    let sequences: Vec<_> = body["matched"].as_array().unwrap().iter().map(|it| &it["sequence"]).collect();
    assert_eq!((json!(sequences), &body["nearest"]), (json!([4, 1]), &json!([])));
}

#[tokio::test]
async fn says_nothing_of_what_it_no_longer_holds() {
    let mut api = start(MockApi::builder().journal(2), "ps_demo_web").await;
    let control = Control::of(&api).await;
    for _ in 0..4 {
        api.get("/conversations").await;
    }
    let ask = |count: Value, more: Value| {
        let mut body = json!({ "operation": "GET /v1/conversations", "count": count });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let control = &control;
        async move {
            let (status, body) = control.post("/requests/verify", body).await;
            assert_eq!(status, 200);
            (body["ok"].as_bool().unwrap(), body["inconclusive"].is_string())
        }
    };
    for (count, expected) in [
        (json!({ "exactly": 2 }), (false, true)),
        (json!({ "atMost": 3 }), (false, true)),
        (json!({ "atLeast": 3 }), (false, true)),
        (json!({ "exactly": 1 }), (false, false)),
        (json!({ "exactly": 5 }), (false, false)),
        (json!({ "atLeast": 2 }), (true, false)),
        (json!({ "atMost": 4 }), (true, false)),
    ] {
        assert_eq!(ask(count.clone(), Value::Null).await, expected, "{count}");
    }
    // What came later than all that is gone is still known, and so is what another tenant did.
    assert_eq!(ask(json!({ "exactly": 1 }), json!({ "since": 3 })).await, (true, false));
    let other = || json!({ "tenantId": "tenant_other" });
    assert_eq!(ask(json!({ "exactly": 0 }), other()).await, (true, false));
    api.use_key("ps_other_web");
    api.get("/conversations").await;
    api.use_key("ps_demo_web");
    api.get("/conversations").await;
    api.get("/conversations").await;
    assert_eq!(ask(json!({ "exactly": 0 }), other()).await, (false, true), "it was pushed out");
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
    let control = Control::of(&off).await;
    for (status, body) in [
        control.get("/requests").await,
        control.get("/requests/counts").await,
        control.post("/requests/verify", json!({ "count": { "exactly": 0 } })).await,
    ] {
        assert_eq!((status, code(&body)), (409, "JOURNAL_OFF"));
    }
    let verification = off.mock.verify(&RequestFilter::default(), Count::exactly(0));
    assert!(!verification.ok && verification.inconclusive.is_some());
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
        (verification.ok, verification.count, verification.nearest[0].differs[0].path.as_str()),
        (false, 2, "/status")
    );
    let counts = api.mock.counts(&filter);
    assert_eq!((counts.count, counts.by_status["200"]), (2, 2));
    let misspelt =
        RequestFilter { operation: Some("GET /v1/mesages".to_owned()), ..RequestFilter::default() };
    let verification = api.mock.verify(&misspelt, Count::exactly(0));
    assert!(!verification.ok && verification.inconclusive.unwrap().contains("is no operation"));
    api.mock.clear_requests();
    assert!(api.mock.requests(&RequestFilter::default()).is_empty());
}
