//! Numbers beyond what the tenant pays for, and how payments end.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, api_in, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

async fn next_payment(api: &Api, tenant: &str, result: &str) -> Value {
    let (status, body) = api.simulate("payment", json!({ "tenantId": tenant, "result": result })).await;
    assert_eq!(status, 200, "{body}");
    body["completed"].clone()
}

/// A web number that has just connected for the first time.
async fn connected(api: &Api, digits: &str) -> String {
    let (status, body) = api.post("/numbers", json!({ "name": "Nova", "number": digits })).await;
    assert_eq!(status, 201, "{body}");
    let id = body["instance"]["id"].as_str().unwrap().to_owned();
    connect(api, &id).await;
    id
}

async fn connect(api: &Api, id: &str) {
    assert_eq!(api.simulate("number", json!({ "numberId": id, "event": "connect" })).await.0, 200);
}

async fn number(api: &Api, id: &str) -> Value {
    api.get(&format!("/numbers/{id}")).await.1
}

async fn pay(api: &Api, id: &str) -> (u16, Value) {
    api.post(&format!("/numbers/{id}/pay"), json!({})).await
}

/// A number of the tenant without a card, beyond its plan.
async fn blocked() -> (Api, String) {
    let api = api("ps_other_tenant").await;
    let id = connected(&api, "5511911112222").await;
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], NOW);
    (api, id)
}

// facts: NUM-CREATE-017, NUM-PAY-001, NUM-PAY-002, NUM-GET-009
#[tokio::test]
async fn is_charged_when_it_first_connects() {
    let api = api("ps_demo_tenant").await;
    let (_, body) = api.post("/numbers", json!({ "name": "Nova", "number": "5511911112222" })).await;
    let id = body["instance"]["id"].as_str().unwrap();
    next_payment(&api, "tenant_demo", "declined").await;
    assert_eq!(number(&api, id).await["extraChargeUnpaidSince"], Value::Null);
    connect(&api, id).await;
    let body = number(&api, id).await;
    assert_eq!(
        (&body["state"], &body["extraChargeUnpaidSince"], &body["extraChargeDisconnectAt"]),
        (&json!("OPEN"), &json!(NOW), &json!("2026-06-27T10:00:00.000Z"))
    );
    // Once: connecting again is not charged again.
    assert_eq!(pay(&api, id).await, (200, json!({ "ok": true, "status": "paid" })));
    next_payment(&api, "tenant_demo", "declined").await;
    for event in ["disconnect", "connect"] {
        api.simulate("number", json!({ "numberId": id, "event": event })).await;
    }
    assert_eq!(number(&api, id).await["extraChargeUnpaidSince"], Value::Null);
    assert_eq!(pay(&api, id).await, (200, json!({ "ok": true, "status": "not_required" })));
}

// facts: NUM-DELETE-008
#[tokio::test]
async fn a_slot_that_is_free_costs_nothing() {
    let api = api("ps_demo_tenant").await;
    next_payment(&api, "tenant_demo", "declined").await;
    api.delete("/numbers/num_web").await;
    let id = connected(&api, "5511911112222").await;
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], Value::Null);
    // The one that comes back finds it taken.
    api.post("/numbers/num_web/restore", json!({})).await;
    connect(&api, "num_web").await;
    assert_eq!(number(&api, "num_web").await["extraChargeUnpaidSince"], NOW);
}

// facts: MSG-SEND-059, MSG-SEND-060, NUM-PAY-010
#[tokio::test]
async fn a_refusal_blocks_sends_and_disconnects_after_a_week() {
    let (mut api, id) = blocked().await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": id })).await;
    api.use_header("x-whatsapp-number-id", &id);
    let (status, body) =
        api.post("/messages/send", json!({ "text": "Oi", "destinationNumber": "+5511988887777" })).await;
    assert_eq!(
        (status, code(&body), &body["reason"]),
        (409, "NUMBER_BLOCKED", &json!("extra_charge_unpaid"))
    );
    api.mock.advance(WEEK - SignedDuration::from_millis(1)).await;
    assert_eq!(number(&api, &id).await["state"], "OPEN");
    api.mock.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(number(&api, &id).await["state"], "CLOSE");
    assert_eq!(receiver.take_events(), ["number.disconnected"]);
}

// facts: NUM-PAY-011, NUM-GET-010
#[tokio::test]
async fn meta_numbers_are_never_disconnected() {
    let api = api("ps_other_tenant").await;
    let body = json!({ "name": "Oficial", "number": "5511911112222", "metaPhoneId": "1" });
    let (_, body) = api.post("/numbers/meta", body).await;
    let id = body["instance"]["id"].as_str().unwrap();
    let body = number(&api, id).await;
    assert_eq!(
        (&body["extraChargeUnpaidSince"], &body["extraChargeDisconnectAt"]),
        (&json!(NOW), &Value::Null)
    );
    api.mock.advance(WEEK + WEEK).await;
    assert_eq!(number(&api, id).await["state"], "OPEN");
}

// facts: NUM-PAY-009
#[tokio::test]
async fn one_that_is_paid_in_time_stays() {
    let (api, id) = blocked().await;
    api.mock.advance(WEEK / 2).await;
    next_payment(&api, "tenant_other", "paid").await;
    assert_eq!(pay(&api, &id).await.1["status"], "paid");
    api.mock.advance(WEEK).await;
    let body = number(&api, &id).await;
    assert_eq!((&body["state"], &body["extraChargeUnpaidSince"]), (&json!("OPEN"), &Value::Null));
}

// facts: NUM-PAY-003, NUM-PAY-004, NUM-PAY-005, NUM-PAY-006, NUM-PAY-007
#[tokio::test]
async fn every_way_a_payment_can_fail() {
    let (api, id) = blocked().await;
    for (result, status, expected) in [
        ("declined", 402, "PAYMENT_FAILED"),
        ("insufficient_funds", 402, "INSUFFICIENT_FUNDS"),
        ("in_progress", 409, "PAYMENT_IN_PROGRESS"),
        ("provider_error", 502, "PAYMENT_PROVIDER_ERROR"),
    ] {
        next_payment(&api, "tenant_other", result).await;
        let (answer, body) = pay(&api, &id).await;
        assert_eq!((answer, code(&body)), (status, expected));
        if result == "declined" {
            assert_eq!(
                (&body["declineCode"], &body["proratedTotal"], &body["currency"]),
                (&json!("card_declined"), &json!(29.9), &json!("BRL"))
            );
        }
    }
    assert_eq!(code(&pay(&api, "num_web").await.1), "NUMBER_NOT_FOUND");
}

// facts: NUM-PAY-006
#[tokio::test]
async fn trouble_at_the_payment_provider_is_tried_again_by_itself() {
    let (api, id) = blocked().await;
    next_payment(&api, "tenant_other", "provider_error").await;
    assert_eq!(pay(&api, &id).await.0, 502);
    next_payment(&api, "tenant_other", "paid").await;
    api.mock.advance(SignedDuration::from_mins(5)).await;
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], Value::Null);
}

// facts: NUM-PAY-012
#[tokio::test]
async fn a_top_up_settles_what_is_owed() {
    let (api, id) = blocked().await;
    assert_eq!(code(&pay(&api, &id).await.1), "INSUFFICIENT_FUNDS");
    let top_up = |amount: f64| json!({ "purpose": "wallet_topup", "amount": amount });
    assert_eq!(api.post("/billing/checkout", top_up(10.0)).await.0, 200);
    assert_eq!(api.post("/billing/checkout", top_up(50.0)).await.0, 200);
    // Not enough yet; the oldest page is completed first.
    assert_eq!(next_payment(&api, "tenant_other", "paid").await, "wallet_topup");
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], NOW);
    assert_eq!(next_payment(&api, "tenant_other", "paid").await, "wallet_topup");
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], Value::Null);
    // 60 less 29.90 is enough for another one, and then for none.
    let second = connected(&api, "5511911113333").await;
    assert_eq!(number(&api, &second).await["extraChargeUnpaidSince"], Value::Null);
    let third = connected(&api, "5511911114444").await;
    assert_eq!(number(&api, &third).await["extraChargeUnpaidSince"], NOW);
}

// facts: NUM-PAY-012
#[tokio::test]
async fn a_new_card_settles_what_is_owed() {
    let (api, id) = blocked().await;
    api.post("/billing/checkout", json!({ "purpose": "add_card" })).await;
    // A page that is declined stays open.
    assert_eq!(next_payment(&api, "tenant_other", "declined").await, Value::Null);
    assert_eq!(code(&pay(&api, &id).await.1), "PAYMENT_FAILED");
    assert_eq!(next_payment(&api, "tenant_other", "paid").await, "add_card");
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], Value::Null);
    assert_eq!(api.get("/subscription/extra-numbers").await.1["hasSavedCard"], true);
}

// facts: ACC-BUY-008
#[tokio::test]
async fn slots_come_with_the_payment_of_their_page() {
    let api = api("ps_other_tenant").await;
    let (_, body) = api.post("/subscription/extra-numbers", json!({ "confirm": true })).await;
    assert_eq!((&body["charged"], body["checkoutUrl"].is_string()), (&json!(false), true));
    assert_eq!(next_payment(&api, "tenant_other", "paid").await, "extra_numbers");
    assert_eq!(api.get("/subscription/extra-numbers").await.1["fromPlan"], "ON_DEMAND");
    let id = connected(&api, "5511911112222").await;
    assert_eq!(number(&api, &id).await["extraChargeUnpaidSince"], Value::Null);
}

// facts: ACC-BUY-010
#[tokio::test]
async fn buying_can_fail_too() {
    let api = api("ps_demo_tenant").await;
    for (result, status, expected) in
        [("declined", 402, "PAYMENT_FAILED"), ("provider_error", 502, "PAYMENT_PROVIDER_ERROR")]
    {
        next_payment(&api, "tenant_demo", result).await;
        let (answer, body) = api.post("/subscription/extra-numbers", json!({})).await;
        assert_eq!((answer, code(&body)), (status, expected));
    }
    let (_, body) = api.post("/subscription/extra-numbers", json!({})).await;
    assert_eq!((&body["charged"], &body["paidExtraNumbers"]), (&json!(true), &json!(5)));
}

#[tokio::test]
async fn results_that_are_none() {
    let api = api("ps_demo_tenant").await;
    let (status, body) =
        api.simulate("payment", json!({ "tenantId": "tenant_nobody", "result": "paid" })).await;
    assert_eq!((status, code(&body)), (404, "NOT_FOUND"));
    let (status, body) = api.simulate("payment", json!({ "result": "later" })).await;
    assert_eq!((status, paths(&body)), (400, vec!["/tenantId", "/result"]));
}

#[tokio::test]
async fn a_world_says_what_is_owed_and_since_when() {
    let demo = include_str!("../../../fixtures/worlds/demo.yaml");
    let world = demo.replace("createdAt: -P40D", "createdAt: -P40D\n    extraChargeUnpaidSince: -P6D");
    let api = crate::common::api_in(&world, "ps_demo_tenant").await;
    assert_eq!(number(&api, "num_web").await["extraChargeDisconnectAt"], "2026-06-21T10:00:00.000Z");
    api.mock.advance(SignedDuration::from_hours(24)).await;
    assert_eq!(number(&api, "num_web").await["state"], "CLOSE");
}

// facts: NUM-PAY-001, NUM-PAY-002, NUM-PAY-004, NUM-PAY-009, NUM-GET-009
#[tokio::test]
async fn what_is_owed_is_paid_once() {
    let world = |card: bool| {
        format!(
            "version: 1
tenants: [{{ id: t, plan: ON_DEMAND, paidNumbers: 1, savedCard: {card}, key: {{ id: k, raw: ps_t }} }}]
numbers:
  - {{ id: n, tenant: t, engine: EVO_GO, digits: '5511900000001', name: N, state: OPEN, key: {{ id: kn, raw: ps_n }}, extraChargeUnpaidSince: -P1D }}
"
        )
    };
    let api = api_in(&world(true), "ps_t").await;
    let (_, body) = api.get("/numbers/n").await;
    assert_eq!(body["extraChargeUnpaidSince"], "2026-06-19T10:00:00.000Z");
    assert_eq!(body["extraChargeDisconnectAt"], "2026-06-26T10:00:00.000Z");
    assert_eq!(api.post("/numbers/n/pay", json!({})).await, (200, json!({ "ok": true, "status": "paid" })));
    assert_eq!(
        api.post("/numbers/n/pay", json!({})).await,
        (200, json!({ "ok": true, "status": "not_required" }))
    );
    assert_eq!(api.get("/numbers/n").await.1["extraChargeUnpaidSince"], Value::Null);

    let api = api_in(&world(false), "ps_t").await;
    let before = api.mock.digest();
    let (status, body) = api.post("/numbers/n/pay", json!({})).await;
    assert_eq!((status, code(&body)), (402, "INSUFFICIENT_FUNDS"));
    assert_eq!(api.mock.digest(), before);
}
