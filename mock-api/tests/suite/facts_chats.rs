//! Facts of the ledger about reading: messages, conversations, pages.

use crate::common::{api, code};
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

fn keys(row: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn column<'a>(page: &'a Value, rows: &str, key: &str) -> Vec<&'a Value> {
    page[rows].as_array().unwrap().iter().map(|row| &row[key]).collect()
}

// facts: COM-PAGE-001, COM-PAGE-002, COM-PAGE-003, COM-PAGE-006, COM-PAGE-008, COM-PAGE-009
// facts: MSG-GROUP-006, MSG-HIST-018, MSG-CONV-014, MSG-LOG-003
#[tokio::test]
async fn pages_begin_with_one_and_have_thirty() {
    let api = api("ps_demo_web").await;
    for path in ["/conversations", "/messages/unread", "/messages/group", "/messages/history", "/messages"] {
        let (_, page) = api.get(path).await;
        assert_eq!((&page["page"], &page["pageSize"]), (&json!(1), &json!(30)), "{path}");
        assert!(page["total"].is_u64() && page["totalPages"].is_u64(), "{path}");
        if path == "/messages/unread" {
            continue;
        }
        for query in [
            "startDate=2026-06-01",
            "endDate=2026-06-30T00:00:00Z",
            "startDate=2026-06-01&endDate=2026-06-30",
        ] {
            assert_eq!(api.get(&format!("{path}?{query}")).await.0, 200, "{path} {query}");
        }
        for query in ["startDate=soon", "startDate=2026-06-30&endDate=2026-06-01"] {
            let (status, body) = api.get(&format!("{path}?{query}")).await;
            assert_eq!((status, code(&body)), (400, "INVALID_DATE_RANGE"), "{path} {query}");
        }
    }
}

// facts: MSG-UNREAD-001, MSG-UNREAD-002, MSG-UNREAD-003, MSG-UNREAD-004, MSG-UNREAD-005, MSG-UNREAD-006
// facts: MSG-UNREAD-007, MED-GET-012, COM-PII-006
#[tokio::test]
async fn unread_messages() {
    let mut api = api("ps_demo_meta").await;
    let (_, page) = api.get("/messages/unread").await;
    assert_eq!(column(&page, "messages", "id"), ["cm_ana_2", "cm_ana_1"]);
    assert_eq!((&page["total"], page.get("notice")), (&json!(2), None));
    let row = &page["messages"][0];
    assert_eq!(
        keys(row),
        [
            "content",
            "conversationId",
            "conversationUnreadCount",
            "createdAt",
            "direction",
            "from",
            "fromName",
            "id",
            "media",
            "readAt",
            "type"
        ]
    );
    assert_eq!(
        (&row["direction"], &row["type"], &row["readAt"]),
        (&json!("INBOUND"), &json!("image"), &Value::Null)
    );
    assert_eq!((&row["from"], &row["fromName"]), (&json!(ANA), &json!("Ana")));
    assert_eq!(row["conversationUnreadCount"], 2);
    assert_eq!(keys(&row["media"]), ["fileName", "id", "mimeType", "provider", "url"]);
    let media = row["media"]["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/media/{media}?phoneNumberId=100000000000001")).await.0, 200);
    assert_eq!(api.get("/messages/unread?startDate=soon").await.1, page, "no dates");
    let (_, conversations) = api.get("/conversations").await;
    let counts = column(&conversations, "conversations", "unreadCount");
    assert_eq!(counts.iter().filter_map(|count| count.as_u64()).sum::<u64>(), 2);
    api.use_key("ps_demo_web");
    let image = json!({ "destinationNumber": ANA, "media": "https://a.b/c.png" });
    api.post("/messages/send", image).await;
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history["messages"][0]["media"]["id"], Value::Null);
}

// facts: MSG-GROUP-001, MSG-GROUP-002, MSG-GROUP-003, MSG-GROUP-004, MSG-GROUP-005, MSG-GROUP-007, MSG-GROUP-008
#[tokio::test]
async fn group_messages() {
    let mut api = api("ps_demo_web").await;
    let (_, sent) =
        api.post("/messages/send", json!({ "groupId": "120363000000000001@g.us", "text": "Oi" })).await;
    assert_eq!(sent["status"], "QUEUED");
    let (_, page) = api.get("/messages/group").await;
    assert_eq!(column(&page, "messages", "direction"), ["OUTBOUND", "INBOUND", "INBOUND"]);
    let row = &page["messages"][2];
    assert_eq!(
        keys(row),
        [
            "content",
            "conversationId",
            "createdAt",
            "direction",
            "from",
            "fromName",
            "groupId",
            "groupName",
            "id",
            "media",
            "type"
        ]
    );
    assert_eq!(
        (&row["from"], &row["fromName"], &row["content"]),
        (&json!("+5511966665555"), &json!("Caio"), &json!("Bom dia"))
    );
    assert_eq!((&row["groupId"], &row["groupName"]), (&json!("120363000000000001@g.us"), &json!("Equipe")));
    let (_, page) =
        api.get("/messages/group?startDate=2026-06-20T07:00:00Z&endDate=2026-06-20T07:00:00Z").await;
    assert_eq!(column(&page, "messages", "id"), ["cm_equipe_1"]);
    api.use_key("ps_demo_meta");
    let (status, body) = api.get("/messages/group").await;
    assert_eq!((status, code(&body)), (400, "META_GROUPS_NOT_ELIGIBLE"));
    api.use_key("ps_demo_meta_oba");
    assert_eq!(api.get("/messages/group").await.0, 200);
}

// facts: MSG-HIST-001, MSG-HIST-002, MSG-HIST-003, MSG-HIST-004, MSG-HIST-005, MSG-HIST-006, MSG-HIST-008
// facts: MSG-HIST-009, MSG-HIST-010, MSG-HIST-011, MSG-HIST-012, MSG-HIST-017
#[tokio::test]
async fn history() {
    let mut api = api("ps_demo_meta").await;
    let request =
        api.request(reqwest::Method::POST, "/messages/send").header("user-agent", "pilot-status-mcp/1.0");
    api.send(request.json(&json!({ "destinationNumber": ANA, "text": "Oi" }))).await;
    let (_, page) = api.get("/messages/history").await;
    assert_eq!(column(&page, "messages", "direction"), ["OUTBOUND", "INBOUND", "INBOUND", "INBOUND"]);
    assert_eq!(
        column(&page, "messages", "origin"),
        [&json!("API"), &Value::Null, &Value::Null, &Value::Null]
    );
    let times = column(&page, "messages", "providerTimestamp");
    assert!(times.is_sorted_by(|a, b| a.as_str() >= b.as_str()), "{times:?}");
    let row = &page["messages"][1];
    assert_eq!(
        keys(row),
        [
            "conversationId",
            "createdAt",
            "deliveredAt",
            "direction",
            "externalMessageId",
            "id",
            "media",
            "messageType",
            "origin",
            "participantName",
            "participantPhone",
            "participantUserId",
            "providerKind",
            "providerTimestamp",
            "readAt",
            "referral",
            "repliedToExternalId",
            "sentAt",
            "status",
            "text"
        ]
    );
    assert_eq!(
        (&row["status"], &row["messageType"], &row["referral"]),
        (&json!("DELIVERED"), &json!("image"), &Value::Null)
    );
    assert_eq!(row["participantUserId"], "BR.13491208655302741918");
    assert_eq!(keys(&row["media"]), ["fileName", "id", "mimeType", "provider", "url"]);
    assert_eq!(page["messages"][0]["media"], Value::Null);
    let (_, page) = api.get("/messages/history?endDate=2026-06-18T00:00:00Z").await;
    assert_eq!(column(&page, "messages", "id"), ["cm_bia_1"]);
    api.use_key("ps_demo_web");
    let (_, page) = api.get("/messages/history").await;
    assert_eq!(column(&page, "messages", "id"), ["cm_caio_1", "cm_equipe_2", "cm_equipe_1"], "groups too");
}

// facts: MSG-CONV-001, MSG-CONV-002, MSG-CONV-003, MSG-CONV-004, MSG-CONV-005, MSG-CONV-006, MSG-CONV-007
// facts: MSG-CONV-008, MSG-CONV-009, MSG-CONV-010, MSG-CONV-011
#[tokio::test]
async fn conversations() {
    let mut api = api("ps_demo_meta").await;
    let (_, page) = api.get("/conversations").await;
    assert_eq!(column(&page, "conversations", "id"), ["conv_ana", "conv_bia"]);
    let ana = &page["conversations"][0];
    assert_eq!(
        keys(ana),
        [
            "createdAt",
            "from",
            "fromName",
            "id",
            "lastMessageAt",
            "lastMessagePreview",
            "type",
            "unreadCount",
            "userId",
            "username"
        ]
    );
    assert_eq!(
        (&ana["from"], &ana["fromName"], &ana["type"]),
        (&json!(ANA), &json!("Ana"), &json!("DIRECT"))
    );
    assert_eq!((&ana["userId"], &ana["username"]), (&json!("BR.13491208655302741918"), &json!("ana")));
    assert_eq!(ana["unreadCount"], 2);
    let bia = &page["conversations"][1];
    assert_eq!(
        (&bia["userId"], &bia["username"], &bia["unreadCount"]),
        (&Value::Null, &Value::Null, &json!(0))
    );
    let (_, old) = api.get("/conversations?endDate=2026-06-18T00:00:00Z").await;
    assert_eq!(column(&old, "conversations", "id"), ["conv_bia"]);
    api.post("/messages/send", json!({ "destinationNumber": "+5511977776666", "text": "Oi" })).await;
    let (_, page) = api.get("/conversations").await;
    assert_eq!(column(&page, "conversations", "id"), ["conv_bia", "conv_ana"]);
    api.use_key("ps_demo_web");
    api.post("/messages/send", json!({ "newsletterId": "120363000000000001@newsletter", "text": "Oi" }))
        .await;
    let (_, page) = api.get("/conversations").await;
    assert_eq!(column(&page, "conversations", "type"), ["NEWSLETTER", "DIRECT", "GROUP"]);
    let from = column(&page, "conversations", "from");
    assert_eq!(from, [&Value::Null, &json!("+5511966665555"), &Value::Null]);
    assert_eq!(page["conversations"][2]["fromName"], "Equipe");
}
