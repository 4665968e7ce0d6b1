//! Which numbers hold the slots that a tenant pays for, as they come and go.

use crate::common::receiver::Receiver;
use crate::common::{Api, NOW, api, code};
use jiff::SignedDuration;
use serde_json::{Value, json};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const EXTRA: &str = "/subscription/extra-numbers";

async fn payment(api: &Api, tenant: &str, result: &str) {
    let (status, body) = api.simulate("payment", json!({ "tenantId": tenant, "result": result })).await;
    assert_eq!(status, 200, "{body}");
}

async fn create(api: &Api, digits: &str) -> String {
    let (status, body) = api.post("/numbers", json!({ "name": "Nova", "number": digits })).await;
    assert_eq!(status, 201, "{body}");
    body["instance"]["id"].as_str().unwrap().to_owned()
}

async fn happens(api: &Api, id: &str, event: &str) {
    assert_eq!(api.simulate("number", json!({ "numberId": id, "event": event })).await.0, 200);
}

async fn connected(api: &Api, digits: &str) -> String {
    let id = create(api, digits).await;
    happens(api, &id, "connect").await;
    id
}

async fn number(api: &Api, id: &str) -> Value {
    api.get(&format!("/numbers/{id}")).await.1
}

async fn unpaid_since(api: &Api, id: &str) -> Value {
    number(api, id).await["extraChargeUnpaidSince"].clone()
}

async fn pay(api: &Api, id: &str) -> Value {
    api.post(&format!("/numbers/{id}/pay"), json!({})).await.1["status"].clone()
}

/// How many slots the tenant pays for, as far as buying one more tells.
async fn slots_after_one_more(api: &Api, tenant: &str) -> Value {
    payment(api, tenant, "paid").await;
    api.post("/billing/checkout", json!({ "purpose": "add_card" })).await;
    payment(api, tenant, "paid").await;
    api.post(EXTRA, json!({ "confirm": true })).await.1["paidExtraNumbers"].clone()
}

// facts: ACC-BUY-006, ACC-BUY-008
#[tokio::test]
async fn only_the_first_page_leaves_the_free_plan() {
    let api = api("ps_other_tenant").await;
    for quantity in [5, 1] {
        let (_, body) = api.post(EXTRA, json!({ "quantity": quantity, "confirm": true })).await;
        assert_eq!(body["charged"], false);
    }
    payment(&api, "tenant_other", "paid").await;
    payment(&api, "tenant_other", "paid").await;
    // Six for the first page, the free number among them, and one for the second.
    assert_eq!(slots_after_one_more(&api, "tenant_other").await, 8);
}

// facts: ACC-EXTRA-011
#[tokio::test]
async fn what_was_charged_on_the_free_plan_is_not_billed_again() {
    let api = api("ps_other_tenant").await;
    payment(&api, "tenant_other", "paid").await;
    let id = connected(&api, "5511911112222").await;
    assert_eq!(unpaid_since(&api, &id).await, Value::Null);
    let (_, body) = api.get(EXTRA).await;
    assert_eq!(
        (&body["fromPlan"], &body["currentNumbers"], &body["billedQuantity"]),
        (&json!("FREE"), &json!(2), &json!(2))
    );
    assert_eq!(slots_after_one_more(&api, "tenant_other").await, 3);
}

// facts: NUM-PAY-013
#[tokio::test]
async fn a_blocked_number_takes_a_slot_that_is_bought() {
    let api = api("ps_other_tenant").await;
    let (first, second) = (connected(&api, "5511911112222").await, connected(&api, "5511911113333").await);
    api.post(EXTRA, json!({ "confirm": true })).await;
    // Three are billed: the free one, and the two that there are besides.
    payment(&api, "tenant_other", "paid").await;
    assert_eq!(unpaid_since(&api, &first).await, Value::Null);
    assert_eq!(unpaid_since(&api, &second).await, Value::Null);
    assert_eq!(pay(&api, &first).await, "not_required");
}

// facts: NUM-PAY-013
#[tokio::test]
async fn a_purchase_by_card_unblocks_too_and_charges_no_more_than_itself() {
    let api = api("ps_demo_tenant").await;
    let mut ids = Vec::new();
    for digits in ["5511911112222", "5511911113333"] {
        payment(&api, "tenant_demo", "declined").await;
        ids.push(connected(&api, digits).await);
    }
    assert_eq!(api.post(EXTRA, json!({})).await.1["paidExtraNumbers"], 5);
    assert_eq!(unpaid_since(&api, &ids[0]).await, Value::Null);
    assert_eq!(unpaid_since(&api, &ids[1]).await, NOW);
}

// facts: NUM-PAY-002, NUM-PAY-013
#[tokio::test]
async fn paying_takes_a_slot_that_has_become_free() {
    let api = api("ps_demo_tenant").await;
    payment(&api, "tenant_demo", "declined").await;
    let id = connected(&api, "5511911112222").await;
    api.delete("/numbers/num_web_closed").await;
    assert_eq!(pay(&api, &id).await, "not_required");
    assert_eq!(unpaid_since(&api, &id).await, Value::Null);
    assert_eq!(api.post(EXTRA, json!({})).await.1["paidExtraNumbers"], 5);
}

// facts: NUM-DELETE-009
#[tokio::test]
async fn a_debt_does_not_outlive_the_deletion() {
    let api = api("ps_demo_tenant").await;
    payment(&api, "tenant_demo", "declined").await;
    let id = connected(&api, "5511911112222").await;
    let path = format!("/numbers/{id}");
    api.delete(&path).await;
    api.mock.advance(WEEK).await;
    api.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(unpaid_since(&api, &id).await, Value::Null);
    happens(&api, &id, "connect").await;
    api.mock.advance(WEEK).await;
    // Charged anew, with success.
    let body = number(&api, &id).await;
    assert_eq!((&body["state"], &body["extraChargeUnpaidSince"]), (&json!("OPEN"), &Value::Null));
    assert_eq!(api.post(EXTRA, json!({})).await.1["paidExtraNumbers"], 6);
}

// facts: NUM-PAY-014
#[tokio::test]
async fn after_the_grace_no_connection_lasts() {
    let api = api("ps_other_tenant").await;
    let id = connected(&api, "5511911112222").await;
    api.mock.advance(WEEK).await;
    assert_eq!(number(&api, &id).await["state"], "CLOSE");
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": id })).await;
    happens(&api, &id, "connect").await;
    assert_eq!(number(&api, &id).await["state"], "CLOSE");
    api.settle().await;
    assert_eq!(receiver.take_events(), ["number.connected", "number.disconnected"]);
}

// facts: NUM-PAY-010, NUM-EVENT-004
#[tokio::test]
async fn a_drop_just_before_the_end_of_the_grace_is_reported_once() {
    let api = api("ps_other_tenant").await;
    let id = connected(&api, "5511911112222").await;
    let receiver = Receiver::start().await;
    api.post("/webhooks", json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": id })).await;
    api.mock.advance(WEEK - SignedDuration::from_secs(30)).await;
    happens(&api, &id, "disconnect").await;
    api.mock.advance(SignedDuration::from_mins(2)).await;
    assert_eq!(receiver.take_events(), ["number.disconnected"]);
}

// facts: ACC-GIVE-002
#[tokio::test]
async fn a_number_that_never_connected_holds_no_slot() {
    let api = api("ps_demo_tenant").await;
    api.post(EXTRA, json!({})).await;
    create(&api, "5511911112222").await;
    assert_eq!(api.delete(EXTRA).await.1["paidExtraNumbers"], 4);
    let (status, body) = api.delete(EXTRA).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_LIMIT_EXCEEDED"));
}
