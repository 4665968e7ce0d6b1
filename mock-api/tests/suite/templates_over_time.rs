//! Meta's review of templates on the clock, and verdicts out of turn.

use crate::common::{Api, api, code, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const REVIEW: SignedDuration = SignedDuration::from_mins(3);

async fn create(api: &Api, name: &str) -> Value {
    let (status, body) = api.post("/templates", json!({ "name": name, "body": "Seu pedido saiu." })).await;
    assert_eq!(status, 201, "{body}");
    body
}

/// Meta's status, whether it can be sent, and which version is the latest.
async fn standing(api: &Api, name: &str) -> (String, bool, u64) {
    let (_, body) = api.get(&format!("/templates/{name}")).await;
    let status = body["metaStatus"].as_str().unwrap_or("null").to_owned();
    (status, body["sendable"].as_bool().unwrap(), body["latestVersion"]["version"].as_u64().unwrap())
}

// facts: TPL-CREATE-018, TPL-LIST-006
#[tokio::test]
async fn meta_approves_after_some_minutes() {
    let api = api("ps_demo_meta").await;
    assert_eq!(create(&api, "pedido").await["metaStatus"], "PENDING");
    api.mock.advance(REVIEW - SignedDuration::from_millis(1)).await;
    assert_eq!(standing(&api, "pedido").await, ("PENDING".to_owned(), false, 1));
    api.mock.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(standing(&api, "pedido").await, ("APPROVED".to_owned(), true, 1));
}

// facts: TPL-CREATE-019, TPL-CREATE-020, TPL-CREATE-021, TPL-LIFE-003, TPL-LIFE-004
#[tokio::test]
async fn the_end_of_the_name_chooses_the_verdict() {
    let api = api("ps_demo_meta").await;
    for (name, first, then) in [
        ("pedido_rejected", "REJECTED", "REJECTED"),
        ("pedido_pending", "PENDING", "PENDING"),
        ("pedido_disabled", "APPROVED", "DISABLED"),
    ] {
        create(&api, name).await;
        api.mock.advance(REVIEW).await;
        assert_eq!(standing(&api, name).await, (first.to_owned(), first == "APPROVED", 1));
        api.mock.advance(SignedDuration::from_mins(3)).await;
        assert_eq!(standing(&api, name).await, (then.to_owned(), false, 1));
    }
}

// facts: TPL-LIFE-003, TPL-LIFE-004
#[tokio::test]
async fn what_was_decided_meanwhile_is_not_switched_off() {
    let api = api("ps_demo_meta").await;
    create(&api, "pedido_disabled").await;
    api.mock.advance(REVIEW).await;
    let verdict = json!({ "numberId": "num_meta", "template": "pedido_disabled", "status": "REJECTED" });
    assert_eq!(api.simulate("template-verdict", verdict).await.0, 200);
    api.mock.advance(SignedDuration::from_mins(3)).await;
    assert_eq!(standing(&api, "pedido_disabled").await, ("REJECTED".to_owned(), false, 1));
}

// facts: TPL-LIST-007
#[tokio::test]
async fn a_web_number_has_no_review() {
    let api = api("ps_demo_web").await;
    create(&api, "pedido_rejected").await;
    api.mock.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(standing(&api, "pedido_rejected").await, ("null".to_owned(), true, 1));
    let body = json!({ "numberId": "num_web", "template": "pedido_rejected", "status": "REJECTED" });
    let (status, body) = api.simulate("template-verdict", body).await;
    assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec!["/numberId"]));
}

// facts: TPL-UPDATE-004, TPL-UPDATE-011
#[tokio::test]
async fn the_last_approved_version_stays_sendable() {
    let api = api("ps_demo_meta").await;
    let body = json!({ "body": "Oi {{nome}} {{sobrenome}}, tudo certo por aqui!", "examples": { "nome": "a", "sobrenome": "b" } });
    let (status, answer) = api.put("/templates/boas_vindas", body).await;
    assert_eq!((status, &answer["metaStatus"]), (200, &json!("PENDING")));
    assert_eq!(standing(&api, "boas_vindas").await, ("PENDING".to_owned(), true, 2));
    // What is sent is the approved version, so that its variables are asked for.
    let send = json!({ "templateId": "boas_vindas", "variables": { "nome": "Ana" }, "destinationNumber": "+5511988887777" });
    assert_eq!(api.post("/messages/send", send.clone()).await.0, 202);
    api.mock.advance(REVIEW).await;
    assert_eq!(standing(&api, "boas_vindas").await, ("APPROVED".to_owned(), true, 2));
    assert_eq!(code(&api.post("/messages/send", send).await.1), "MISSING_TEMPLATE_VARIABLES");
}

// facts: TPL-LIFE-003, TPL-LIFE-005, TPL-UPDATE-004
#[tokio::test]
async fn a_rejected_version_leaves_nothing_to_send() {
    let api = api("ps_demo_meta").await;
    api.put("/templates/boas_vindas", json!({ "body": "Oi de novo." })).await;
    let verdict = json!({ "numberId": "num_meta", "template": "boas_vindas", "status": "REJECTED" });
    api.simulate("template-verdict", verdict).await;
    assert_eq!(standing(&api, "boas_vindas").await, ("REJECTED".to_owned(), false, 2));
    // Another attempt brings back the version that was approved, while it is reviewed.
    api.put("/templates/boas_vindas", json!({ "body": "Oi mais uma vez." })).await;
    assert_eq!(standing(&api, "boas_vindas").await, ("PENDING".to_owned(), true, 3));
}

// facts: TPL-UPDATE-003, TPL-UPDATE-011
#[tokio::test]
async fn a_version_that_was_replaced_is_not_reviewed() {
    let api = api("ps_demo_meta").await;
    create(&api, "pedido").await;
    api.mock.advance(SignedDuration::from_mins(2)).await;
    api.put("/templates/pedido", json!({ "body": "Seu pedido chegou." })).await;
    api.mock.advance(SignedDuration::from_mins(1)).await;
    assert_eq!(standing(&api, "pedido").await, ("PENDING".to_owned(), false, 2));
    api.mock.advance(SignedDuration::from_mins(2)).await;
    assert_eq!(standing(&api, "pedido").await, ("APPROVED".to_owned(), true, 2));
}

// facts: TPL-DELETE-005
#[tokio::test]
async fn one_that_was_deleted_does_not_come_back() {
    let api = api("ps_demo_meta").await;
    create(&api, "pedido").await;
    assert_eq!(api.delete("/templates/pedido").await.0, 200);
    create(&api, "pedido").await;
    api.mock.advance(SignedDuration::from_mins(1)).await;
    api.delete("/templates/pedido").await;
    api.mock.advance(REVIEW).await;
    assert_eq!(code(&api.get("/templates/pedido").await.1), "TEMPLATE_NOT_FOUND");
}

// facts: TPL-LIFE-003, TPL-LIFE-004, TPL-LIST-006
#[tokio::test]
async fn verdicts_out_of_turn() {
    let api = api("ps_demo_meta").await;
    let verdict =
        |status: &str| json!({ "numberId": "num_meta", "template": "tpl_boas_vindas", "status": status });
    for (status, sendable) in
        [("REJECTED", false), ("APPROVED", true), ("DISABLED", false), ("PENDING", false)]
    {
        let (answer, body) = api.simulate("template-verdict", verdict(status)).await;
        assert_eq!((answer, &body["metaStatus"]), (200, &json!(status)));
        assert_eq!(standing(&api, "boas_vindas").await, (status.to_owned(), sendable, 1));
    }
    // What a world, or a simulation, leaves pending stays so.
    api.mock.advance(SignedDuration::from_hours(24)).await;
    for name in ["boas_vindas", "promo_cupom"] {
        assert_eq!(standing(&api, name).await.0, "PENDING");
    }
}

#[tokio::test]
async fn verdicts_that_are_none() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    for (body, status, expected) in [
        (json!({ "numberId": "num_nobody", "template": "x", "status": "APPROVED" }), 404, "NUMBER_NOT_FOUND"),
        (json!({ "numberId": "num_meta", "template": "x", "status": "APPROVED" }), 404, "TEMPLATE_NOT_FOUND"),
        (
            json!({ "numberId": "num_meta", "template": "boas_vindas", "status": "PAUSED" }),
            400,
            "VALIDATION_ERROR",
        ),
        (json!({}), 400, "VALIDATION_ERROR"),
    ] {
        let (answer, body) = api.simulate("template-verdict", body).await;
        assert_eq!((answer, code(&body)), (status, expected));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: TPL-LIST-009, NUM-PURGE-002
#[tokio::test]
async fn numbers_of_one_waba_share_the_review() {
    let mut api = api("ps_demo_tenant").await;
    let meta = |id: &str, number: &str| json!({ "name": id, "number": number, "metaPhoneId": id, "metaWabaId": "waba_shared" });
    let mut numbers = Vec::new();
    for (id, number) in [("p1", "5511911110001"), ("p2", "5511911110002")] {
        let (status, body) = api.post("/numbers/meta", meta(id, number)).await;
        assert_eq!(status, 201, "{body}");
        numbers.push(body["instance"]["id"].as_str().unwrap().to_owned());
    }
    api.use_header("x-whatsapp-number-id", &numbers[0]);
    create(&api, "pedido").await;
    // The review goes on although the number that submitted it is gone.
    api.delete(&format!("/numbers/{}/purge", numbers[0])).await;
    api.mock.advance(REVIEW).await;
    api.use_key("ps_demo_tenant");
    api.use_header("x-whatsapp-number-id", &numbers[1]);
    assert_eq!(standing(&api, "pedido").await, ("APPROVED".to_owned(), true, 1));
    // With its last number the WABA goes, and what it had.
    api.delete(&format!("/numbers/{}/purge", numbers[1])).await;
    api.use_key("ps_demo_tenant");
    let (_, body) = api.post("/numbers/meta", meta("p3", "5511911110003")).await;
    api.use_header("x-whatsapp-number-id", body["instance"]["id"].as_str().unwrap());
    assert_eq!(api.get("/templates").await.1, json!([]));
}
