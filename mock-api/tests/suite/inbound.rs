//! What comes in from the other side.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, api_in, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";
const GROUP: &str = "120363000000000001@g.us";
const CHANNEL: &str = "120363000000000001@newsletter";

async fn hook(api: &Api) -> Receiver {
    let receiver = Receiver::start().await;
    assert_eq!(api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"] })).await.0, 201);
    receiver
}

async fn incoming(api: &Api, body: Value) -> Value {
    let (status, answer) = api.simulate("message", body).await;
    assert_eq!(status, 200, "{answer}");
    api.settle().await;
    answer
}

// facts: WHK-MSG-006, WHK-MSG-007, WHK-MSG-016, WHK-ENV-001, WHK-ENV-011, MSG-CONV-001, MSG-CONV-004
// facts: MSG-CONV-010, MSG-CONV-011, MSG-CONV-013
#[tokio::test]
async fn a_message_is_stored_and_told() {
    let api = api("ps_demo_meta").await;
    let receiver = hook(&api).await;
    let answer = incoming(&api, json!({ "numberId": "num_meta", "from": ANA, "text": "Hi" })).await;
    assert_eq!(answer["conversationId"], "conv_ana");
    let received = receiver.take();
    let data = &received[0].body["data"];
    assert!(data["messageId"].as_str().unwrap().starts_with("wamid."));
    assert_eq!(
        received[0].body,
        json!({ "event": "message.received", "data": {
            "numberId": "num_meta", "messageId": data["messageId"], "id": answer["messageId"], "type": "text", "fromMe": false,
            "createdAt": NOW, "from": ANA, "to": "+5511900000001", "content": "Hi", "participantName": "Ana",
        } })
    );
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!((&unread["total"], &unread["messages"][0]["content"]), (&json!(3), &json!("Hi")));
    let (_, page) = api.get("/conversations").await;
    let first = &page["conversations"][0];
    assert_eq!(
        (&first["id"], &first["lastMessagePreview"], &first["unreadCount"], &first["lastMessageAt"]),
        (&json!("conv_ana"), &json!("Hi"), &json!(3), &json!(NOW))
    );
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history["messages"][0]["externalMessageId"], data["messageId"]);
}

#[tokio::test]
async fn it_opens_the_window() {
    let api = api("ps_demo_meta").await;
    let bia = "+5511977776666";
    incoming(&api, json!({ "numberId": "num_meta", "from": bia, "text": "Oi" })).await;
    let (_, sent) = api.post("/messages/send", json!({ "destinationNumber": bia, "text": "Oi" })).await;
    api.mock.advance(SignedDuration::from_secs(60)).await;
    let (_, read) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!(read["status"], "READ");
}

// facts: WHK-MSG-008, WHK-MSG-011, WHK-MSG-012, WHK-MSG-014, WHK-MSG-019, MSG-HIST-013
#[tokio::test]
async fn an_answer_names_what_it_answers() {
    let api = api("ps_demo_web").await;
    let receiver = hook(&api).await;
    let (_, sent) =
        api.post("/messages/send", json!({ "destinationNumber": ANA, "text": "Confirma?" })).await;
    let reply = |to: &Value| json!({ "numberId": "num_web", "from": ANA, "text": "Sim", "replyTo": to });
    let (status, answer) = api.simulate("message", reply(&sent["id"])).await;
    assert_eq!((status, paths(&answer)), (400, vec!["/replyTo"]), "not sent yet");
    api.mock.advance(SignedDuration::from_secs(5)).await;
    let original = receiver.take()[0].body["data"]["messageId"].clone();
    for to in [&sent["id"], &original] {
        incoming(&api, reply(to)).await;
        let body = receiver.take()[0].body.clone();
        assert_eq!(body["event"], "message.reply");
        let data = &body["data"];
        assert_eq!(
            (&data["content"], &data["contentReplied"], &data["quotedMessageId"], &data["correlationId"]),
            (&json!("Sim"), &json!("Confirma?"), &original, &sent["correlationId"])
        );
    }
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history["messages"][0]["repliedToExternalId"], original);
    let (status, answer) = api.simulate("message", reply(&json!("msg_none"))).await;
    assert_eq!((status, code(&answer)), (404, "MESSAGE_NOT_FOUND"));
}

// facts: WHK-MSG-009, WHK-MSG-010, WHK-MSG-020, CHN-POST-001, MSG-CONV-005, MSG-CONV-006, MSG-CONV-007
#[tokio::test]
async fn groups_and_channels_have_events_of_their_own() {
    let api = api("ps_demo_web").await;
    let receiver = hook(&api).await;
    let post = json!({ "numberId": "num_web", "from": "+5511955554444", "name": "Duda", "groupId": GROUP, "text": "Oi" });
    let answer = incoming(&api, post).await;
    assert_eq!(answer["conversationId"], "conv_equipe");
    let body = receiver.take()[0].body.clone();
    let data = &body["data"];
    assert_eq!(body["event"], "message.group");
    assert_eq!(
        (&data["from"], &data["participantName"], &data["groupId"], &data["groupName"]),
        (&json!("+5511955554444"), &json!("Duda"), &json!(GROUP), &json!("Equipe"))
    );
    let (_, page) = api.get("/messages/group?pageSize=1").await;
    assert_eq!(
        (&page["messages"][0]["fromName"], &page["messages"][0]["groupName"]),
        (&json!("Duda"), &json!("Equipe"))
    );

    // One whose phone does not show, and without a name: the group's name is not theirs.
    let post = json!({ "numberId": "num_web", "userId": "BR.7", "groupId": GROUP, "text": "Oi" });
    incoming(&api, post).await;
    let data = receiver.take()[0].body["data"].clone();
    assert_eq!((&data["from"], data.get("participantName")), (&json!("BR.7"), None));
    let (_, history) = api.get("/messages/history?pageSize=1").await;
    assert_eq!(history["messages"][0]["participantName"], Value::Null);
    let pin = json!({ "messageId": data["messageId"] });
    assert_eq!(api.post(&format!("/groups/{GROUP}/pin"), pin).await.0, 200, "by WhatsApp's id");

    incoming(&api, json!({ "numberId": "num_web", "newsletterId": CHANNEL, "text": "Nova rota" })).await;
    let body = receiver.take()[0].body.clone();
    assert_eq!(body["event"], "message.newsletter");
    let data = &body["data"];
    assert_eq!(
        (&data["from"], &data["newsletterId"], &data["newsletterName"]),
        (&json!(CHANNEL), &json!(CHANNEL), &json!("Novidades"))
    );
    let (_, page) = api.get("/conversations").await;
    let first = &page["conversations"][0];
    assert_eq!(
        (&first["type"], &first["from"], &first["fromName"], &first["lastMessagePreview"]),
        (&json!("NEWSLETTER"), &Value::Null, &json!("Novidades"), &json!("Nova rota"))
    );
    assert_eq!(
        (&page["conversations"][1]["type"], &page["conversations"][1]["fromName"]),
        (&json!("GROUP"), &json!("Equipe"))
    );
}

// facts: MSG-CONV-005, MSG-CONV-011
#[tokio::test]
async fn what_is_sent_to_groups_and_channels_is_a_conversation_too() {
    let api = api("ps_demo_web").await;
    for body in [json!({ "newsletterId": CHANNEL, "text": "a" }), json!({ "groupId": GROUP, "text": "b" })] {
        assert_eq!(api.post("/messages/send", body).await.0, 202);
    }
    let (_, page) = api.get("/conversations").await;
    let seen: Vec<_> = page["conversations"].as_array().unwrap()[..2]
        .iter()
        .map(|it| (it["type"].clone(), it["fromName"].clone(), it["lastMessagePreview"].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (json!("GROUP"), json!("Equipe"), json!("b")),
            (json!("NEWSLETTER"), json!("Novidades"), json!("a"))
        ]
    );
}

#[tokio::test]
async fn providers_get_what_they_have() {
    let api = api("ps_demo_meta").await;
    let to = |number: &str, body: Value| {
        let mut all = json!({ "numberId": number, "from": ANA, "text": "a" });
        all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        all
    };
    for (body, expected) in [
        (to("num_meta", json!({ "newsletterId": CHANNEL })), (400, "NOT_SUPPORTED_FOR_META")),
        (to("num_meta", json!({ "groupId": GROUP })), (400, "META_GROUPS_NOT_ELIGIBLE")),
        (to("num_web_closed", json!({})), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED")),
        (to("num_none", json!({})), (404, "NUMBER_NOT_FOUND")),
        (json!({ "numberId": "num_meta", "text": "a" }), (400, "VALIDATION_ERROR")),
        (json!({ "numberId": "num_meta", "from": ANA }), (400, "VALIDATION_ERROR")),
        (json!({ "from": ANA, "text": "a" }), (400, "VALIDATION_ERROR")),
        (to("num_web", json!({ "groupId": GROUP, "newsletterId": CHANNEL })), (400, "VALIDATION_ERROR")),
        (to("num_meta", json!({ "type": "interactive" })), (400, "VALIDATION_ERROR")),
    ] {
        let (status, answer) = api.simulate("message", body.clone()).await;
        assert_eq!((status, code(&answer)), expected, "{body}");
    }
    assert_eq!(
        api.simulate("message", to("num_meta_oba", json!({ "groupId": "120363000000000002@g.us" }))).await.0,
        200
    );
}

// facts: MSG-CONV-006, MSG-CONV-008, MSG-CONV-009, MSG-SEND-069, MSG-GET-014
#[tokio::test]
async fn contacts_with_a_username_need_no_phone() {
    let api = api("ps_demo_meta").await;
    let receiver = hook(&api).await;
    let body =
        json!({ "numberId": "num_meta", "userId": "BR.42", "username": "eva", "name": "Eva", "text": "Oi" });
    let answer = incoming(&api, body).await;
    assert_eq!(receiver.take()[0].body["data"]["from"], "BR.42");
    let (_, page) = api.get("/conversations").await;
    let first = &page["conversations"][0];
    assert_eq!(
        (&first["from"], &first["userId"], &first["username"], &first["fromName"], &first["type"]),
        (&Value::Null, &json!("BR.42"), &json!("eva"), &json!("Eva"), &json!("DIRECT"))
    );
    let (_, sent) = api.post("/messages/send", json!({ "destinationNumber": "BR.42", "text": "Oi" })).await;
    api.mock.advance(SignedDuration::from_secs(60)).await;
    let (_, read) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!((&read["status"], &read["destinationNumber"]), (&json!("READ"), &json!("BR.42")));
    // Its phone shows later: the conversation stays the same one.
    let known = json!({ "numberId": "num_meta", "from": "+5511944443333", "userId": "BR.42", "text": "Oi" });
    assert_eq!(incoming(&api, known).await["conversationId"], answer["conversationId"]);
    let (_, page) = api.get("/conversations").await;
    assert_eq!(page["conversations"][0]["from"], "+5511944443333");
}

#[tokio::test]
async fn a_contact_that_wrote_both_ways_is_found_under_its_phone() {
    let api = api("ps_demo_meta").await;
    let (phone, user_id) = ("+5511944443333", "BR.42");
    incoming(&api, json!({ "numberId": "num_meta", "userId": user_id, "text": "a" })).await;
    let by_phone = incoming(&api, json!({ "numberId": "num_meta", "from": phone, "text": "b" })).await;
    let both = json!({ "numberId": "num_meta", "from": phone, "userId": user_id, "text": "c" });
    assert_eq!(incoming(&api, both).await["conversationId"], by_phone["conversationId"]);
    let by_id = json!({ "numberId": "num_meta", "userId": user_id, "text": "d" });
    assert_eq!(incoming(&api, by_id).await["conversationId"], by_phone["conversationId"]);
}

// facts: WHK-MSG-015, WHK-MSG-018, MED-GET-012, MSG-UNREAD-006
#[tokio::test]
async fn media_on_meta_can_be_downloaded() {
    let api = api("ps_demo_meta").await;
    let receiver = hook(&api).await;
    let uri = "data:image/png;base64,iVBORw0KGgo=";
    incoming(
        &api,
        json!({ "numberId": "num_meta", "from": ANA, "media": uri, "fileName": "a.png", "text": "Foto" }),
    )
    .await;
    let data = receiver.take()[0].body["data"].clone();
    assert_eq!(
        (
            &data["type"],
            &data["mediaType"],
            &data["mediaCaption"],
            &data["mediaFilename"],
            &data["phoneNumberId"]
        ),
        (&json!("image"), &json!("image"), &json!("Foto"), &json!("a.png"), &json!("100000000000001"))
    );
    let id = data["mediaId"].as_str().unwrap();
    let (status, media) = api.get(&format!("/media/{id}?phoneNumberId=100000000000001")).await;
    assert_eq!(status, 200);
    assert_eq!(media, json!({ "base64": uri, "mimeType": "image/png", "fileName": "a.png", "mediaId": id }));
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!(
        unread["messages"][0]["media"],
        json!({ "provider": "META", "id": id, "url": format!("https://media.example/inbound/{id}.png"), "mimeType": "image/png", "fileName": "a.png" })
    );
}

// facts: WHK-MSG-015, MSG-UNREAD-005, COM-FMT-007
#[tokio::test]
async fn media_elsewhere_has_its_url_alone() {
    let api = api("ps_demo_web").await;
    let receiver = hook(&api).await;
    let link = "https://example.com/voice.ogg";
    incoming(&api, json!({ "numberId": "num_web", "from": ANA, "media": link })).await;
    let data = receiver.take()[0].body["data"].clone();
    assert_eq!((&data["mediaLink"], &data["mediaType"]), (&json!(link), &json!("audio")));
    assert!(data.get("mediaId").is_none() && data.get("content").is_none());
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!(
        unread["messages"][0]["media"],
        json!({ "provider": "EVO_GO", "id": null, "url": link, "mimeType": "audio/ogg", "fileName": null })
    );
}

fn world(number: &str) -> String {
    format!(
        "
version: 1
tenants: [{{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: {{ id: kt, raw: ps_t }} }}]
numbers: [{{ id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: {{ id: kn, raw: ps_n }}, {number} }}]
groups: [{{ id: 120363000000000001@g.us, number: n, name: Equipe }}]
channels: [{{ id: 120363000000000001@newsletter, number: n, name: Novidades }}]
"
    )
}

// facts: CHN-POST-002
#[tokio::test]
async fn a_number_can_ignore_groups_and_channels() {
    let api = api_in(&world("settings: { ignoreNewsletters: true, ignoreGroups: true }"), "ps_n").await;
    let receiver = hook(&api).await;
    for place in [json!({ "groupId": GROUP }), json!({ "newsletterId": CHANNEL })] {
        let mut body = json!({ "numberId": "n", "from": ANA, "text": "a" });
        body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        assert_eq!(incoming(&api, body).await, json!({ "messageId": null, "conversationId": null }));
    }
    incoming(&api, json!({ "numberId": "n", "from": ANA, "text": "a" })).await;
    assert_eq!(receiver.take_events(), ["message.received"]);
    assert_eq!(api.get("/messages/history").await.1["total"], 1);
}

#[tokio::test]
async fn a_number_can_read_by_itself() {
    let api = api_in(&world("settings: { readMessages: true }"), "ps_n").await;
    incoming(&api, json!({ "numberId": "n", "from": ANA, "text": "a" })).await;
    assert_eq!(api.get("/messages/unread").await.1["total"], 0);
    assert_eq!(api.get("/messages/history").await.1["messages"][0]["status"], "READ");
}

// facts: COM-PII-010
#[tokio::test]
async fn numbers_that_only_relay_still_tell() {
    let api = api_in(&world("piiMode: RELAY_ONLY"), "ps_n").await;
    let receiver = hook(&api).await;
    incoming(&api, json!({ "numberId": "n", "from": ANA, "text": "a" })).await;
    assert_eq!(receiver.take_events(), ["message.received"]);
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(
        (&history["messages"][0]["text"], &history["messages"][0]["redacted"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn media_is_not_copied_for_numbers_that_only_relay() {
    let meta = world("piiMode: RELAY_ONLY, meta: { phoneId: '1', wabaId: '2' }").replace("EVO_GO", "META");
    let api = api_in(&meta, "ps_n").await;
    let receiver = hook(&api).await;
    let image = json!({ "numberId": "n", "from": ANA, "media": "https://example.com/a.png" });
    incoming(&api, image).await;
    let data = receiver.take()[0].body["data"].clone();
    assert!(data["mediaId"].is_string() && data.get("mediaLink").is_none(), "{data}");
}
