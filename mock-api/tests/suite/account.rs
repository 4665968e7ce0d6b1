//! Keys, extra numbers, billing, branding, analytics.

use crate::common::{NOW, api, api_in, code, hiding, paths};
use reqwest::Method;
use serde_json::{Value, json};

// facts: ACC-KEYS-001, ACC-KEYS-003, ACC-KEYS-004
#[tokio::test]
async fn the_account_key_sees_every_numbers_key() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.get("/api-keys").await;
    assert_eq!((status, body.as_array().unwrap().len()), (200, 4));
    assert_eq!(
        body[0],
        json!({
            "numberId": "num_meta", "number": "5511900000001", "displayName": "Suporte", "keyId": "key_demo_meta",
            "keyLast4": "meta", "key": "ps_demo_meta", "revealable": true,
        })
    );
}

// facts: ACC-KEYS-002, ACC-NEWKEY-007, ACC-EXTRA-008, ACC-BILL-008, ACC-BRAND-010, COM-SCOPE-002
#[tokio::test]
async fn number_keys_are_refused() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    for (status, body) in [
        api.get("/api-keys").await,
        api.post("/api-keys", json!({})).await,
        api.get("/subscription/extra-numbers").await,
        api.post("/subscription/extra-numbers", json!({})).await,
        api.delete("/subscription/extra-numbers").await,
        api.post("/billing/checkout", json!({})).await,
        api.get("/branding").await,
        api.put("/branding", json!({})).await,
    ] {
        assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: ACC-NEWKEY-003, ACC-NEWKEY-004, ACC-NEWKEY-005, ACC-NEWKEY-006, ACC-NEWKEY-008, COM-AUTH-005
#[tokio::test]
async fn a_numbers_key_is_replaced() {
    let mut api = api("ps_demo_tenant").await;
    let (status, body) = api.post("/api-keys", json!({ "whatsappNumberId": "num_web" })).await;
    assert_eq!(status, 201);
    let raw = body["key"].as_str().unwrap().to_owned();
    assert!(raw.starts_with("ps_"));
    assert!(raw.starts_with(body["keyPrefix"].as_str().unwrap()));
    assert!(raw.ends_with(body["keyLast4"].as_str().unwrap()));
    assert_eq!((&body["numberId"], &body["createdAt"]), (&json!("num_web"), &json!(NOW)));
    assert_ne!(body["keyId"], "key_demo_web");
    assert_eq!(body.as_object().unwrap().len(), 6);
    assert_eq!(api.get("/api-keys").await.1[2]["key"], raw);
    api.use_key("ps_demo_web");
    assert_eq!(api.get("/groups").await.0, 401);
    api.use_key(&raw);
    assert_eq!(api.get("/groups").await.0, 200);
}

// facts: ACC-NEWKEY-001, ACC-NEWKEY-002
#[tokio::test]
async fn replacing_a_key_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for number in ["num_nobody", "num_other"] {
        let (status, body) = api.post("/api-keys", json!({ "whatsappNumberId": number })).await;
        assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    }
    for body in [json!({}), json!({ "whatsappNumberId": null }), json!({ "whatsappNumberId": "" })] {
        let (status, body) = api.post("/api-keys", body).await;
        assert_eq!((status, paths(&body)), (400, vec!["/whatsappNumberId"]));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: ACC-ROTATE-001, ACC-ROTATE-003, ACC-ROTATE-004, ACC-ROTATE-005, COM-SCOPE-009
#[tokio::test]
async fn a_key_replaces_itself() {
    for (key, scope, number) in
        [("ps_demo_web", "number", json!("num_web")), ("ps_demo_tenant", "tenant", Value::Null)]
    {
        let mut api = api(key).await;
        let (status, body) = api.send(api.request(Method::POST, "/api-keys/regenerate")).await;
        assert_eq!(status, 201);
        assert_eq!((&body["scope"], &body["whatsappNumberId"]), (&json!(scope), &number));
        assert_eq!(body.as_object().unwrap().len(), 8);
        assert_eq!(api.get("/branding").await.0, 401);
        api.use_key(body["key"].as_str().unwrap());
        assert_ne!(api.get("/branding").await.0, 401);
    }
}

// facts: ACC-EXTRA-001, ACC-EXTRA-002, ACC-EXTRA-003, ACC-EXTRA-004, ACC-EXTRA-005, ACC-EXTRA-006
// facts: ACC-EXTRA-007, ACC-EXTRA-010
#[tokio::test]
async fn what_an_extra_number_costs() {
    let free = api("ps_other_tenant").await;
    let (status, body) = free.get("/subscription/extra-numbers").await;
    assert_eq!(status, 200);
    assert_eq!(
        hiding(body, &["/explanation"]),
        json!({
            "requiresConversion": true, "fromPlan": "FREE", "toPlan": "ON_DEMAND", "currentNumbers": 1, "requested": 1,
            "billedQuantity": 2, "unitPriceBRL": 29.9, "monthlyTotalBRL": 59.8, "messagesBecomeUnlimited": true,
            "hasSavedCard": false, "explanation": "…",
        })
    );
    let paid = api("ps_demo_tenant").await;
    let (_, body) = paid.get("/subscription/extra-numbers?quantity=3").await;
    assert_eq!((&body["requiresConversion"], &body["billedQuantity"]), (&json!(false), &json!(3)));
    assert_eq!((&body["monthlyTotalBRL"], &body["messagesBecomeUnlimited"]), (&json!(89.7), &json!(false)));
    assert!(body["explanation"]["pt"].is_string() && body["explanation"]["en"].is_string());
    for quantity in ["0", "-1", "1.5", "x", ""] {
        let (status, body) = paid.get(&format!("/subscription/extra-numbers?quantity={quantity}")).await;
        assert_eq!((status, paths(&body)), (400, vec!["/quantity"]));
    }
}

// facts: ACC-BUY-001, ACC-BUY-006, ACC-BUY-007, ACC-BUY-009
#[tokio::test]
async fn buying_with_a_saved_card() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.send(api.request(Method::POST, "/subscription/extra-numbers")).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "success": true, "charged": true, "plan": "ON_DEMAND", "paidExtraNumbers": 5, "monthlyTotalBRL": 149.5 })
    );
    let (_, body) = api.post("/subscription/extra-numbers", json!({ "quantity": 2, "confirm": false })).await;
    assert_eq!(body["paidExtraNumbers"], 7);
}

// facts: ACC-BUY-002, ACC-BUY-003, ACC-BUY-004
#[tokio::test]
async fn leaving_the_free_plan() {
    let api = api("ps_other_tenant").await;
    let before = api.mock.digest();
    let (status, body) = api.post("/subscription/extra-numbers", json!({ "quantity": 1 })).await;
    assert_eq!((status, code(&body)), (409, "CONFIRMATION_REQUIRED"));
    assert_eq!(body["preview"], api.get("/subscription/extra-numbers").await.1);
    assert_eq!(api.mock.digest(), before);
    let (status, body) = api.post("/subscription/extra-numbers", json!({ "confirm": true })).await;
    assert_eq!((status, &body["success"], &body["charged"]), (200, &json!(true), &json!(false)));
    assert!(body["checkoutUrl"].as_str().unwrap().starts_with("https://"));
    // Nothing was paid, so the plan is what it was.
    assert_eq!(api.get("/subscription/extra-numbers").await.1["fromPlan"], "FREE");
}

// facts: ACC-BUY-005, ACC-GIVE-001, ACC-GIVE-002, ACC-GIVE-003
#[tokio::test]
async fn leaving_the_free_plan_with_a_card() {
    let world = "version: 1
tenants: [{ id: t, plan: FREE, paidNumbers: 1, savedCard: true, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_GO, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n } }
";
    let api = api_in(world, "ps_t").await;
    let (status, body) = api.post("/subscription/extra-numbers", json!({ "confirm": true })).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "success": true, "charged": true, "plan": "ON_DEMAND", "paidExtraNumbers": 2, "monthlyTotalBRL": 59.8 })
    );
    let (status, body) = api.delete("/subscription/extra-numbers").await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "success": true, "charged": true, "plan": "ON_DEMAND", "paidExtraNumbers": 1, "maxNumbers": 1, "proratedTotal": 0 })
    );
    let (status, body) = api.delete("/subscription/extra-numbers").await;
    assert_eq!((status, code(&body)), (409, "NUMBER_LIMIT_EXCEEDED"));
}

// facts: ACC-GIVE-002
#[tokio::test]
async fn quantities_that_are_none() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for quantity in [json!(0), json!(-2), json!(1.5), json!("2"), Value::Null] {
        let body = json!({ "quantity": quantity });
        let (status, answer) = api.post("/subscription/extra-numbers", body.clone()).await;
        assert_eq!((status, paths(&answer)), (400, vec!["/quantity"]));
        let (status, answer) = api.delete_with("/subscription/extra-numbers", body).await;
        assert_eq!((status, paths(&answer)), (400, vec!["/quantity"]));
    }
    let (status, answer) = api.post("/subscription/extra-numbers", json!({ "confirm": "yes" })).await;
    assert_eq!((status, paths(&answer)), (400, vec!["/confirm"]));
    let (status, answer) = api.delete_with("/subscription/extra-numbers", json!({ "quantity": 1 })).await;
    assert_eq!((status, code(&answer)), (409, "NUMBER_LIMIT_EXCEEDED"));
    assert_eq!(api.mock.digest(), before);
}

// facts: ACC-BILL-003, ACC-BILL-004, ACC-BILL-005, ACC-BILL-006, ACC-BILL-007, ACC-BILL-010
#[tokio::test]
async fn checkout_links() {
    let api = api("ps_demo_tenant").await;
    let top_up = json!({ "purpose": "wallet_topup", "amount": 50, "successUrl": "https://app.acme.com/billing/ok", "cancelUrl": "https://app.acme.com/billing" });
    let (status, body) = api.post("/billing/checkout", top_up).await;
    assert_eq!(status, 200);
    assert!(body["url"].as_str().unwrap().starts_with("https://checkout.stripe.com/c/pay/cs_test_"));
    assert!(body["orderId"].as_str().unwrap().starts_with("cto_"));
    assert_eq!(
        hiding(body, &["/url", "/orderId"]),
        json!({ "url": "…", "purpose": "wallet_topup", "orderId": "…", "amount": 50, "currency": "BRL" })
    );
    let (_, body) =
        api.post("/billing/checkout", json!({ "purpose": "wallet_topup", "amount": "12.5" })).await;
    assert_eq!(body["amount"], 12.5);
    let (status, body) = api.post("/billing/checkout", json!({ "purpose": "add_card" })).await;
    assert_eq!((status, hiding(body, &["/url"])), (200, json!({ "url": "…", "purpose": "add_card" })));
}

// facts: ACC-BILL-001, ACC-BILL-002
#[tokio::test]
async fn checkout_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for (body, path) in [
        (json!({}), "/purpose"),
        (json!({ "purpose": "gift" }), "/purpose"),
        (json!({ "purpose": "wallet_topup" }), "/amount"),
        (json!({ "purpose": "wallet_topup", "amount": 0 }), "/amount"),
        (json!({ "purpose": "wallet_topup", "amount": -1 }), "/amount"),
        (json!({ "purpose": "wallet_topup", "amount": "much" }), "/amount"),
        (json!({ "purpose": "wallet_topup", "amount": "1e999" }), "/amount"),
        (json!({ "purpose": "wallet_topup", "amount": null }), "/amount"),
        (json!({ "purpose": "add_card", "successUrl": 1 }), "/successUrl"),
    ] {
        let (status, answer) = api.post("/billing/checkout", body).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", vec![path]));
    }
    assert_eq!(api.mock.digest(), before);
}

fn no_branding() -> Value {
    json!({
        "companyName": null, "primaryColor": null, "hidePilotStatusBranding": false, "logoUrl": null,
        "backgroundColor": null, "subtitle": null, "supportUrl": null, "defaultRedirectUrl": null,
    })
}

// facts: ACC-BRAND-001, ACC-BRAND-002, ACC-BRAND-003, ACC-BRAND-004, ACC-BRAND-009
#[tokio::test]
async fn branding_is_kept() {
    let mut api = api("ps_demo_tenant").await;
    assert_eq!(api.get("/branding").await, (200, json!({ "branding": no_branding() })));
    let change = json!({ "companyName": "Acme", "primaryColor": "#1fd286", "hidePilotStatusBranding": true });
    let (status, body) = api.put("/branding", change).await;
    let mut saved = no_branding();
    saved["companyName"] = "Acme".into();
    saved["primaryColor"] = "#1fd286".into();
    saved["hidePilotStatusBranding"] = true.into();
    assert_eq!((status, body), (200, json!({ "branding": saved })));
    let (_, body) =
        api.put("/branding", json!({ "companyName": null, "supportUrl": "https://acme.com/help" })).await;
    saved["companyName"] = Value::Null;
    saved["supportUrl"] = "https://acme.com/help".into();
    assert_eq!(body["branding"], saved);
    assert_eq!(api.send(api.request(Method::PUT, "/branding")).await, (200, json!({ "branding": saved })));
    api.use_key("ps_other_tenant");
    assert_eq!(api.get("/branding").await.1["branding"], no_branding());
}

// facts: ACC-BRAND-005, ACC-BRAND-006, ACC-BRAND-007, ACC-BRAND-008
#[tokio::test]
async fn branding_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for (key, value) in [
        ("logoUrl", json!("http://acme.com/logo.png")),
        ("logoUrl", json!("logo.png")),
        ("supportUrl", json!("https://")),
        ("defaultRedirectUrl", json!(1)),
        ("primaryColor", json!("#1fd28")),
        ("backgroundColor", json!("red")),
        ("companyName", json!("x".repeat(61))),
        ("subtitle", json!("x".repeat(121))),
        ("hidePilotStatusBranding", Value::Null),
    ] {
        let (status, body) = api.put("/branding", json!({ key: value })).await;
        assert_eq!((status, paths(&body)), (400, vec![format!("/{key}").as_str()]));
    }
    let (status, body) = api.put("/branding", json!(["companyName"])).await;
    assert_eq!((status, paths(&body)), (400, vec![""]));
    let longest =
        json!({ "companyName": "é".repeat(60), "subtitle": "é".repeat(120), "primaryColor": "#ABCDEF" });
    assert_eq!(api.put("/branding", longest).await.0, 200);
    assert_ne!(api.mock.digest(), before);
}

// facts: ACC-DASH-001, ACC-DASH-004, ACC-DASH-006, ACC-DASH-008, ACC-DASH-013
#[tokio::test]
async fn analytics_counts_what_was_sent() {
    let mut api = api("ps_demo_web").await;
    let text = json!({ "text": "Oi", "destinationNumber": "+5511966665555" });
    assert_eq!(api.post("/messages/send", text).await.0, 202);
    let (status, body) = api.get("/analytics/dashboard?period=7d&tz=America/Sao_Paulo").await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({
            "totalSent": 0, "totalFailed": 0, "sentPercentChange": 0.0, "failedPercentChange": 0.0, "failureRate": 0.0,
            "dailyMessages": [
                { "date": "2026-06-14", "count": 0 }, { "date": "2026-06-15", "count": 0 },
                { "date": "2026-06-16", "count": 0 }, { "date": "2026-06-17", "count": 0 },
                { "date": "2026-06-18", "count": 0 }, { "date": "2026-06-19", "count": 0 },
                { "date": "2026-06-20", "count": 1 },
            ],
            "statusDistribution": { "queued": 100.0, "sent": 0.0, "delivered": 0.0, "failed": 0.0, "read": 0.0 },
        })
    );
    let (_, body) = api.get("/analytics/dashboard").await;
    assert_eq!(body["dailyMessages"].as_array().unwrap().len(), 30);
    let (_, body) = api.get("/analytics/dashboard?period=90d&timezone=UTC").await;
    assert_eq!(body["dailyMessages"].as_array().unwrap().len(), 90);
    api.use_key("ps_demo_meta");
    let (_, body) = api.get("/analytics/dashboard").await;
    assert_eq!(body["dailyMessages"][29]["count"], 0);
}

// facts: ACC-DASH-010, ACC-DASH-011
#[tokio::test]
async fn analytics_refuses() {
    let mut api = api("ps_demo_web").await;
    for (query, path) in [("period=1y", "/period"), ("tz=Mars/Base", "/tz"), ("timezone=", "/timezone")] {
        let (status, body) = api.get(&format!("/analytics/dashboard?{query}")).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec![path]));
    }
    api.use_key("ps_demo_tenant");
    let (status, body) = api.get("/analytics/dashboard").await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    api.use_header("x-whatsapp-number-id", "num_web");
    assert_eq!(api.get("/analytics/dashboard").await.0, 200);
}
