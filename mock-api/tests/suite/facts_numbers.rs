//! Facts of the ledger about numbers, pairing, and the account.

use crate::common::{Api, api, api_in, code, paths};
use serde_json::{Value, json};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

async fn pairing_code(api: &Api, phone: &str) -> String {
    let (_, body) = api.post("/numbers", json!({ "name": "x", "number": phone })).await;
    body["pairingCode"].as_str().unwrap().to_owned()
}

// facts: NUM-CREATE-016, NUM-LIST-009, NUM-STATUS-010
#[tokio::test]
async fn states_and_codes() {
    let api = api("ps_demo_tenant").await;
    let code = pairing_code(&api, "5511911110001").await;
    let (head, tail) = code.split_once('-').unwrap();
    for part in [head, tail] {
        assert!(
            part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
            "{code}"
        );
    }
    let (_, list) = api.get("/numbers").await;
    let states: Vec<_> =
        list.as_array().unwrap().iter().map(|number| number["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["OPEN", "OPEN", "OPEN", "CLOSE", "CONNECTING"]);
    for number in list.as_array().unwrap() {
        assert_eq!(number["isFullyConnected"], number["state"] == "OPEN");
    }
}

// facts: NUM-GET-014, NUM-LIST-008, NUM-LIST-003
#[tokio::test]
async fn no_credentials_are_shown() {
    let api = api("ps_demo_tenant").await;
    for path in ["/numbers", "/numbers/num_meta", "/numbers/num_web", "/numbers/num_meta?refresh=1"] {
        let text = api.get(path).await.1.to_string();
        assert!(!text.contains("ps_demo_meta") && !text.contains("ps_demo_web"), "{path}");
        assert!(!text.to_lowercase().contains("token") && !text.to_lowercase().contains("secret"), "{path}");
    }
}

// facts: NUM-GET-015, NUM-PATCH-005, NUM-PATCH-019
#[tokio::test]
async fn retention_days_go_with_their_mode() {
    let api = api("ps_demo_tenant").await;
    for (patch, days) in [
        (json!({ "piiMode": "STORE_X_DAYS", "piiRetentionDays": 3650 }), json!(3650)),
        (json!({ "piiMode": "STORE_INDEFINITE", "piiRetentionDays": 5 }), Value::Null),
        (json!({ "piiMode": "STORE_X_DAYS", "piiRetentionDays": 1 }), json!(1)),
        (json!({ "piiMode": "RELAY_ONLY" }), Value::Null),
    ] {
        let (_, body) = api.patch("/numbers/num_web", patch).await;
        assert_eq!(body["piiRetentionDays"], days);
        assert_eq!(body, api.get("/numbers/num_web").await.1, "the answer is the detail");
    }
}

// facts: NUM-STATUS-011
#[tokio::test]
async fn the_time_of_a_live_reading() {
    let api = api("ps_demo_tenant").await;
    let (_, body) = api.get("/numbers/num_web_closed/status").await;
    assert_eq!((&body["stale"], body.get("lastKnownAt")), (&json!(false), None));
    assert!(body["checkedAt"].is_string());
}

// facts: NUM-GET-010, NUM-GET-009
#[tokio::test]
async fn unpaid_meta_numbers_have_no_date_of_disconnection() {
    let world = "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: META, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n }, meta: { phoneId: '1', wabaId: w }, extraChargeUnpaidSince: -P1D }
  - { id: m, tenant: t, engine: EVO_GO, digits: '5511900000002', name: M, state: OPEN, key: { id: km, raw: ps_m }, extraChargeUnpaidSince: -P1D }
";
    let api = api_in(world, "ps_t").await;
    for (id, date) in [("n", Value::Null), ("m", json!("2026-06-26T10:00:00.000Z"))] {
        let (_, body) = api.get(&format!("/numbers/{id}")).await;
        assert_eq!(body["extraChargeUnpaidSince"], "2026-06-19T10:00:00.000Z");
        assert_eq!(body["extraChargeDisconnectAt"], date);
    }
}

// facts: NUM-PURGE-002, NUM-PURGE-004
#[tokio::test]
async fn purged_numbers_leave_nothing() {
    let mut api = api("ps_demo_tenant").await;
    api.delete("/numbers/num_web").await;
    assert_eq!(api.delete("/numbers/num_web/purge").await, (200, json!({ "ok": true })));
    assert_eq!(api.delete("/numbers/num_meta/purge").await, (200, json!({ "ok": true })));
    assert_eq!(api.get("/api-keys").await.1.as_array().unwrap().len(), 2);
    assert_eq!(api.get("/webhooks").await.1, json!([]));
    let (_, body) = api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await;
    let id = body["instance"]["id"].as_str().unwrap().to_owned();
    api.use_header("x-whatsapp-number-id", &id);
    assert_eq!(api.get("/templates").await.1, json!([]));
    assert_eq!(api.get("/messages/history").await.1["total"], 0);
}

// facts: NUM-CHECK-001, NUM-CHECK-014, NUM-CHECK-015
#[tokio::test]
async fn checks_from_one_to_twenty() {
    for key in ["ps_demo_web", "ps_other_web"] {
        let api = api(key).await;
        let (status, body) =
            api.post("/numbers/check", json!({ "numbers": vec!["+55 (11) 98888-7777"; 20] })).await;
        assert_eq!((status, body["results"].as_array().unwrap().len()), (200, 20));
        let (_, body) = api.post("/numbers/check", json!({ "number": "5511988887777" })).await;
        assert_eq!(body["results"].as_array().unwrap().len(), 1);
        assert_eq!(api.post("/numbers/check", json!({ "numbers": vec!["5511988887777"; 21] })).await.0, 400);
    }
}

// facts: NUM-PAIR-006, NUM-PAIR-010, NUM-PAIR-015, NUM-PAIR-018
#[tokio::test]
async fn pairing_links() {
    let api = api("ps_demo_tenant").await;
    let (_, body) =
        api.post("/numbers/remote-pairing", json!({ "name": "x", "number": "5511911110001" })).await;
    assert_eq!(body["instance"]["state"], "CLOSE");
    assert!(!keys(&body).iter().any(|key| ["qrcodeBase64", "pairingCode"].contains(key)));
    for flow in ["embedded", "credentials"] {
        let link = json!({ "metaFlow": flow, "redirectUrl": "https://a.b", "externalRef": "r" });
        assert_eq!(api.post("/numbers/remote-pairing", link).await.0, 201, "{flow}");
    }
    api.delete("/numbers/num_web").await;
    let (status, body) =
        api.post("/numbers/remote-pairing", json!({ "name": "x", "number": "5511900000003" })).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_SOFT_DELETED"));
}

// facts: ACC-ROTATE-002, ACC-ROTATE-004
#[tokio::test]
async fn a_rotated_key_in_full() {
    for key in ["ps_demo_web", "ps_demo_tenant"] {
        let api = api(key).await;
        let (_, body) = api.post("/api-keys/regenerate", json!({})).await;
        assert_eq!(
            keys(&body),
            ["createdAt", "id", "key", "keyLast4", "keyPrefix", "name", "scope", "whatsappNumberId"]
        );
    }
}

// facts: ACC-EXTRA-009, ACC-BILL-009
#[tokio::test]
async fn previews_and_links_charge_nothing() {
    let api = api("ps_other_tenant").await;
    let before = api.mock.digest();
    api.get("/subscription/extra-numbers?quantity=3").await;
    assert_eq!(api.mock.digest(), before);
    let preview = api.get("/subscription/extra-numbers").await;
    assert_eq!(api.post("/billing/checkout", json!({ "purpose": "add_card" })).await.0, 200);
    assert_eq!(api.get("/subscription/extra-numbers").await, preview);
}

// facts: ACC-GIVE-004
#[tokio::test]
async fn a_deleted_number_frees_its_slot() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.delete("/subscription/extra-numbers").await;
    assert_eq!((status, code(&body)), (409, "NUMBER_LIMIT_EXCEEDED"));
    api.delete("/numbers/num_web_closed").await;
    assert_eq!(api.delete("/subscription/extra-numbers").await.0, 200);
}

// facts: ACC-DASH-002, ACC-DASH-003
#[tokio::test]
async fn time_zones_of_the_dashboard() {
    let api = api("ps_demo_web").await;
    let today = async |query: &str| {
        let (_, body) = api.get(&format!("/analytics/dashboard?period=7d{query}")).await;
        body["dailyMessages"][6]["date"].as_str().unwrap().to_owned()
    };
    for (query, date) in [
        ("", "2026-06-20"),
        ("&tz=UTC", "2026-06-20"),
        ("&tz=Pacific/Kiritimati", "2026-06-21"),
        ("&timezone=Pacific/Kiritimati", "2026-06-21"),
        ("&tz=Pacific/Pago_Pago", "2026-06-19"),
    ] {
        assert_eq!(today(query).await, date, "{query}");
    }
    let (status, body) = api.get("/analytics/dashboard?timezone=Mars/Base").await;
    assert_eq!((status, paths(&body)), (400, vec!["/timezone"]));
}
