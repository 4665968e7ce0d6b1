//! Facts of the ledger about templates, webhooks and groups.

use crate::common::{api, api_in, code, paths};
use serde_json::{Value, json};

fn world_of_templates() -> String {
    let template = |status: &str| {
        let name = status.to_lowercase();
        format!(
            "  - {{ id: tpl_{name}, numbers: [a, b], name: {name}, body: {{ body: {{ text: Oi! }} }}, metaStatus: {status} }}\n"
        )
    };
    let templates: String = ["APPROVED", "PENDING", "REJECTED", "DISABLED"].map(template).concat();
    format!(
        "version: 1
tenants: [{{ id: t, plan: ON_DEMAND, paidNumbers: 2, key: {{ id: k, raw: ps_t }} }}]
numbers:
  - {{ id: a, tenant: t, engine: META, digits: '5511900000001', name: A, state: OPEN, key: {{ id: ka, raw: ps_a }}, meta: {{ phoneId: '1', wabaId: w }} }}
  - {{ id: b, tenant: t, engine: META, digits: '5511900000002', name: B, state: OPEN, key: {{ id: kb, raw: ps_b }}, meta: {{ phoneId: '2', wabaId: w }} }}
templates:
{templates}"
    )
}

// facts: TPL-LIST-005, TPL-LIST-006, TPL-LIFE-003, TPL-LIFE-004, TPL-DELETE-004
#[tokio::test]
async fn statuses_of_meta_templates() {
    let mut api = api_in(&world_of_templates(), "ps_a").await;
    let (_, list) = api.get("/templates").await;
    for (template, status) in
        list.as_array().unwrap().iter().zip(["APPROVED", "PENDING", "REJECTED", "DISABLED"])
    {
        assert_eq!(
            (&template["metaStatus"], &template["sendable"]),
            (&json!(status), &json!(status == "APPROVED"))
        );
    }
    api.delete("/templates/approved").await;
    api.use_key("ps_b");
    let (status, body) = api.get("/templates/approved").await;
    assert_eq!((status, code(&body)), (404, "TEMPLATE_NOT_FOUND"), "gone for the whole WABA");
}

// facts: TPL-CREATE-005, TPL-CREATE-003, TPL-CREATE-004
#[tokio::test]
async fn defaults_of_a_template() {
    let api = api("ps_demo_meta").await;
    for category in ["MARKETING", "UTILITY", "OTP"] {
        let name = category.to_lowercase();
        let (status, body) =
            api.post("/templates", json!({ "name": name, "body": "Oi!", "category": category })).await;
        assert_eq!((status, &body["category"]), (201, &json!(category)));
    }
    let (_, body) = api.post("/templates", json!({ "name": "simples", "body": "Oi!" })).await;
    assert_eq!(body["category"], "UTILITY");
    let (_, template) = api.get("/templates/simples").await;
    assert_eq!(template["metaLanguage"], "pt_BR");
    let (_, template) = api.get("/templates/nao_existe").await;
    assert_eq!(code(&template), "TEMPLATE_NOT_FOUND");
}

// facts: TPL-UPDATE-001, TPL-UPDATE-007
#[tokio::test]
async fn updates_by_id_and_by_name() {
    let api = api("ps_demo_meta").await;
    for id in ["boas_vindas", "tpl_boas_vindas"] {
        let (status, body) = api.put(&format!("/templates/{id}"), json!({ "body": "Oi!" })).await;
        assert_eq!((status, &body["id"]), (200, &json!("tpl_boas_vindas")));
    }
    let (status, body) = api.patch("/templates/boas_vindas", json!({ "body": "Oi!" })).await;
    assert_eq!((status, code(&body)), (405, "METHOD_NOT_ALLOWED"), "there is no PATCH");
}

// facts: WHK-OBJ-005
#[tokio::test]
async fn secrets_are_never_shown() {
    let api = api("ps_demo_meta").await;
    let (_, created) = api.post("/webhooks", json!({ "url": "https://a.b/c", "events": ["*"] })).await;
    let (_, changed) = api.patch("/webhooks/wh_demo", json!({ "name": "x" })).await;
    let (_, list) = api.get("/webhooks").await;
    let (_, one) = api.get("/webhooks/wh_demo").await;
    for answer in [created, changed, list, one] {
        assert!(!answer.to_string().contains("secret") && !answer.to_string().contains("whsec"), "{answer}");
    }
}

// facts: GRP-CREATE-006, GRP-INFO-006, GRP-PART-010
#[tokio::test]
async fn group_sizes() {
    let api = api("ps_demo_web").await;
    let people =
        |count: usize| -> Vec<String> { (0..count).map(|index| format!("55119{index:08}")).collect() };
    for (count, status) in [(0, 201), (256, 201), (257, 400)] {
        let body = json!({ "subject": "x", "participants": people(count) });
        assert_eq!(api.post("/groups", body).await.0, status, "{count}");
    }
    let (_, group) = api.post("/groups", json!({ "subject": "y" })).await;
    let path = format!("/groups/{}", group["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.1.get("inviteCode"), None::<&Value>);
    for (count, status) in [(1, 200), (256, 200), (0, 400), (257, 400)] {
        let body = json!({ "participants": people(count) });
        assert_eq!(api.post(&format!("{path}/participants"), body).await.0, status, "{count}");
    }
}

// facts: GRP-PIN-003
#[tokio::test]
async fn durations_of_pins() {
    let api = api("ps_demo_web").await;
    let path = "/groups/120363000000000001%40g.us/pin";
    for (seconds, until) in [
        (86_400, "2026-06-21T10:00:00.000Z"),
        (604_800, "2026-06-27T10:00:00.000Z"),
        (2_592_000, "2026-07-20T10:00:00.000Z"),
    ] {
        let (_, body) =
            api.post(path, json!({ "messageId": "cm_equipe_1", "durationSeconds": seconds })).await;
        assert_eq!(body["expiresAt"], until);
    }
    for seconds in [0, 86_399, 86_401] {
        let (status, body) =
            api.post(path, json!({ "messageId": "cm_equipe_1", "durationSeconds": seconds })).await;
        assert_eq!((status, paths(&body)), (400, vec!["/durationSeconds"]));
    }
}
