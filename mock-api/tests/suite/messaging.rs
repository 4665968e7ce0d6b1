//! Messages and conversations.

use crate::common::{api, api_in, code, paths};
use serde_json::{Value, json};

fn text(to: &str) -> Value {
    json!({ "destinationNumber": to, "text": "Oi" })
}

// facts: MSG-SEND-001, MSG-SEND-002, MSG-SEND-005, MSG-SEND-006, MSG-SEND-007, MSG-SEND-009, MSG-GET-001
// facts: MSG-GET-002, MSG-GET-004, MSG-GET-005, MSG-GET-007, MSG-GET-008, MSG-GET-009, MSG-GET-010
// facts: MSG-GET-012, COM-FMT-001, COM-FMT-003, COM-FMT-005
#[tokio::test]
async fn a_send_is_accepted_and_can_be_read_by_either_id() {
    let api = api("ps_demo_meta").await;
    let (status, sent) = api.post("/messages/send", text("+55 (11) 98888-7777")).await;
    assert_eq!(status, 202);
    insta::assert_json_snapshot!(sent, @r#"
    {
      "id": "msg_01KVJ7J480PP2ZESX7K8XPSG1Q",
      "correlationId": "corr_01KVJ7J480PP2ZESX7K8XPSG1Q",
      "status": "QUEUED",
      "createdAt": "2026-06-20T10:00:00.000Z",
      "origin": "Suporte",
      "sourceNumber": "5511900000001"
    }
    "#);
    let (status, read) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(read, @r#"
    {
      "id": "msg_01KVJ7J480PP2ZESX7K8XPSG1Q",
      "status": "QUEUED",
      "correlationId": "corr_01KVJ7J480PP2ZESX7K8XPSG1Q",
      "destinationNumber": "+5511988887777",
      "createdAt": "2026-06-20T10:00:00.000Z",
      "sentAt": null,
      "deliveredAt": null,
      "readAt": null,
      "externalMessageId": null,
      "errorCode": null,
      "errorMessage": null,
      "origin": "API",
      "metaPricing": null
    }
    "#);
    let by_correlation = api.get(&format!("/messages/{}", sent["correlationId"].as_str().unwrap())).await;
    assert_eq!(by_correlation, (200, read));
}

// facts: MSG-CONV-004, MSG-CONV-012
#[tokio::test]
async fn a_send_shows_up_in_log_history_and_conversations() {
    let api = api("ps_demo_web").await;
    let (_, sent) = api.post("/messages/send", text("+5511911112222")).await;
    let (_, log) = api.get("/messages?status=QUEUED").await;
    assert_eq!((log["total"].as_u64(), &log["messages"][0]["id"]), (Some(1), &sent["id"]));
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history["messages"][0]["direction"], "OUTBOUND");
    assert_eq!(history["messages"][0]["origin"], "API");
    assert_eq!(history["messages"][0]["participantPhone"], "+5511911112222");
    let (_, conversations) = api.get("/conversations?pageSize=1").await;
    assert_eq!(conversations["conversations"][0]["from"], "+5511911112222");
    assert_eq!(conversations["conversations"][0]["lastMessagePreview"], "Oi");
    assert_eq!(conversations["totalPages"], conversations["total"]);
}

// facts: MCP-SEND-001, MCP-SEND-002
#[tokio::test]
async fn the_mcp_server_is_told_by_its_user_agent() {
    let api = api("ps_demo_meta").await;
    for (agent, origin) in
        [("pilot-status-mcp/9.9", "MCP"), ("python-requests/2.32", "API"), ("not-pilot-status-mcp/1", "API")]
    {
        let request = api.request(reqwest::Method::POST, "/messages/send").header("user-agent", agent);
        let (_, sent) = api.send(request.json(&text("+5511988887777"))).await;
        let (_, read) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
        assert_eq!(read["origin"], origin, "{agent}");
    }
}

// facts: MSG-SEND-003, MSG-SEND-004, MSG-SEND-018, MSG-SEND-019, MSG-SEND-020, MSG-SEND-021, MSG-SEND-025
// facts: MSG-SEND-031, MSG-SEND-033, MSG-SEND-053, MSG-SEND-083, COM-ERR-003, COM-ERR-005, COM-ERR-006
// facts: COM-ERR-018, COM-FMT-003
#[tokio::test]
async fn a_send_names_one_mode_and_one_destination() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let refused = [
        (json!({}), vec!["", ""]),
        (json!({ "destinationNumber": "+5511988887777" }), vec![""]),
        (json!({ "destinationNumber": "+5511988887777", "groupId": "1@g.us", "text": "a" }), vec![""]),
        (json!({ "destinationNumber": "+5511988887777", "text": "a", "templateId": "b" }), vec![""]),
        (
            json!({ "destinationNumber": "+5511988887777", "text": "a", "media": "https://a/b.png", "mediaType": "image" }),
            vec![""],
        ),
        (json!({ "groupId": "1@g.us", "newsletterId": "1@newsletter", "text": "a" }), vec![""]),
        (json!({ "destinationNumber": "1234567", "text": "a" }), vec!["/destinationNumber"]),
        (json!({ "destinationNumber": "1234567890123456", "text": "a" }), vec!["/destinationNumber"]),
        (json!({ "destinationNumber": "ana", "text": "a" }), vec!["/destinationNumber"]),
        (json!({ "destinationNumber": "BR.ana", "text": "a" }), vec!["/destinationNumber"]),
        (json!({ "destinationNumber": null, "text": "a" }), vec!["/destinationNumber"]),
        (json!({ "groupId": "120363@newsletter", "text": "a" }), vec!["/groupId"]),
        (json!({ "newsletterId": "@newsletter", "text": "a" }), vec!["/newsletterId"]),
        (json!({ "destinationNumber": "+5511988887777", "text": "" }), vec!["/text"]),
        (json!({ "destinationNumber": "+5511988887777", "text": 1 }), vec!["/text"]),
        (json!({ "destinationNumber": "+5511988887777", "text": "a", "caption": "b" }), vec!["/caption"]),
        (
            json!({ "destinationNumber": "+5511988887777", "text": "a", "header": { "type": "text", "content": "b" } }),
            vec!["/header"],
        ),
        (
            json!({ "destinationNumber": "+5511988887777", "text": "a", "deliverAt": "soon" }),
            vec!["/deliverAt"],
        ),
        (json!({ "destinationNumber": "+5511988887777", "media": "ftp://a/b.png" }), vec!["/media"]),
        (json!({ "destinationNumber": "+5511988887777", "media": "https://a/b" }), vec!["/mediaType"]),
        (
            json!({ "destinationNumber": "+5511988887777", "media": "https://a/b", "mediaType": "audio", "caption": "c" }),
            vec!["/caption"],
        ),
        (
            json!({ "destinationNumber": "+5511988887777", "media": "https://a/b.amr", "caption": "c" }),
            vec!["/caption"],
        ),
        (
            json!({ "destinationNumber": "+5511988887777", "text": "a", "labels": ["x", 5, ""] }),
            vec!["/labels/1"],
        ),
        (
            json!({ "destinationNumber": "+5511988887777", "media": "https://a/b.png", "buttons": [{ "type": "reply", "label": "x" }] }),
            vec!["/buttons"],
        ),
        (
            json!({ "destinationNumber": "+5511988887777", "text": "a", "variables": { "a": "b" } }),
            vec!["/variables"],
        ),
    ];
    for (body, expected) in refused {
        let (status, answer) = api.post("/messages/send", body.clone()).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{body}");
        assert_eq!(paths(&answer), expected, "{body}: {answer}");
        let issues = answer["details"]["issues"].as_array().unwrap();
        assert!(issues.iter().all(|issue| issue["message"].as_str().is_some_and(|text| !text.is_empty())));
        assert!(issues.iter().all(|issue| issue.as_object().unwrap().len() == 2), "{answer}");
    }
    assert_eq!(api.mock.digest(), before);
}

#[tokio::test]
async fn the_sdk_sends_empty_variables_in_every_mode() {
    let api = api("ps_demo_meta").await;
    let body = json!({ "destinationNumber": "+5511988887777", "text": "a", "variables": {} });
    assert_eq!(api.post("/messages/send", body).await.0, 202);
}

// facts: MSG-SEND-034, MSG-SEND-038, MSG-SEND-040, MSG-SEND-044
#[tokio::test]
async fn interactive_parts_keep_their_limits() {
    let api = api("ps_demo_meta").await;
    let with = |part: Value| {
        let mut body = text("+5511988887777");
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        body
    };
    let reply = json!({ "type": "reply", "label": "Sim" });
    let ok = with(
        json!({ "buttons": [reply, reply, reply], "header": { "type": "text", "content": "Oi" }, "footer": "f".repeat(60) }),
    );
    assert_eq!(api.post("/messages/send", ok).await.0, 202);
    let refused = [
        (json!({ "buttons": [reply, reply, reply, reply] }), "/buttons"),
        (json!({ "buttons": [{ "type": "reply" }] }), "/buttons/0/label"),
        (json!({ "buttons": [{ "type": "reply", "label": "x".repeat(21) }] }), "/buttons/0/label"),
        (json!({ "buttons": [reply], "footer": "f".repeat(61) }), "/footer"),
        (json!({ "buttons": [reply], "header": { "type": "text" } }), "/header/content"),
        (json!({ "list": { "buttonText": "x".repeat(21) } }), "/list/buttonText"),
        (json!({ "list": {}, "flow": {} }), ""),
        (json!({ "carousel": { "cards": [{}, {}] } }), "/carousel/cards/0/media"),
    ];
    for (part, path) in refused {
        let (status, answer) = api.post("/messages/send", with(part.clone())).await;
        assert_eq!((status, paths(&answer).first().copied()), (400, Some(path)), "{part}: {answer}");
    }
}

// facts: MSG-SEND-022, MSG-SEND-023, MSG-SEND-024, CHN-POST-003
#[tokio::test]
async fn destinations_follow_the_provider() {
    let mut api = api("ps_demo_meta").await;
    let group = json!({ "groupId": "120363000000000001@g.us", "text": "a" });
    let channel = json!({ "newsletterId": "120363000000000001@newsletter", "text": "a" });
    let (status, answer) = api.post("/messages/send", group.clone()).await;
    assert_eq!((status, code(&answer)), (400, "META_GROUPS_NOT_ELIGIBLE"));
    let (status, answer) = api.post("/messages/send", channel.clone()).await;
    assert_eq!((status, code(&answer)), (400, "NOT_SUPPORTED_FOR_META"));
    api.use_key("ps_demo_meta_oba");
    let (_, made) = api.post("/groups", json!({ "subject": "Obra" })).await;
    let own = json!({ "groupId": made["id"], "text": "a" });
    for (key, body) in [("ps_demo_meta_oba", own), ("ps_demo_web", group), ("ps_demo_web", channel)] {
        api.use_key(key);
        let (status, sent) = api.post("/messages/send", body).await;
        assert_eq!(status, 202);
        api.mock.advance(jiff::SignedDuration::from_mins(1)).await;
        let (_, message) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
        assert!(message["sentAt"].is_string() && message["errorCode"].is_null(), "it got there: {message}");
    }
}

// facts: MSG-SEND-026, MSG-SEND-027, MSG-SEND-058
#[tokio::test]
async fn media_follows_plan_and_engine() {
    let mut api = api("ps_other_web").await;
    let url = json!({ "destinationNumber": "+5511988887777", "media": "https://example.com/a.png" });
    let base64 =
        json!({ "destinationNumber": "+5511988887777", "media": "data:image/png;base64,iVBORw0KGgo=" });
    let (status, answer) = api.post("/messages/send", url.clone()).await;
    assert_eq!((status, code(&answer)), (402, "SUBSCRIPTION_REQUIRED_FOR_MEDIA"));
    let header = json!({ "type": "IMAGE", "url": "https://example.com/a.png" });
    let body = json!({ "header": header, "body": { "text": "Oi, tudo bem?" } });
    let template = json!({ "name": "foto", "category": "UTILITY", "body": body });
    assert_eq!(api.post("/templates", template).await.0, 201);
    let send = json!({ "destinationNumber": "+5511988887777", "templateId": "foto" });
    let (status, answer) = api.post("/messages/send", send).await;
    assert_eq!((status, code(&answer)), (402, "SUBSCRIPTION_REQUIRED_FOR_MEDIA"), "a template's own media");
    api.use_key("ps_demo_web");
    assert_eq!(api.post("/messages/send", url).await.0, 202);
    let (status, answer) = api.post("/messages/send", base64.clone()).await;
    assert_eq!((status, paths(&answer)), (400, vec!["/media"]));
    api.use_key("ps_demo_meta");
    assert_eq!(api.post("/messages/send", base64).await.0, 202);
}

// facts: MSG-SEND-008, MSG-SEND-048, MSG-SEND-049, MSG-SEND-050, MSG-SEND-069
#[tokio::test]
async fn flows_need_meta_and_an_open_window() {
    let mut api = api("ps_demo_meta").await;
    let flow =
        |to: &str| json!({ "destinationNumber": to, "text": "a", "flow": { "flowId": "1", "cta": "Abrir" } });
    let (status, answer) = api.post("/messages/send", flow("+5511988887777")).await;
    assert_eq!(status, 202);
    assert!(answer["flowToken"].is_string());
    assert_eq!(
        api.post("/messages/send", flow("BR.13491208655302741918")).await.0,
        202,
        "Ana by her user id"
    );
    let (status, answer) = api.post("/messages/send", flow("+5511977776666")).await;
    assert_eq!((status, code(&answer)), (409, "FLOW_WINDOW_CLOSED"));
    api.use_key("ps_demo_web");
    let (status, answer) = api.post("/messages/send", flow("+5511988887777")).await;
    assert_eq!((status, code(&answer)), (400, "FEATURE_NOT_SUPPORTED"));
}

// facts: MSG-SEND-012, MSG-SEND-013, MSG-SEND-014, MSG-SEND-015, MSG-SEND-016, MSG-SEND-062, MSG-GET-006
#[tokio::test]
async fn template_variables_are_all_there_and_not_blank() {
    let api = api("ps_demo_meta").await;
    let send = |id: &str, variables: Value| json!({ "destinationNumber": "+5511988887777", "templateId": id, "variables": variables });
    for id in ["boas_vindas", "tpl_boas_vindas"] {
        let (status, sent) = api.post("/messages/send", send(id, json!({ "nome": "Ana" }))).await;
        assert_eq!(status, 202);
        let (_, read) = api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await;
        assert_eq!(read["template"], "boas_vindas");
    }
    let (status, answer) = api.post("/messages/send", send("promo_cupom", json!({ "nome": "Ana" }))).await;
    assert_eq!((status, code(&answer)), (400, "MISSING_TEMPLATE_VARIABLES"));
    assert_eq!(answer["details"], json!({ "missingKeys": ["desconto"] }));
    for (value, reason) in
        [(json!(1), "must be a string"), (json!(null), "must be a string"), (json!(" "), "must not be blank")]
    {
        let (status, answer) =
            api.post("/messages/send", send("boas_vindas", json!({ "nome": value }))).await;
        assert_eq!((status, code(&answer)), (400, "INVALID_TEMPLATE_VARIABLE_VALUE"));
        assert_eq!(answer["details"]["invalidKeys"], json!([{ "key": "nome", "reason": reason }]));
    }
    let (status, answer) = api.post("/messages/send", send("nada", json!({}))).await;
    assert_eq!((status, code(&answer)), (404, "TEMPLATE_NOT_FOUND"));
}

// facts: MSG-SEND-059, MSG-SEND-060
#[tokio::test]
async fn an_unpaid_number_is_blocked() {
    let world = "
version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: kt, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: { id: kn, raw: ps_n }, extraChargeUnpaidSince: -P1D }
";
    let api = api_in(world, "ps_n").await;
    let (status, answer) = api.post("/messages/send", text("+5511988887777")).await;
    assert_eq!(
        (status, code(&answer), &answer["reason"]),
        (409, "NUMBER_BLOCKED", &json!("extra_charge_unpaid"))
    );
}

// facts: MSG-IDEM-001, MSG-IDEM-004, MSG-IDEM-005, MSG-IDEM-006, MSG-IDEM-007, MSG-IDEM-008, MSG-IDEM-010
#[tokio::test]
async fn the_same_idempotency_key_sends_once() {
    let api = api("ps_demo_meta").await;
    let send = async |key: &str, body: &str| {
        let request = api.request(reqwest::Method::POST, "/messages/send").header("idempotency-key", key);
        let request = request.header("content-type", "application/json").body(body.to_owned());
        let response = request.send().await.unwrap();
        let replayed =
            response.headers().get("idempotent-replayed").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), replayed, response.json::<Value>().await.unwrap())
    };
    let first = send("k1", r#"{"destinationNumber":"+5511988887777","text":"Oi"}"#).await;
    assert_eq!((first.0, &first.1), (202, &None));
    // The same JSON, written otherwise.
    let again = send("k1", r#"{ "text":"Oi", "destinationNumber":"+5511988887777" }"#).await;
    assert_eq!(again, (202, Some("true".to_owned()), first.2));
    assert_eq!(api.get("/messages").await.1["total"], 1);
    let other = send("k1", r#"{"destinationNumber":"+5511988887777","text":"Tchau"}"#).await;
    assert_eq!((other.0, code(&other.2)), (409, "IDEMPOTENCY_KEY_REUSED"));
    let refused = send("k2", r#"{"text":"Oi"}"#).await;
    assert_eq!(refused.0, 400, "not remembered");
    assert_eq!(send("k2", r#"{"destinationNumber":"+5511988887777","text":"Oi"}"#).await.0, 202);
    for bad in ["", "a\tb", &"k".repeat(256)] {
        let answer = send(bad, r#"{"destinationNumber":"+5511988887777","text":"Oi"}"#).await;
        assert_eq!((answer.0, code(&answer.2)), (400, "IDEMPOTENCY_KEY_INVALID"));
    }
    assert_eq!(send(&"k".repeat(255), r#"{"destinationNumber":"+5511988887777","text":"Oi"}"#).await.0, 202);
}

// facts: MSG-CANCEL-001, MSG-CANCEL-002, MSG-CANCEL-003, MSG-CANCEL-004, MSG-CANCEL-005, MSG-CANCEL-006
// facts: MSG-CANCEL-007, MSG-CANCEL-008, MSG-CANCEL-010, MSG-LIFE-005
#[tokio::test]
async fn only_scheduled_messages_are_cancelled() {
    let api = api("ps_demo_meta").await;
    let mut scheduled = text("+5511988887777");
    scheduled["deliverAt"] = json!("2026-06-21T10:00:00Z");
    let (_, scheduled) = api.post("/messages/send", scheduled).await;
    let (_, queued) = api.post("/messages/send", text("+5511988887777")).await;
    let ids = json!({ "messageIds": [scheduled["id"], queued["id"], "msg_none", scheduled["id"]] });
    let (status, answer) = api.delete_with("/messages/cancel", ids).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({
            "cancelled": [scheduled["id"]],
            "failed": [
                { "id": queued["id"], "reason": "NOT_SCHEDULED" },
                { "id": "msg_none", "reason": "NOT_FOUND" },
                { "id": scheduled["id"], "reason": "ALREADY_CANCELED" },
            ],
        })
    );
    let (_, read) = api.get(&format!("/messages/{}", scheduled["id"].as_str().unwrap())).await;
    assert_eq!((&read["status"], &read["errorCode"]), (&json!("CANCELED"), &Value::Null));
    for ids in [
        json!({}),
        json!({ "messageIds": [] }),
        json!({ "messageIds": vec!["m"; 101] }),
        json!({ "messageIds": [1] }),
    ] {
        let (status, answer) = api.delete_with("/messages/cancel", ids).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"));
    }
    let (status, answer) = api.delete_with("/messages/cancel", json!({ "messageIds": vec!["m"; 100] })).await;
    assert_eq!((status, answer["failed"].as_array().unwrap().len()), (200, 100));
}

// facts: COM-PAGE-003, COM-PAGE-004, COM-PAGE-005, COM-PAGE-007, COM-PAGE-008, COM-PAGE-009, COM-PAGE-010
// facts: COM-PAGE-011, MSG-HIST-018, MSG-CONV-014
#[tokio::test]
async fn pages_and_dates() {
    let api = api("ps_demo_meta").await;
    let (_, page) = api.get("/messages/history?page=2&pageSize=2").await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    assert_eq!((&page["total"], &page["totalPages"], &page["pageSize"]), (&json!(3), &json!(2), &json!(2)));
    let (_, page) = api.get("/messages/history?pageSize=1000").await;
    assert_eq!(page["pageSize"], 100);
    let (status, page) = api.get("/messages/history?page=99999999999999999999999").await;
    assert_eq!((status, page["messages"].as_array().unwrap().len()), (200, 0));
    for bad in ["page=0", "page=-1", "page=1.5", "page=", "pageSize=0", "pageSize=abc", "page=%2B1"] {
        let (status, answer) = api.get(&format!("/messages/history?{bad}")).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{bad}");
    }
    let (_, page) =
        api.get("/messages/history?startDate=2026-06-20T09:00:00Z&endDate=2026-06-20T09:00:00Z").await;
    assert_eq!(page["total"], 1, "both ends are inclusive");
    for bad in ["startDate=soon", "startDate=2026-06-21&endDate=2026-06-20", "endDate="] {
        for path in ["/messages/history", "/conversations"] {
            let (status, answer) = api.get(&format!("{path}?{bad}")).await;
            assert_eq!((status, code(&answer)), (400, "INVALID_DATE_RANGE"), "{path} {bad}");
        }
    }
}

fn world_with_pii(mode: &str) -> String {
    format!(
        "
version: 1
tenants: [{{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: {{ id: kt, raw: ps_t }} }}]
numbers:
  - {{ id: n, tenant: t, engine: EVO_GO, digits: '5511900000009', name: N, state: OPEN, key: {{ id: kn, raw: ps_n }}, {mode} }}
contacts:
  - conversation: c
    number: n
    name: Ana
    phone: '+5511988887777'
    messages:
      - {{ id: old, text: velho, unread: true, at: -P9D }}
      - {{ id: new, text: novo, unread: true, at: -P1D }}
"
    )
}

// facts: COM-PII-002, COM-PII-004, COM-PII-007
#[tokio::test]
async fn relay_only_numbers_show_rows_without_content() {
    let api = api_in(&world_with_pii("piiMode: RELAY_ONLY"), "ps_n").await;
    let (_, unread) = api.get("/messages/unread").await;
    assert_eq!((&unread["notice"], &unread["total"]), (&json!("PII_RELAY_ONLY"), &json!(2)));
    let row = &unread["messages"][0];
    assert_eq!(
        (&row["content"], &row["from"], &row["fromName"], &row["redacted"]),
        (&json!(null), &json!(null), &json!(null), &json!(true))
    );
    let (_, conversations) = api.get("/conversations").await;
    assert_eq!(conversations["conversations"], json!([]));
    assert_eq!((&conversations["total"], &conversations["notice"]), (&json!(0), &json!("PII_RELAY_ONLY")));
}

// facts: COM-PII-003, COM-PII-005
#[tokio::test]
async fn numbers_that_store_for_days_cover_what_is_older() {
    let api = api_in(&world_with_pii("piiMode: STORE_X_DAYS, piiRetentionDays: 7"), "ps_n").await;
    let (_, history) = api.get("/messages/history").await;
    assert_eq!(history.get("notice"), None);
    assert_eq!(
        (&history["messages"][0]["text"], history["messages"][0].get("redacted")),
        (&json!("novo"), None)
    );
    assert_eq!(
        (&history["messages"][1]["text"], &history["messages"][1]["redacted"]),
        (&json!(null), &json!(true))
    );
}

// facts: MSG-GET-015, MSG-GET-016, COM-SCOPE-010
#[tokio::test]
async fn nothing_of_another_number_is_visible() {
    let mut api = api("ps_demo_meta").await;
    let (_, sent) = api.post("/messages/send", text("+5511988887777")).await;
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    for key in ["ps_demo_web", "ps_other_web"] {
        api.use_key(key);
        let (status, answer) = api.get(&path).await;
        assert_eq!((status, code(&answer)), (404, "MESSAGE_NOT_FOUND"));
        assert_eq!(api.get("/messages").await.1["total"], 0);
    }
}

// facts: MSG-TYPING-001, MSG-TYPING-004
#[tokio::test]
async fn typing_takes_a_contact() {
    let api = api("ps_demo_meta").await;
    let (status, answer) =
        api.post("/messages/typing", json!({ "destinationNumber": "+5511988887777" })).await;
    assert_eq!((status, answer), (200, json!({ "success": true })));
    let (status, answer) = api.post("/messages/typing", json!({})).await;
    assert_eq!((status, paths(&answer)), (400, vec!["/destinationNumber"]));
}
