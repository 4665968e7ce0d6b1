//! What becomes of a message over time, and what webhooks are told of it.

use crate::common::receiver::Receiver;
use crate::common::{Api, api, api_in, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const BIA: &str = "+5511977776666";

fn text(to: &str) -> Value {
    json!({ "destinationNumber": to, "text": "Oi" })
}

async fn send(api: &Api, body: Value) -> Value {
    let (status, sent) = api.post("/messages/send", body).await;
    assert_eq!(status, 202, "{sent}");
    sent["id"].clone()
}

async fn read(api: &Api, id: &Value) -> Value {
    let (status, read) = api.get(&format!("/messages/{}", id.as_str().unwrap())).await;
    assert_eq!(status, 200, "{read}");
    read
}

async fn seconds(api: &Api, seconds: i64) {
    api.mock.advance(SignedDuration::from_secs(seconds)).await;
}

async fn hours(api: &Api, hours: i64) {
    api.mock.advance(SignedDuration::from_hours(hours)).await;
}

/// Sends, waits, and gives status and code.
async fn fate(api: &Api, body: Value, wait: i64) -> (String, Value) {
    let id = send(api, body).await;
    seconds(api, wait).await;
    let read = read(api, &id).await;
    (read["status"].as_str().unwrap().to_owned(), read["errorCode"].clone())
}

async fn failure(api: &Api, body: Value) -> Value {
    let (status, code) = fate(api, body, 5).await;
    assert_eq!(status, "FAILED", "{code}");
    code
}

// facts: MSG-LIFE-001, MSG-LIFE-003, MSG-LIFE-006, MSG-LIFE-010, MSG-GET-003, MSG-GET-008, MSG-GET-009
#[tokio::test]
async fn a_message_is_sent_delivered_and_read_in_time() {
    let api = api("ps_demo_meta").await;
    let id = send(&api, text(ANA)).await;
    seconds(&api, 4).await;
    assert_eq!(read(&api, &id).await["status"], "QUEUED");
    seconds(&api, 1).await;
    let sent = read(&api, &id).await;
    assert_eq!((&sent["status"], &sent["sentAt"]), (&json!("SENT"), &json!("2026-06-20T10:00:05.000Z")));
    let external = sent["externalMessageId"].as_str().unwrap();
    assert!(external.starts_with("wamid.HBg"), "{external}");
    assert_eq!(read(&api, &sent["externalMessageId"]).await["id"], id);
    seconds(&api, 2).await;
    let delivered = read(&api, &id).await;
    assert_eq!(
        (&delivered["status"], &delivered["deliveredAt"]),
        (&json!("DELIVERED"), &json!("2026-06-20T10:00:07.000Z"))
    );
    assert_eq!(delivered["readAt"], Value::Null);
    seconds(&api, 30).await;
    let read = read(&api, &id).await;
    assert_eq!((&read["status"], &read["readAt"]), (&json!("READ"), &json!("2026-06-20T10:00:37.000Z")));
    assert_eq!((&read["errorCode"], &read["errorMessage"]), (&Value::Null, &Value::Null));
    let (_, history) = api.get("/messages/history?pageSize=1").await;
    let row = &history["messages"][0];
    assert_eq!((&row["status"], &row["externalMessageId"]), (&json!("READ"), &json!(external)));
}

// facts: MSG-GET-011, MSG-GET-012, MSG-GET-013, MSG-GET-018
#[tokio::test]
async fn the_price_is_metas_and_comes_when_it_takes_the_message() {
    let mut api = api("ps_demo_meta").await;
    let id = send(&api, text(ANA)).await;
    let template =
        json!({ "destinationNumber": BIA, "templateId": "boas_vindas", "variables": { "nome": "Bia" } });
    let template = send(&api, template).await;
    assert_eq!(read(&api, &id).await["metaPricing"], Value::Null);
    seconds(&api, 5).await;
    let pricing = read(&api, &id).await["metaPricing"].clone();
    assert_eq!(
        (&pricing["originType"], &pricing["category"], &pricing["type"]),
        (&json!("service"), &json!("service"), &json!("free_customer_service"))
    );
    assert!(pricing["conversationId"].is_string());
    let pricing = read(&api, &template).await["metaPricing"].clone();
    assert_eq!((&pricing["category"], &pricing["type"]), (&json!("utility"), &json!("regular")));
    api.use_key("ps_demo_web");
    let id = send(&api, text(ANA)).await;
    seconds(&api, 60).await;
    let read = read(&api, &id).await;
    assert_eq!((&read["status"], &read["metaPricing"]), (&json!("READ"), &Value::Null));
    assert!(!read["externalMessageId"].as_str().unwrap().starts_with("wamid"));
}

// facts: WHK-MSG-001, WHK-MSG-002, WHK-MSG-003, WHK-MSG-016, WHK-MSG-017, WHK-ENV-001, WHK-ENV-004
// facts: WHK-ENV-005, WHK-ENV-006, WHK-ENV-007, WHK-ENV-011, WHK-EVENTS-002, WHK-SEND-010
#[tokio::test]
async fn webhooks_are_told_of_each_step_in_order() {
    let api = api("ps_demo_meta").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    let id = send(&api, text(ANA)).await;
    seconds(&api, 60).await;
    let received = receiver.take();
    let message = read(&api, &id).await;
    let expected = |event: &str, at: &str| {
        json!({ "event": event, "data": {
            "numberId": "num_meta", "messageId": message["externalMessageId"], "id": id, "type": "text", "fromMe": true,
            "createdAt": at, "from": "+5511900000001", "to": ANA, "content": "Oi", "correlationId": message["correlationId"],
        } })
    };
    let bodies: Vec<_> = received.into_iter().map(|received| received.body).collect();
    assert_eq!(
        bodies,
        [
            expected("message.sent", "2026-06-20T10:00:05.000Z"),
            expected("message.delivered", "2026-06-20T10:00:07.000Z"),
            expected("message.read", "2026-06-20T10:00:37.000Z"),
        ]
    );
}

// facts: WHK-MSG-004, WHK-MSG-005, WHK-ENV-008, MSG-CODE-013, MSG-GET-008
#[tokio::test]
async fn a_failure_says_why_and_has_no_provider_id() {
    let api = api("ps_demo_meta").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["message.failed"] })).await;
    let id = send(&api, text(BIA)).await;
    seconds(&api, 60).await;
    let message = read(&api, &id).await;
    assert_eq!(message["errorCode"], "META_OUTSIDE_24H_WINDOW");
    assert_eq!((&message["sentAt"], &message["externalMessageId"]), (&Value::Null, &Value::Null));
    let received = receiver.take();
    assert_eq!(received.len(), 1);
    assert_eq!(
        received[0].body,
        json!({ "event": "message.failed", "data": {
            "numberId": "num_meta", "messageId": null, "id": id, "type": "text", "fromMe": true,
            "createdAt": "2026-06-20T10:00:05.000Z", "from": "+5511900000001", "to": BIA, "content": "Oi",
            "correlationId": message["correlationId"], "error": message["errorMessage"], "errorCode": "META_OUTSIDE_24H_WINDOW",
        } })
    );
}

// facts: WHK-MSG-015, WHK-ENV-009
#[tokio::test]
async fn media_is_told_of_too() {
    let api = api("ps_demo_web").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["message.sent"] })).await;
    let link = "https://example.com/a.png";
    send(&api, json!({ "destinationNumber": ANA, "media": link, "caption": "Mapa" })).await;
    seconds(&api, 60).await;
    let data = receiver.take()[0].body["data"].clone();
    assert_eq!(
        (&data["type"], &data["mediaLink"], &data["mediaType"], &data["mediaCaption"]),
        (&json!("image"), &json!(link), &json!("image"), &json!("Mapa"))
    );
    assert!(data.get("mediaFilename").is_none() && data.get("mediaId").is_none());
}

// facts: MSG-SEND-065, MSG-SEND-066, MSG-SEND-067, MSG-SEND-068, MSG-SEND-069, MSG-CODE-013, MSG-CODE-014
#[tokio::test]
async fn free_form_messages_need_an_open_window_on_meta() {
    let mut api = api("ps_demo_meta").await;
    assert_eq!(failure(&api, text(BIA)).await, "META_OUTSIDE_24H_WINDOW");
    assert_eq!(failure(&api, text("+5511911112222")).await, "META_NO_CONVERSATION");
    assert_eq!(fate(&api, text("BR.13491208655302741918"), 5).await.0, "SENT", "Ana by her user id");
    // Ana wrote an hour ago: the window closes 23 hours from now.
    let mut late = text(ANA);
    late["deliverAt"] = json!("2026-06-21T09:00:00Z");
    let late = send(&api, late).await;
    hours(&api, 24).await;
    assert_eq!(read(&api, &late).await["errorCode"], "META_OUTSIDE_24H_WINDOW");
    let template =
        json!({ "destinationNumber": BIA, "templateId": "boas_vindas", "variables": { "nome": "Bia" } });
    assert_eq!(fate(&api, template, 60).await.0, "READ");
    api.use_key("ps_demo_web");
    assert_eq!(fate(&api, text("+5511911112222"), 60).await.0, "READ");
}

// facts: MSG-SEND-063, MSG-CODE-002, MSG-CODE-012
#[tokio::test]
async fn templates_are_approved_and_still_there() {
    let api = api("ps_demo_meta").await;
    let send = |id: &str| json!({ "destinationNumber": ANA, "templateId": id, "variables": { "nome": "Ana", "desconto": "10%" } });
    assert_eq!(failure(&api, send("promo_cupom")).await, "META_TEMPLATE_NOT_APPROVED");
    let id = self::send(&api, send("boas_vindas")).await;
    assert_eq!(api.delete("/templates/boas_vindas").await.0, 200);
    seconds(&api, 5).await;
    assert_eq!(read(&api, &id).await["errorCode"], "TEMPLATE_VERSION_NOT_FOUND");
}

// facts: MSG-CODE-003, MSG-CODE-004, MSG-CODE-011
#[tokio::test]
async fn some_destinations_cannot_be_reached() {
    let world = "
version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: kt, raw: ps_t } }]
numbers: [{ id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: { id: kn, raw: ps_n } }]
directory: [{ phone: '5511977776666', exists: false }]
";
    let api = api_in(world, "ps_n").await;
    assert_eq!(failure(&api, text(BIA)).await, "WHATSAPP_NOT_EXIST");
    assert_eq!(failure(&api, text("+5511900000009")).await, "PILOT_SELF_NUMBER");
    assert_eq!(failure(&api, text("BR.1")).await, "INVALID_DESTINATION");
    let group = json!({ "groupId": "1@g.us", "text": "Oi" });
    assert_eq!(failure(&api, group).await, "INVALID_DESTINATION");
    let channel = json!({ "newsletterId": "1@newsletter", "text": "Oi" });
    assert_eq!(failure(&api, channel).await, "INVALID_DESTINATION");
    // Usernames are Meta's: there they are reached without having written.
    let api = self::api("ps_demo_meta").await;
    let template =
        json!({ "destinationNumber": "BR.1", "templateId": "boas_vindas", "variables": { "nome": "Ana" } });
    assert_eq!(fate(&api, template, 60).await.0, "READ");
}

// facts: MSG-CANCEL-004, MSG-CANCEL-009
#[tokio::test]
async fn what_was_sent_and_then_failed_is_past_canceling() {
    let api = api("ps_demo_web").await;
    let id = send(&api, text(ANA)).await;
    seconds(&api, 5).await;
    let failed = json!({ "messageId": id, "status": "FAILED", "errorCode": "WHATSAPP_NOT_EXIST" });
    assert_eq!(api.simulate("receipt", failed).await.1["status"], "FAILED");
    let (_, answer) = api.delete_with("/messages/cancel", json!({ "messageIds": [id] })).await;
    assert_eq!(answer["failed"][0]["reason"], "ALREADY_SENT");
}

// facts: MSG-LIFE-005, MSG-LIFE-008, MSG-CANCEL-004, MSG-CANCEL-009, MSG-CANCEL-011, MSG-SEND-052
#[tokio::test]
async fn scheduled_messages_wait_for_their_time() {
    let api = api("ps_demo_web").await;
    let mut body = text(ANA);
    body["deliverAt"] = json!("2026-06-20T12:00:00Z");
    let (id, canceled) = (send(&api, body.clone()).await, send(&api, body).await);
    hours(&api, 1).await;
    assert_eq!(api.delete_with("/messages/cancel", json!({ "messageIds": [canceled] })).await.0, 200);
    hours(&api, 1).await;
    assert_eq!(read(&api, &id).await["status"], "QUEUED");
    let (_, answer) = api.delete_with("/messages/cancel", json!({ "messageIds": [id] })).await;
    assert_eq!(answer["failed"][0]["reason"], "NOT_SCHEDULED", "its time has come");
    seconds(&api, 5).await;
    let message = read(&api, &id).await;
    assert_eq!(
        (&message["status"], &message["sentAt"]),
        (&json!("SENT"), &json!("2026-06-20T12:00:05.000Z"))
    );
    let (_, answer) = api.delete_with("/messages/cancel", json!({ "messageIds": [id] })).await;
    assert_eq!(answer["failed"][0]["reason"], "ALREADY_SENT");
    let canceled = read(&api, &canceled).await;
    assert_eq!((&canceled["status"], &canceled["errorCode"]), (&json!("CANCELED"), &Value::Null));
}

// facts: MSG-LIFE-011, MSG-SEND-064
#[tokio::test]
async fn a_disconnected_number_keeps_its_messages_until_it_is_back() {
    let api = api("ps_demo_web_closed").await;
    let id = send(&api, text(ANA)).await;
    hours(&api, 48).await;
    assert_eq!(read(&api, &id).await["status"], "QUEUED");
    let back = json!({ "numberId": "num_web_closed", "event": "connect" });
    let (status, answer) = api.simulate("number", back).await;
    assert_eq!(status, 200, "{answer}");
    api.settle().await;
    let message = read(&api, &id).await;
    assert_eq!(
        (&message["status"], &message["sentAt"]),
        (&json!("SENT"), &json!("2026-06-22T10:00:00.000Z"))
    );
}

#[tokio::test]
async fn what_waits_for_a_number_fails_when_it_is_removed() {
    let mut api = api("ps_demo_tenant").await;
    api.use_header("x-whatsapp-number-id", "num_web_closed");
    let id = send(&api, text(ANA)).await;
    hours(&api, 1).await;
    api.use_key("ps_demo_tenant");
    assert_eq!(api.delete("/numbers/num_web_closed").await.0, 200);
    api.settle().await;
    assert_eq!(api.post("/numbers/num_web_closed/restore", json!({})).await.0, 200);
    api.use_header("x-whatsapp-number-id", "num_web_closed");
    assert_eq!(read(&api, &id).await["errorCode"], "NUMBER_NOT_FOUND_REMOVED");
    // It never went out: there is nothing to cancel, but it was not sent either.
    let (_, answer) = api.delete_with("/messages/cancel", json!({ "messageIds": [id] })).await;
    assert_eq!(answer["failed"][0]["reason"], "NOT_SCHEDULED");
}

// facts: MSG-CODE-005, MSG-LIFE-009
#[tokio::test]
async fn nothing_waits_for_more_than_seven_days() {
    let api = api("ps_demo_web_closed").await;
    let id = send(&api, text(ANA)).await;
    hours(&api, 7 * 24 - 1).await;
    assert_eq!(read(&api, &id).await["status"], "QUEUED");
    hours(&api, 1).await;
    assert_eq!(read(&api, &id).await["errorCode"], "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED");
}

// facts: MSG-CODE-005, MSG-CODE-008, MSG-LIFE-009
#[tokio::test]
async fn what_was_attempted_before_the_wait_was_not_never_attempted() {
    let api = api("ps_demo_web").await;
    let id = send(&api, text("+15550100104")).await;
    seconds(&api, 6).await;
    let gone = json!({ "numberId": "num_web", "event": "disconnect" });
    assert_eq!(api.simulate("number", gone).await.0, 200);
    hours(&api, 7 * 24).await;
    assert_eq!(read(&api, &id).await["errorCode"], "DELIVERY_TIMEOUT");
}

// facts: MSG-CODE-001, MSG-CODE-006, MSG-CODE-007, MSG-LIFE-012
#[tokio::test]
async fn a_deadline_fails_what_is_not_delivered_by_then() {
    let mut api = api("ps_demo_web_closed").await;
    let until =
        |to: &str, until: &str| json!({ "destinationNumber": to, "text": "Oi", "deliverUntil": until });
    let expired = fate(&api, until(ANA, "2026-06-20T10:01:00Z"), 61).await;
    assert_eq!(expired, ("FAILED".to_owned(), json!("MESSAGE_EXPIRED")), "never attempted");
    api.use_key("ps_demo_web");
    let tried = fate(&api, until("+15550100104", "2026-06-20T10:04:00Z"), 240).await;
    assert_eq!(tried, ("FAILED".to_owned(), json!("EXPIRED_AFTER_ATTEMPTS")), "attempted");
    let sent = fate(&api, until("+15550100102", "2026-06-20T10:10:00Z"), 3600).await;
    assert_eq!(sent, ("FAILED".to_owned(), json!("DELIVERED_NOT_CONFIRMED")), "sent");
    let in_time = fate(&api, until(ANA, "2026-06-20T11:10:00Z"), 3600).await;
    assert_eq!(in_time.0, "READ");
}

// facts: MSG-LIFE-012
#[tokio::test]
async fn a_deadline_counts_to_the_last_moment() {
    for (until, status) in [("10:00:04.999Z", "FAILED"), ("10:00:06.999Z", "FAILED"), ("10:00:07Z", "READ")] {
        let api = api("ps_demo_web").await;
        let body =
            json!({ "destinationNumber": ANA, "text": "Oi", "deliverUntil": format!("2026-06-20T{until}") });
        let id = send(&api, body).await;
        seconds(&api, 60).await;
        assert_eq!(read(&api, &id).await["status"], status, "{until}");
    }
}

// facts: MSG-CODE-008
#[tokio::test]
async fn attempts_without_an_answer_are_given_up() {
    let api = api("ps_demo_web").await;
    assert_eq!(fate(&api, text("+15550100104"), 600).await.0, "QUEUED");
    let id = send(&api, text("+15550100104")).await;
    seconds(&api, 606).await;
    assert_eq!(read(&api, &id).await["errorCode"], "DELIVERY_TIMEOUT");
}

// facts: MSG-CODE-009
#[tokio::test]
async fn a_removed_number_sends_nothing_any_more() {
    let mut api = api("ps_demo_tenant").await;
    api.use_header("x-whatsapp-number-id", "num_web");
    let id = send(&api, text(ANA)).await;
    api.use_key("ps_demo_tenant");
    assert_eq!(api.delete("/numbers/num_web").await.0, 200);
    seconds(&api, 60).await;
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 200);
    api.use_header("x-whatsapp-number-id", "num_web");
    assert_eq!(read(&api, &id).await["errorCode"], "NUMBER_NOT_FOUND_REMOVED");
}

// facts: MSG-SEND-055, MSG-SEND-056, MSG-SEND-057, MSG-UNREAD-008
#[tokio::test]
async fn sending_on_meta_marks_what_the_contact_wrote_as_read() {
    let mut api = api("ps_demo_meta").await;
    let unread = async |api: &Api| api.get("/messages/unread").await.1["total"].clone();
    let mut quiet = text(ANA);
    quiet["markRead"] = json!(false);
    send(&api, quiet.clone()).await;
    seconds(&api, 60).await;
    assert_eq!(unread(&api).await, 2);
    send(&api, text(ANA)).await;
    seconds(&api, 60).await;
    assert_eq!(unread(&api).await, 0);
    let (_, conversations) = api.get("/conversations").await;
    assert_eq!(conversations["conversations"][0]["unreadCount"], 0);
    api.use_key("ps_demo_web");
    send(&api, text("+5511966665555")).await;
    seconds(&api, 60).await;
    assert_eq!(unread(&api).await, 1, "Evolution does not: what Caio wrote stays unread");
}

// facts: MSG-SEND-072, MSG-TYPING-002
#[tokio::test]
async fn the_numbers_setting_decides_when_the_send_does_not() {
    let mut api = api("ps_demo_tenant").await;
    let patch = json!({ "settings": { "markReadOnSend": false } });
    assert_eq!(api.patch("/numbers/num_meta", patch).await.0, 200);
    api.use_key("ps_demo_meta");
    send(&api, text(ANA)).await;
    seconds(&api, 60).await;
    assert_eq!(api.get("/messages/unread").await.1["total"], 2);
    assert_eq!(api.post("/messages/typing", json!({ "destinationNumber": ANA })).await.0, 200);
    assert_eq!(api.get("/messages/unread").await.1["total"], 0, "showing that one types marks as read too");
}

// facts: MSG-IDEM-004
#[tokio::test]
async fn one_message_for_many_calls_with_one_key_at_once() {
    let api = api("ps_demo_meta").await;
    let call = || {
        let request = api.request(reqwest::Method::POST, "/messages/send").header("idempotency-key", "k");
        api.send(request.json(&text(ANA)))
    };
    let answers = futures_util::future::join_all((0..20).map(|_| call())).await;
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 202));
    assert_eq!(api.get("/messages").await.1["total"], 1);
}

// facts: MSG-IDEM-002, MSG-IDEM-003, MSG-IDEM-008
#[tokio::test]
async fn keys_are_remembered_for_a_day_and_by_number() {
    let mut api = api("ps_demo_meta").await;
    let call = async |api: &Api, text: &str| {
        let request = api.request(reqwest::Method::POST, "/messages/send").header("idempotency-key", "k");
        api.send(request.json(&json!({ "destinationNumber": ANA, "text": text }))).await
    };
    let first = call(&api, "a").await;
    hours(&api, 23).await;
    assert_eq!(call(&api, "a").await, first);
    assert_eq!(code(&call(&api, "b").await.1), "IDEMPOTENCY_KEY_REUSED");
    api.use_key("ps_demo_web");
    assert_eq!(call(&api, "b").await.0, 202, "another number, another key");
    api.use_key("ps_demo_meta");
    hours(&api, 1).await;
    let second = call(&api, "b").await;
    assert_eq!(second.0, 202);
    assert_ne!(second.1["id"], first.1["id"]);
}

#[tokio::test]
async fn receipts_take_a_message_as_far_as_they_say() {
    let api = api("ps_demo_web").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await;
    let id = send(&api, text(ANA)).await;
    let receipt = async |body: Value| api.simulate("receipt", body).await;
    let (status, answer) = receipt(json!({ "messageId": id, "status": "DELIVERED" })).await;
    assert_eq!((status, answer), (200, json!({ "messageId": id, "status": "DELIVERED" })));
    let (_, late) = receipt(json!({ "messageId": id, "status": "SENT" })).await;
    assert_eq!(late["status"], "DELIVERED", "a late receipt changes nothing");
    let (_, read) = receipt(json!({ "messageId": id, "status": "READ" })).await;
    assert_eq!(read["status"], "READ");
    seconds(&api, 60).await;
    assert_eq!(receiver.take_events(), ["message.sent", "message.delivered", "message.read"]);
    let id = send(&api, text(ANA)).await;
    receipt(json!({ "messageId": id, "status": "FAILED", "errorCode": "WHATSAPP_NOT_EXIST" })).await;
    seconds(&api, 60).await;
    assert_eq!(self::read(&api, &id).await["errorCode"], "WHATSAPP_NOT_EXIST");
    for (body, expected) in [
        (json!({ "messageId": "msg_none", "status": "READ" }), 404),
        (json!({ "messageId": id }), 400),
        (json!({ "messageId": id, "status": "QUEUED" }), 400),
        (json!({ "messageId": id, "status": "FAILED", "errorCode": "NOPE" }), 400),
        (json!({ "messageId": id, "status": "READ", "errorCode": "WHATSAPP_NOT_EXIST" }), 400),
    ] {
        assert_eq!(receipt(body.clone()).await.0, expected, "{body}");
    }
}

// facts: MSG-LOG-002
#[tokio::test]
async fn the_log_finds_messages_by_status() {
    let api = api("ps_demo_meta").await;
    let ids = [send(&api, text(ANA)).await, send(&api, text(BIA)).await, send(&api, text(ANA)).await];
    seconds(&api, 5).await;
    let (_, sent) = api.get("/messages?status=SENT").await;
    let found: Vec<_> = sent["messages"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!((sent["total"].clone(), found), (json!(2), vec![ids[2].clone(), ids[0].clone()]));
    let (_, failed) = api.get("/messages?status=FAILED&startDate=2026-06-20&endDate=2026-06-21").await;
    assert_eq!((&failed["total"], &failed["messages"][0]["id"]), (&json!(1), &ids[1]));
    assert_eq!(api.get("/messages?status=QUEUED").await.1["total"], 0);
    assert_eq!(api.get("/messages?status=SENT&pageSize=1&page=2").await.1["messages"][0]["id"], ids[0]);
}
