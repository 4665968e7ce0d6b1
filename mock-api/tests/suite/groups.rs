//! Groups and channels.

use crate::common::{api, api_in, code, paths};
use serde_json::{Value, json};

const TEAM: &str = "/groups/120363000000000001%40g.us";

// facts: GRP-LIST-001, GRP-INFO-001, GRP-INFO-002, GRP-INFO-003, GRP-INFO-004, GRP-INVITE-001
// facts: GRP-INVITE-002
#[tokio::test]
async fn list_and_info() {
    let api = api("ps_demo_web").await;
    let (status, body) = api.get("/groups").await;
    assert_eq!(status, 200);
    assert_eq!(body, json!({ "groups": [{ "id": "120363000000000001@g.us", "name": "Equipe" }] }));
    let (status, body) = api.get(TEAM).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({
            "id": "120363000000000001@g.us",
            "subject": "Equipe",
            "participants": [
                { "id": "5511900000003@s.whatsapp.net", "phone": "5511900000003", "role": "admin" },
                { "id": "5511966665555@s.whatsapp.net", "phone": "5511966665555", "role": "superadmin" },
                { "id": "5511955554444@s.whatsapp.net", "phone": "5511955554444", "role": "member" },
            ],
            "inviteCode": "DemoEquipeInvite01",
        })
    );
    let invite = json!({ "inviteLink": "https://chat.whatsapp.com/DemoEquipeInvite01" });
    assert_eq!(api.get(&format!("{TEAM}/invite")).await, (200, invite));
}

// facts: GRP-LIST-004
#[tokio::test]
async fn an_official_business_account_has_groups() {
    let api = api("ps_demo_meta_oba").await;
    let (status, body) = api.get("/groups").await;
    assert_eq!((status, &body["groups"][0]["name"]), (200, &json!("Clientes VIP")));
}

// facts: GRP-CREATE-002, GRP-CREATE-003, GRP-CREATE-004, GRP-CREATE-005, GRP-CREATE-007, GRP-CREATE-008
// facts: GRP-INVITE-003
#[tokio::test]
async fn create() {
    let api = api("ps_demo_web").await;
    let (status, body) = api
        .post(
            "/groups",
            json!({ "subject": "Obra", "participants": ["+5511967435133", "5511955554444", "551167435133"] }),
        )
        .await;
    assert_eq!(status, 201);
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("120363") && id.ends_with("@g.us"));
    let participants = json!([
        { "id": "5511900000003@s.whatsapp.net", "phone": "5511900000003", "role": "superadmin" },
        { "id": "551167435133@s.whatsapp.net", "phone": "551167435133", "role": "member" },
        { "id": "5511955554444@s.whatsapp.net", "phone": "5511955554444", "role": "member" },
    ]);
    assert_eq!(body, json!({ "id": id, "subject": "Obra", "participants": participants }));
    let (_, list) = api.get("/groups").await;
    assert_eq!(list["groups"][1], json!({ "id": id, "name": "Obra" }));
    let (_, first) = api.get(&format!("/groups/{id}/invite")).await;
    let (_, second) = api.get(&format!("/groups/{id}/invite")).await;
    assert_eq!(first, second);
    let code = first["inviteLink"].as_str().unwrap().strip_prefix("https://chat.whatsapp.com/").unwrap();
    assert_eq!(api.get(&format!("/groups/{id}")).await.1["inviteCode"], code);
    let (status, body) = api.post("/groups", json!({ "subject": "Só eu" })).await;
    assert_eq!((status, body["participants"].as_array().unwrap().len()), (201, 1));
}

// facts: GRP-PART-001, GRP-PART-002, GRP-PART-003, GRP-PART-004, GRP-PART-005, GRP-PART-006, GRP-PART-007
// facts: GRP-PART-008, GRP-PART-011
#[tokio::test]
async fn participants_come_and_go() {
    let api = api("ps_demo_web").await;
    let body = json!({ "participants": ["5511911112222", "5511955554444", "+55 11 91111-2222"] });
    let (status, body) = api.post(&format!("{TEAM}/participants"), body).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "groupId": "120363000000000001@g.us", "results": [
            { "participant": "5511911112222", "status": "OK" },
            { "participant": "5511955554444", "status": "ALREADY_IN_GROUP" },
            { "participant": "5511911112222", "status": "ALREADY_IN_GROUP" },
        ] })
    );
    let one = json!({ "participants": ["5511911112222"] });
    for (step, role) in [("promote", json!("admin")), ("demote", json!("member"))] {
        let (status, body) = api.post(&format!("{TEAM}/participants/{step}"), one.clone()).await;
        assert_eq!((status, &body["results"][0]["status"]), (200, &json!("OK")));
        assert_eq!(api.get(TEAM).await.1["participants"][3]["role"], role);
    }
    let (status, body) = api.delete_with(&format!("{TEAM}/participants"), one.clone()).await;
    assert_eq!((status, &body["results"][0]["status"]), (200, &json!("OK")));
    assert_eq!(api.get(TEAM).await.1["participants"].as_array().unwrap().len(), 3);
    for (_, body) in [
        api.delete_with(&format!("{TEAM}/participants"), one.clone()).await,
        api.post(&format!("{TEAM}/participants/promote"), one.clone()).await,
        api.post(&format!("{TEAM}/participants/demote"), one.clone()).await,
    ] {
        assert_eq!(body["results"][0]["status"], "NOT_IN_GROUP");
    }
    let creator = json!({ "participants": ["5511966665555"] });
    api.post(&format!("{TEAM}/participants/promote"), creator).await;
    assert_eq!(api.get(TEAM).await.1["participants"][1]["role"], "superadmin");
}

// facts: GRP-PART-009, GRP-CREATE-009
#[tokio::test]
async fn phones_that_are_not_on_whatsapp() {
    let world = "version: 1
tenants: [{ id: t, plan: FREE, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_V2, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n } }
directory: [{ phone: '5511955554444', exists: false }]
";
    let api = api_in(world, "ps_n").await;
    let (_, body) = api.post("/groups", json!({ "subject": "x", "participants": ["5511955554444"] })).await;
    assert_eq!(body["participants"].as_array().unwrap().len(), 1);
    let path = format!("/groups/{}/participants", body["id"].as_str().unwrap());
    let (_, body) = api.post(&path, json!({ "participants": ["5511955554444"] })).await;
    assert_eq!(body["results"], json!([{ "participant": "5511955554444", "status": "NOT_ON_WHATSAPP" }]));
}

// facts: GRP-PIN-001, GRP-PIN-002, GRP-PIN-004
#[tokio::test]
async fn pin() {
    let api = api("ps_demo_web").await;
    let (status, body) = api.post(&format!("{TEAM}/pin"), json!({ "messageId": "cm_equipe_1" })).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "success": true, "messageId": "cm_equipe_1", "expiresAt": "2026-06-27T10:00:00.000Z" })
    );
    // As JSON Schema has it, 86400.0 is an integer.
    for seconds in [json!(86400), json!(86400.0)] {
        let day = json!({ "messageId": "cm_equipe_2", "durationSeconds": seconds });
        assert_eq!(api.post(&format!("{TEAM}/pin"), day).await.1["expiresAt"], "2026-06-21T10:00:00.000Z");
    }
    let (_, sent) =
        api.post("/messages/send", json!({ "text": "Oi", "groupId": "120363000000000001@g.us" })).await;
    let (status, _) = api.post(&format!("{TEAM}/pin"), json!({ "messageId": sent["id"] })).await;
    assert_eq!(status, 200, "{sent}");
    // One of another conversation.
    for id in ["cm_caio_1", "cm_nobody"] {
        let (status, body) = api.post(&format!("{TEAM}/pin"), json!({ "messageId": id })).await;
        assert_eq!((status, code(&body)), (404, "MESSAGE_NOT_FOUND"));
    }
}

// facts: GRP-CREATE-001, GRP-PART-010
#[tokio::test]
async fn refused_bodies() {
    let api = api("ps_demo_web").await;
    let before = api.mock.digest();
    let people = |count| vec!["5511955554444"; count];
    let member_paths = ["participants", "participants/promote", "participants/demote"];
    for path in member_paths {
        for (body, expected) in [
            (json!({}), "/participants"),
            (json!({ "participants": [] }), "/participants"),
            (json!({ "participants": people(257) }), "/participants"),
            (json!({ "participants": ["5511955554444", "eu"] }), "/participants/1"),
            (json!({ "participants": null }), "/participants"),
        ] {
            let (status, answer) = api.post(&format!("{TEAM}/{path}"), body).await;
            assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", vec![expected]));
        }
    }
    for (path, body, expected) in [
        ("/groups", json!({}), "/subject"),
        ("/groups", json!({ "subject": "" }), "/subject"),
        ("/groups", json!({ "subject": "x", "participants": people(257) }), "/participants"),
        ("/groups", json!({ "subject": "x", "participants": [1] }), "/participants/0"),
        (&format!("{TEAM}/pin"), json!({}), "/messageId"),
        (
            &format!("{TEAM}/pin"),
            json!({ "messageId": "cm_equipe_1", "durationSeconds": 60 }),
            "/durationSeconds",
        ),
        (
            &format!("{TEAM}/pin"),
            json!({ "messageId": "cm_equipe_1", "durationSeconds": "86400" }),
            "/durationSeconds",
        ),
        (
            &format!("{TEAM}/pin"),
            json!({ "messageId": "cm_equipe_1", "durationSeconds": 86400.5 }),
            "/durationSeconds",
        ),
    ] {
        let (status, answer) = api.post(path, body).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", vec![expected]));
    }
    assert_eq!(api.mock.digest(), before);
}

/// Every group operation on a group, with a body that is in order.
async fn all(api: &crate::common::Api, group: &str) -> Vec<(u16, Value)> {
    let people = json!({ "participants": ["5511911112222"] });
    vec![
        api.get(group).await,
        api.post(&format!("{group}/participants"), people.clone()).await,
        api.delete_with(&format!("{group}/participants"), people.clone()).await,
        api.post(&format!("{group}/participants/promote"), people.clone()).await,
        api.post(&format!("{group}/participants/demote"), people).await,
        api.get(&format!("{group}/invite")).await,
        api.post(&format!("{group}/pin"), json!({ "messageId": "cm_equipe_1" })).await,
    ]
}

// facts: GRP-LIST-008, GRP-INFO-005
#[tokio::test]
async fn groups_of_others_are_unknown() {
    let mut api = api("ps_demo_web").await;
    let before = api.mock.digest();
    let mut answers = all(&api, "/groups/120363000000000002%40g.us").await;
    api.use_key("ps_other_web");
    answers.extend(all(&api, TEAM).await);
    for (status, body) in answers {
        assert_eq!((status, code(&body)), (404, "GROUP_NOT_FOUND"));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: GRP-LIST-003, GRP-LIST-007
#[tokio::test]
async fn meta_numbers_without_groups() {
    let api = api("ps_demo_meta").await;
    let mut answers = all(&api, TEAM).await;
    answers.push(api.get("/groups").await);
    // The provider is looked at before the body.
    answers.push(api.post("/groups", json!({})).await);
    for (status, body) in answers {
        assert_eq!((status, code(&body)), (400, "META_GROUPS_NOT_ELIGIBLE"));
    }
}

// facts: GRP-LIST-002, GRP-LIST-006, CHN-LIST-002
#[tokio::test]
async fn disconnected_numbers() {
    let mut api = api("ps_demo_tenant").await;
    // It keeps its groups while it is away.
    api.delete("/numbers/num_web").await;
    api.post("/numbers/num_web/restore", json!({})).await;
    api.use_key("ps_demo_web");
    let before = api.mock.digest();
    let mut answers = all(&api, TEAM).await;
    answers.push(api.get("/groups").await);
    answers.push(api.post("/groups", json!({ "subject": "x" })).await);
    answers.push(api.get("/newsletters").await);
    for (status, body) in answers {
        assert_eq!((status, code(&body)), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED"));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: CHN-LIST-001, CHN-LIST-003, CHN-LIST-004, CHN-LIST-005, CHN-LIST-008
#[tokio::test]
async fn newsletters() {
    let mut api = api("ps_demo_web").await;
    let newsletters =
        json!({ "newsletters": [{ "id": "120363000000000001@newsletter", "name": "Novidades" }] });
    assert_eq!(api.get("/newsletters").await, (200, newsletters));
    api.use_key("ps_other_web");
    assert_eq!(api.get("/newsletters").await, (200, json!({ "newsletters": [] })));
    api.use_key("ps_demo_meta_oba");
    let (status, body) = api.get("/newsletters").await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
    api.use_key("ps_demo_tenant");
    let (status, body) = api.get("/newsletters").await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
}

#[tokio::test]
async fn a_new_group_is_a_conversation() {
    let api = api("ps_demo_web").await;
    let (_, group) = api.post("/groups", json!({ "subject": "Obras" })).await;
    let (_, body) = api.get("/conversations?pageSize=1").await;
    let conversation = &body["conversations"][0];
    assert_eq!(
        (
            &conversation["type"],
            &conversation["fromName"],
            &conversation["from"],
            &conversation["unreadCount"]
        ),
        (&json!("GROUP"), &json!("Obras"), &serde_json::Value::Null, &json!(0))
    );
    // It has no message that could be pinned yet.
    let path = format!("/groups/{}/pin", group["id"].as_str().unwrap().replace('@', "%40"));
    assert_eq!(code(&api.post(&path, json!({ "messageId": "cm_equipe_1" })).await.1), "MESSAGE_NOT_FOUND");
}
