//! Facts of the ledger about payments.

use crate::common::{Api, NOW, api, api_in, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn simulate(api: &Api, kind: &str, body: Value) -> Value {
    let (status, answer) = api.simulate(kind, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// A tenant without a card that owes for two numbers, one of each kind.
fn owing() -> &'static str {
    "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: m, tenant: t, engine: META, digits: '5511900000001', name: M, state: OPEN, key: { id: km, raw: ps_m }, meta: { phoneId: '1', wabaId: w }, extraChargeUnpaidSince: PT0S }
  - { id: w, tenant: t, engine: EVO_GO, digits: '5511900000002', name: W, state: OPEN, key: { id: kw, raw: ps_w }, extraChargeUnpaidSince: PT0S }
"
}

// facts: NUM-PAY-003, NUM-PAY-004, NUM-PAY-005, NUM-PAY-006, NUM-PAY-001
#[tokio::test]
async fn payments_that_fail() {
    let api = api_in(owing(), "ps_t").await;
    for (result, expected) in [
        ("declined", (402, "PAYMENT_FAILED")),
        ("insufficient_funds", (402, "INSUFFICIENT_FUNDS")),
        ("in_progress", (409, "PAYMENT_IN_PROGRESS")),
        ("provider_error", (502, "PAYMENT_PROVIDER_ERROR")),
    ] {
        simulate(&api, "payment", json!({ "tenantId": "t", "result": result })).await;
        let (status, body) = api.post("/numbers/w/pay", json!({})).await;
        assert_eq!((status, code(&body)), expected);
        let details = ["declineCode", "proratedTotal", "currency"].map(|key| body.get(key).is_some());
        assert_eq!(details, [result == "declined"; 3], "{body}");
    }
    simulate(&api, "payment", json!({ "tenantId": "t", "result": "paid" })).await;
    assert_eq!(api.post("/numbers/w/pay", json!({})).await.1["status"], "paid");
}

// facts: NUM-PAY-010, NUM-PAY-011
#[tokio::test]
async fn unpaid_numbers_after_a_week() {
    let api = api_in(owing(), "ps_t").await;
    let states = async || {
        let (_, list) = api.get("/numbers").await;
        [list[0]["state"].clone(), list[1]["state"].clone()]
    };
    api.mock.advance(DAY * 7 - SignedDuration::from_millis(1)).await;
    assert_eq!(states().await, ["OPEN", "OPEN"]);
    api.mock.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(states().await, ["OPEN", "CLOSE"]);
    api.mock.advance(DAY * 30).await;
    assert_eq!(states().await, ["OPEN", "CLOSE"]);
}

// facts: NUM-PAY-012
#[tokio::test]
async fn new_money_settles_what_is_owed() {
    for purchase in [json!({ "purpose": "wallet_topup", "amount": 100 }), json!({ "purpose": "add_card" })] {
        let api = api_in(owing(), "ps_t").await;
        assert_eq!(api.post("/billing/checkout", purchase.clone()).await.0, 200);
        assert!(api.get("/numbers/w").await.1["extraChargeUnpaidSince"].is_string());
        simulate(&api, "payment", json!({ "tenantId": "t", "result": "paid" })).await;
        assert_eq!(api.get("/numbers/w").await.1["extraChargeUnpaidSince"], Value::Null, "{purchase}");
    }
}

// facts: NUM-CREATE-017, NUM-DELETE-008
#[tokio::test]
async fn numbers_beyond_the_paid_ones_are_charged_when_they_connect() {
    let api = api("ps_demo_tenant").await;
    let slots = async || api.get("/subscription/extra-numbers").await.1["currentNumbers"].clone();
    let made = async |phone: &str| {
        let (_, body) = api.post("/numbers", json!({ "name": "x", "number": phone })).await;
        body["instance"]["id"].as_str().unwrap().to_owned()
    };
    let first = made("5511911110001").await;
    simulate(&api, "payment", json!({ "tenantId": "tenant_demo", "result": "declined" })).await;
    assert_eq!(
        api.get(&format!("/numbers/{first}")).await.1["extraChargeUnpaidSince"],
        Value::Null,
        "not yet"
    );
    simulate(&api, "number", json!({ "numberId": "num_web_closed", "event": "connect" })).await;
    assert_eq!(
        api.get("/numbers/num_web_closed").await.1["extraChargeUnpaidSince"],
        Value::Null,
        "it has a slot"
    );
    simulate(&api, "number", json!({ "numberId": first, "event": "connect" })).await;
    let (_, number) = api.get(&format!("/numbers/{first}")).await;
    assert_eq!((&number["extraChargeUnpaidSince"], &number["state"]), (&json!(NOW), &json!("OPEN")));
    assert_eq!(slots().await, 5);
    // What is paid for stays: the next number takes the slot that has become free.
    assert_eq!(api.delete("/numbers/num_web").await.0, 200);
    assert_eq!(api.delete(&format!("/numbers/{first}")).await.0, 200);
    let second = made("5511911110002").await;
    simulate(&api, "payment", json!({ "tenantId": "tenant_demo", "result": "declined" })).await;
    simulate(&api, "number", json!({ "numberId": second, "event": "connect" })).await;
    assert_eq!(api.get(&format!("/numbers/{second}")).await.1["extraChargeUnpaidSince"], Value::Null);
}

// facts: ACC-BUY-008, ACC-BUY-010
#[tokio::test]
async fn slots_are_unlocked_by_the_payment() {
    let api = api("ps_other_tenant").await;
    let (_, body) = api.post("/subscription/extra-numbers", json!({ "confirm": true })).await;
    assert_eq!(body["charged"], false);
    assert_eq!(api.get("/subscription/extra-numbers").await.1["fromPlan"], "FREE");
    simulate(&api, "payment", json!({ "tenantId": "tenant_other", "result": "paid" })).await;
    assert_eq!(api.get("/subscription/extra-numbers").await.1["fromPlan"], "ON_DEMAND");
    let api = crate::common::api("ps_demo_tenant").await;
    simulate(&api, "payment", json!({ "tenantId": "tenant_demo", "result": "declined" })).await;
    let (status, body) = api.post("/subscription/extra-numbers", json!({})).await;
    assert_eq!((status, code(&body)), (402, "PAYMENT_FAILED"));
}
