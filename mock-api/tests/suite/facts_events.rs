//! Facts of the ledger about the events that webhooks receive: which there are, with exactly which fields.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, api_in};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

/// The demo world with a webhook of the number that takes everything.
async fn listening(key: &str, number: &str, receiver: &Receiver) -> Api {
    let mut api = api("ps_demo_tenant").await;
    subscribe(&api, number, receiver).await;
    api.use_key(key);
    api
}

async fn subscribe(api: &Api, number: &str, receiver: &Receiver) {
    let hook = json!({ "url": receiver.url("/hook"), "events": ["*"], "whatsappNumberId": number });
    assert_eq!(api.post("/webhooks", hook).await.0, 201);
}

async fn hour(api: &Api, receiver: &Receiver) -> Vec<Value> {
    api.mock.advance(SignedDuration::from_hours(1)).await;
    receiver.take().into_iter().map(|received| received.body).collect()
}

async fn simulated(api: &Api, receiver: &Receiver, kind: &str, body: Value) -> (Value, Vec<Value>) {
    let (status, answer) = api.simulate(kind, body).await;
    assert_eq!(status, 200, "{answer}");
    api.settle().await;
    (answer, receiver.take().into_iter().map(|received| received.body).collect())
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

// facts: WHK-MSG-001, WHK-MSG-002, WHK-MSG-003, WHK-MSG-016, WHK-MSG-017, WHK-EVENTS-002, WHK-SEND-013
// facts: WHK-ENV-001, WHK-ENV-003, WHK-ENV-004, WHK-ENV-005, WHK-ENV-006, WHK-ENV-007, WHK-ENV-009, WHK-ENV-010
// facts: WHK-ENV-011, WHK-ENV-012
#[tokio::test]
async fn a_message_that_arrives() {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let mut api = listening("ps_demo_tenant", "num_meta", &receiver).await;
    subscribe(&api, "num_web", &other).await;
    api.use_key("ps_demo_meta");
    let (_, sent) = api.post("/messages/send", json!({ "destinationNumber": ANA, "text": "Oi" })).await;
    let events = hour(&api, &receiver).await;
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["message.sent", "message.delivered", "message.read"]);
    let (_, message) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    for (event, at) in events.iter().zip(["sentAt", "deliveredAt", "readAt"]) {
        assert_eq!(keys(event), ["data", "event"]);
        assert_eq!(
            event["data"],
            json!({
                "numberId": "num_meta", "messageId": message["externalMessageId"], "id": sent["id"], "type": "text",
                "fromMe": true, "createdAt": message[at], "from": "+5511900000001", "to": ANA, "content": "Oi",
                "correlationId": sent["correlationId"]
            })
        );
    }
    assert!(other.take().is_empty(), "another number's webhook");
}

// facts: WHK-MSG-004, WHK-MSG-005, WHK-ENV-008, MSG-LIFE-007, MSG-SEND-065
#[tokio::test]
async fn a_message_that_fails() {
    let receiver = Receiver::start().await;
    let api = listening("ps_demo_meta", "num_meta", &receiver).await;
    // Bia wrote three days ago.
    let (_, sent) =
        api.post("/messages/send", json!({ "destinationNumber": "+5511977776666", "text": "Oi" })).await;
    assert_eq!(sent["status"], "QUEUED");
    let events = hour(&api, &receiver).await;
    assert_eq!((events.len(), &events[0]["event"]), (1, &json!("message.failed")));
    let data = &events[0]["data"];
    assert_eq!(
        keys(data),
        [
            "content",
            "correlationId",
            "createdAt",
            "error",
            "errorCode",
            "from",
            "fromMe",
            "id",
            "messageId",
            "numberId",
            "to",
            "type"
        ]
    );
    assert_eq!((&data["messageId"], &data["errorCode"]), (&Value::Null, &json!("META_OUTSIDE_24H_WINDOW")));
    let (_, message) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!((&message["status"], &message["errorCode"]), (&json!("FAILED"), &data["errorCode"]));
    assert_eq!(message["errorMessage"], data["error"]);
    assert_ne!(message["errorMessage"], message["errorCode"]);
}

// facts: WHK-MSG-006, WHK-MSG-007, WHK-MSG-016, MSG-CONV-012, MSG-CONV-013
#[tokio::test]
async fn a_message_that_comes_in() {
    let receiver = Receiver::start().await;
    let api = listening("ps_demo_web", "num_web", &receiver).await;
    let body = json!({ "numberId": "num_web", "from": "+5511911112222", "name": "Duda", "text": "Hi" });
    let (answer, events) = simulated(&api, &receiver, "message", body).await;
    assert_eq!((events.len(), &events[0]["event"]), (1, &json!("message.received")));
    let data = &events[0]["data"];
    let external = &data["messageId"];
    assert_eq!(
        data,
        &json!({
            "numberId": "num_web", "messageId": external, "id": answer["messageId"], "type": "text", "fromMe": false,
            "createdAt": NOW, "from": "+5511911112222", "to": "+5511900000003", "content": "Hi",
            "participantName": "Duda"
        })
    );
    let (_, page) = api.get("/conversations").await;
    let conversation = &page["conversations"][0];
    assert_eq!((&conversation["from"], &conversation["unreadCount"]), (&data["from"], &json!(1)));
}

// facts: WHK-MSG-008, WHK-MSG-011, WHK-MSG-012, WHK-MSG-014, WHK-MSG-019, MSG-HIST-013
#[tokio::test]
async fn a_reply() {
    let receiver = Receiver::start().await;
    let api = listening("ps_demo_meta", "num_meta", &receiver).await;
    let (_, sent) =
        api.post("/messages/send", json!({ "destinationNumber": ANA, "text": "Confirma?" })).await;
    let events = hour(&api, &receiver).await;
    let original = &events[0]["data"];
    let body = json!({ "numberId": "num_meta", "from": ANA, "text": "Sim", "replyTo": sent["id"] });
    let (_, events) = simulated(&api, &receiver, "message", body).await;
    assert_eq!(events[0]["event"], "message.reply");
    let data = &events[0]["data"];
    assert_eq!((&data["content"], &data["contentReplied"]), (&json!("Sim"), &json!("Confirma?")));
    assert_eq!(data["quotedMessageId"], original["messageId"]);
    assert_eq!(data["correlationId"], sent["correlationId"]);
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history["messages"][0]["repliedToExternalId"], original["messageId"]);
}

// facts: WHK-MSG-009, WHK-MSG-010, WHK-MSG-020, CHN-POST-001, CHN-POST-002
#[tokio::test]
async fn groups_and_channels() {
    let receiver = Receiver::start().await;
    let mut api = listening("ps_demo_web", "num_web", &receiver).await;
    let group = json!({ "numberId": "num_web", "groupId": "120363000000000001@g.us", "from": "+5511966665555", "name": "Caio", "text": "Oi" });
    let (_, events) = simulated(&api, &receiver, "message", group).await;
    let data = &events[0]["data"];
    assert_eq!(events[0]["event"], "message.group");
    assert_eq!((&data["groupId"], &data["groupName"]), (&json!("120363000000000001@g.us"), &json!("Equipe")));
    assert_eq!((&data["from"], &data["participantName"]), (&json!("+5511966665555"), &json!("Caio")));
    let channel =
        json!({ "numberId": "num_web", "newsletterId": "120363000000000001@newsletter", "text": "Oi" });
    let (_, events) = simulated(&api, &receiver, "message", channel.clone()).await;
    assert_eq!(events[0]["event"], "message.newsletter");
    assert_eq!(events[0]["data"]["newsletterId"], "120363000000000001@newsletter");
    assert_eq!(events[0]["data"]["newsletterName"], "Novidades");
    api.use_key("ps_demo_tenant");
    api.patch("/numbers/num_web", json!({ "settings": { "ignoreNewsletters": true } })).await;
    api.use_key("ps_demo_web");
    let before = (api.get("/conversations").await, api.get("/messages/history").await);
    let (_, events) = simulated(&api, &receiver, "message", channel).await;
    assert!(events.is_empty(), "{events:?}");
    assert_eq!((api.get("/conversations").await, api.get("/messages/history").await), before);
}

// facts: WHK-MSG-015, WHK-MSG-018, MSG-UNREAD-005, MED-GET-012
#[tokio::test]
async fn media_that_comes_in() {
    let receiver = Receiver::start().await;
    let api = listening("ps_demo_meta", "num_meta", &receiver).await;
    let body = json!({ "numberId": "num_meta", "from": ANA, "type": "image", "text": "Veja" });
    let (_, events) = simulated(&api, &receiver, "message", body).await;
    let data = &events[0]["data"];
    assert_eq!(
        (&data["type"], &data["mediaType"], &data["mediaCaption"]),
        (&json!("image"), &json!("image"), &json!("Veja"))
    );
    assert_eq!(data["phoneNumberId"], "100000000000001");
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!(unread["messages"][0]["media"]["id"], data["mediaId"]);
    let path = format!("/media/{}?phoneNumberId=100000000000001", data["mediaId"].as_str().unwrap());
    assert_eq!(api.get(&path).await.0, 200);
}

// facts: COM-PII-010
#[tokio::test]
async fn relay_only_numbers_still_fire() {
    let world = "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: kt, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: { id: kn, raw: ps_n }, piiMode: RELAY_ONLY }
";
    let receiver = Receiver::start().await;
    let api = api_in(world, "ps_n").await;
    subscribe(&api, "n", &receiver).await;
    let body = json!({ "numberId": "n", "from": ANA, "text": "Oi" });
    let (_, events) = simulated(&api, &receiver, "message", body).await;
    assert_eq!(
        (&events[0]["event"], &events[0]["data"]["content"]),
        (&json!("message.received"), &json!("Oi"))
    );
}

// facts: WHK-LOG-001, WHK-LOG-003, WHK-LOG-004, WHK-LOG-009, WHK-OBJ-007
#[tokio::test]
async fn the_log_of_deliveries() {
    let receiver = Receiver::start().await;
    let api = listening("ps_demo_web", "num_web", &receiver).await;
    let id = api.get("/webhooks").await.1[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..60 {
        api.simulate("message", json!({ "numberId": "num_web", "from": ANA, "text": "Oi" })).await;
    }
    api.post("/messages/send", json!({ "destinationNumber": ANA, "text": "Oi" })).await;
    let received = hour(&api, &receiver).await;
    let count = async |query: &str| {
        let (_, log) = api.get(&format!("/webhooks/{id}/logs{query}")).await;
        log.as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("?limit=20").await, count("?limit=50").await), (50, 20, 50));
    assert_eq!(count("?event=message.sent").await, 1);
    let (_, log) = api.get(&format!("/webhooks/{id}/logs?event=message.sent")).await;
    for key in ["event", "status", "statusCode", "payload", "response", "durationMs", "createdAt"] {
        assert!(log[0].get(key).is_some(), "{key}: {log}");
    }
    assert_eq!(log[0]["payload"], *received.iter().find(|body| body["event"] == "message.sent").unwrap());
}
