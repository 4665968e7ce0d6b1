//! The control API: webhooks with their secrets and deliveries, and simulations.

use crate::common::control::Control;
use crate::common::receiver::{Answer, Receiver};
use crate::common::{Api, NOW, api, code, paths};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

async fn listening(receiver: &Receiver) -> Api {
    let api = api("ps_demo_meta").await;
    let change = json!({ "url": receiver.url("/hook"), "active": true });
    assert_eq!(api.patch("/webhooks/wh_demo", change).await.0, 200);
    api
}

async fn message(control: &Control) {
    let body = json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" });
    let (status, body) = control.post("/simulate/message", body).await;
    assert_eq!(status, 200, "{body}");
}

// facts: WHK-SEND-012, WHK-OBJ-005
#[tokio::test]
async fn shows_secrets() {
    let api = api("ps_other_web").await;
    let control = Control::of(&api).await;
    let expected = json!({
        "id": "wh_demo", "tenantId": "tenant_demo", "whatsappNumberId": "num_meta", "name": "Demo", "url": "http://127.0.0.1:9/hook",
        "active": false, "events": ["*"], "secret": "whsec_demo", "waiting": 0, "dropped": 0, "lastTriggered": null,
        "createdAt": "2026-06-10T10:00:00.000Z", "updatedAt": "2026-06-10T10:00:00.000Z"
    });
    assert_eq!(control.get("/webhooks/wh_demo").await, (200, expected.clone()));
    let (_, created) = api.post("/webhooks", json!({ "url": "http://localhost:9" })).await;
    assert!(created.get("secret").is_none());
    let (_, body) = control.get(&format!("/webhooks/{}", created["id"].as_str().unwrap())).await;
    assert!(body["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(control.get("/webhooks").await.1, json!({ "webhooks": [expected, body] }));
    assert_eq!(control.get("/webhooks?tenantId=tenant_other").await.1, json!({ "webhooks": [body] }));
    assert_eq!(control.get("/webhooks?numberId=num_meta").await.1, json!({ "webhooks": [expected] }));
    assert_eq!(control.get("/webhooks?number=num_meta").await.0, 400);
    assert_eq!(api.mock.webhook_secret("wh_demo").unwrap(), "whsec_demo");
    let ids: Vec<_> = api.mock.webhooks().into_iter().map(|webhook| webhook.id).collect();
    assert_eq!(json!(ids), json!(["wh_demo", body["id"]]));
}

#[tokio::test]
async fn shows_deliveries_and_sends_them_again() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    let control = Control::of(&api).await;
    receiver.answer([Answer::Body(500, "no".to_owned())]);
    message(&control).await;
    api.settle().await;
    let (_, body) = control.get("/webhooks/wh_demo/deliveries").await;
    let [failed] = body["deliveries"].as_array().unwrap().as_slice() else { panic!("{body}") };
    assert_eq!(failed["status"], "FAILED");
    assert_eq!((&failed["statusCode"], &failed["response"]), (&json!(500), &json!("no")));
    assert_eq!((&failed["event"], &failed["createdAt"]), (&json!("message.received"), &json!(NOW)));
    assert_eq!(control.get("/webhooks/wh_demo").await.1["waiting"], 1, "it will be tried again");
    api.mock.advance(SignedDuration::from_secs(1)).await;
    let sent = receiver.take();
    assert_eq!(sent.len(), 2);
    let (_, body) = control.get("/webhooks/wh_demo/deliveries").await;
    assert_eq!((&body["deliveries"][0]["status"], &body["deliveries"][1]), (&json!("SUCCESS"), failed));

    let path = format!("/webhooks/wh_demo/deliveries/{}/resend", failed["id"].as_str().unwrap());
    let (status, again) = control.post(&path, json!({})).await;
    assert_eq!(status, 202);
    api.settle().await;
    let resent = receiver.take();
    assert_eq!((resent.len(), &resent[0].raw), (1, &sent[0].raw));
    assert_eq!(resent[0].headers["x-pilot-status-signature"], sent[0].headers["x-pilot-status-signature"]);
    let (_, body) = control.get("/webhooks/wh_demo/deliveries").await;
    assert_eq!(
        (&body["deliveries"][0]["id"], body["deliveries"].as_array().unwrap().len()),
        (&again["id"], 3)
    );
    let id = api.mock.deliveries("wh_demo").unwrap()[2].id.clone();
    api.mock.resend("wh_demo", &id).unwrap();
    api.settle().await;
    assert_eq!(receiver.take().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_again() {
    let receiver = Receiver::start().await;
    let api = listening(&receiver).await;
    let control = Control::of(&api).await;
    for path in ["/webhooks/nope", "/webhooks/nope/deliveries"] {
        let (status, body) = control.get(path).await;
        assert_eq!((status, code(&body)), (404, "WEBHOOK_NOT_FOUND"));
    }
    let (status, body) = control.post("/webhooks/nope/deliveries/x/resend", json!({})).await;
    assert_eq!((status, code(&body)), (404, "WEBHOOK_NOT_FOUND"));
    let (status, body) = control.post("/webhooks/wh_demo/deliveries/x/resend", json!({})).await;
    assert_eq!((status, code(&body)), (404, "DELIVERY_NOT_FOUND"));
    api.patch("/webhooks/wh_demo", json!({ "active": false })).await;
    let (status, body) = control.post("/webhooks/wh_demo/deliveries/x/resend", json!({})).await;
    assert_eq!((status, code(&body)), (409, "WEBHOOK_INACTIVE"));
}

/// Each kind is tested where its area is; here it is that each is served, and answers as the document says.
#[tokio::test]
async fn every_simulation_is_served() {
    let api = api("ps_demo_meta").await;
    let control = Control::of(&api).await;
    let (_, sent) =
        api.post("/messages/send", json!({ "destinationNumber": "+5511988887777", "text": "Oi" })).await;
    for (kind, body) in [
        ("message", json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" })),
        (
            "message",
            json!({ "numberId": "num_web", "newsletterId": "120363000000000001@newsletter", "text": "Oi" }),
        ),
        ("receipt", json!({ "messageId": sent["id"], "status": "READ" })),
        ("call", json!({ "numberId": "num_meta", "from": "+5511988887777" })),
        ("call-event", json!({ "callId": "call_ana_in", "event": "hangup" })),
        (
            "call-permission",
            json!({ "numberId": "num_meta", "from": "+5511977776666", "status": "temporary" }),
        ),
        ("number", json!({ "numberId": "num_web", "event": "disconnect" })),
        ("payment", json!({ "tenantId": "tenant_demo", "result": "declined" })),
        (
            "template-verdict",
            json!({ "numberId": "num_meta", "template": "promo_cupom", "status": "APPROVED" }),
        ),
    ] {
        let path = format!("/simulate/{kind}");
        let (status, answer) = control.post(&path, body).await;
        assert_eq!(status, 200, "{kind}: {answer}");
        let (status, answer) = control.post(&path, json!({})).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{kind}");
        let (status, answer) = control.call(Method::POST, &path, None).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{kind}");
    }
}

#[tokio::test]
async fn simulations_take_no_unknown_fields() {
    let api = api("").await;
    let control = Control::of(&api).await;
    let before = api.mock.digest();
    let body = json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi", "txet": "Oi" });
    let (status, answer) = control.post("/simulate/message", body).await;
    assert_eq!((status, code(&answer)), (400, "UNKNOWN_FIELDS"));
    let (status, answer) = control.post("/simulate/message", json!([])).await;
    assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", vec![""]));
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn the_handle_simulates() {
    let api = api("ps_demo_meta").await;
    let body = json!({ "numberId": "num_meta", "from": "+5511988887777", "text": "Oi" });
    let received = api.mock.simulate("message", body).unwrap();
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!(unread["messages"][0]["id"], received["messageId"]);
    let error = api.mock.simulate("mesage", Value::Null).unwrap_err();
    assert_eq!(error.code(), "NOT_FOUND");
    assert!(error.to_string().contains("message"), "{error}");
}
