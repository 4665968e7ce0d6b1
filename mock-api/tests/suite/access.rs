//! Keys, scopes, numbers: who may call what, and in which order it is found out.

use crate::common::{anonymous, api, code, start};
use mock_api::MockApi;
use reqwest::Method;
use serde_json::json;

// facts: COM-AUTH-006, COM-AUTH-007
#[tokio::test]
async fn a_key_is_needed() {
    let api = anonymous().await;
    let before = api.mock.digest();
    for path in ["/conversations", "/numbers", "/webhooks"] {
        let (status, answer) = api.get(path).await;
        assert_eq!((status, code(&answer)), (401, "UNAUTHORIZED"));
        assert!(answer["error"].as_str().unwrap().contains("x-api-key"));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: COM-AUTH-001, COM-AUTH-002, COM-AUTH-003, COM-AUTH-004, COM-AUTH-006, COM-AUTH-011
#[tokio::test]
async fn both_headers_work_and_must_agree() {
    let api = anonymous().await;
    let get = async |headers: &[(&str, &str)]| {
        let request = api.request(Method::GET, "/conversations");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        api.send(request).await.0
    };
    assert_eq!(get(&[("x-api-key", "ps_demo_meta")]).await, 200);
    assert_eq!(get(&[("x-api-key-id", "key_demo_meta")]).await, 200);
    assert_eq!(get(&[("x-api-key", "ps_demo_meta"), ("x-api-key-id", "key_demo_meta")]).await, 200);
    assert_eq!(get(&[("x-api-key", "ps_demo_meta"), ("x-api-key-id", "key_demo_web")]).await, 401);
    assert_eq!(get(&[("x-api-key", "ps_demo_meta"), ("x-api-key-id", "nope")]).await, 401);
    assert_eq!(get(&[("x-api-key", "ps_wrong")]).await, 401);
    assert_eq!(get(&[("x-api-key", "key_demo_meta")]).await, 401);
    assert_eq!(get(&[("authorization", "Bearer ps_demo_meta")]).await, 401);
}

// facts: COM-AUTH-008, COM-AUTH-009, COM-AUTH-010, COM-SCOPE-001, COM-SCOPE-002
#[tokio::test]
async fn scopes() {
    let mut api = api("ps_demo_tenant").await;
    let (status, answer) = api.get("/conversations").await;
    assert_eq!((status, code(&answer)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    api.use_header("x-whatsapp-number-id", "num_meta");
    assert_eq!(api.get("/conversations").await.1["total"], 2);
    api.use_key("ps_demo_tenant");
    for foreign in ["num_other", "nope"] {
        let request = api.request(Method::GET, "/conversations").header("x-whatsapp-number-id", foreign);
        let (status, answer) = api.send(request).await;
        assert_eq!((status, code(&answer)), (404, "NUMBER_NOT_FOUND"));
    }
    api.use_key("ps_demo_meta");
    let (status, answer) = api.get("/numbers").await;
    assert_eq!((status, code(&answer)), (403, "NUMBER_SCOPE_NOT_ALLOWED"));
    let request = api.request(Method::GET, "/conversations").header("x-whatsapp-number-id", "num_web");
    assert_eq!(api.send(request).await.1["total"], 2, "a number's own key ignores the header");
}

// facts: COM-SCOPE-005, NUM-CHECK-009
#[tokio::test]
async fn key_then_scope_then_number_then_provider_then_body() {
    let mut api = anonymous().await;
    let bad = json!({ "numbers": 7 });
    assert_eq!(api.post("/numbers/check", bad.clone()).await.0, 401);
    api.use_key("ps_demo_tenant");
    assert_eq!(code(&api.post("/numbers/check", bad.clone()).await.1), "TENANT_SCOPE_NOT_ALLOWED");
    for (number, expected) in [
        ("num_nobody", "NUMBER_NOT_FOUND"),
        ("num_other", "NUMBER_NOT_FOUND"),
        ("num_meta", "NOT_SUPPORTED_FOR_META"),
        ("num_web", "VALIDATION_ERROR"),
    ] {
        api.use_key("ps_demo_tenant");
        api.use_header("x-whatsapp-number-id", number);
        assert_eq!(code(&api.post("/numbers/check", bad.clone()).await.1), expected, "{number}");
        api.use_key("ps_wrong");
        api.use_header("x-whatsapp-number-id", number);
        assert_eq!(code(&api.post("/numbers/check", bad.clone()).await.1), "UNAUTHORIZED", "{number}");
    }
    api.use_key("ps_demo_meta");
    assert_eq!(code(&api.post("/numbers/check", bad.clone()).await.1), "NOT_SUPPORTED_FOR_META");
    let unknown = api.patch("/numbers/num_nobody", json!({ "settings": 7 })).await;
    assert_eq!(code(&unknown.1), "NUMBER_SCOPE_NOT_ALLOWED", "scope before the number in the path");
    api.use_key("ps_demo_web");
    assert_eq!(code(&api.post("/numbers/check", bad).await.1), "VALIDATION_ERROR");
}

// facts: COM-FMT-002
#[tokio::test]
async fn both_prefixes_serve_alike() {
    let api = api("ps_demo_meta").await;
    let url = format!("{}/api/v1/conversations", api.mock.url());
    let answer = api.send(crate::common::client().get(url).header("x-api-key", "ps_demo_meta")).await;
    assert_eq!(answer, api.get("/conversations").await);
}

#[tokio::test]
async fn reset_goes_back_to_the_world() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let first =
        api.post("/messages/send", json!({ "destinationNumber": "+5511988887777", "text": "Oi" })).await;
    assert_ne!(api.mock.digest(), before);
    let answer =
        crate::common::client().post(format!("{}/_mock/reset", api.mock.url())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(api.mock.digest(), before);
    let again =
        api.post("/messages/send", json!({ "destinationNumber": "+5511988887777", "text": "Oi" })).await;
    assert_eq!(first, again, "ids start anew too");
}

// facts: COM-ERR-009, COM-ERR-011
#[tokio::test]
async fn strict_refuses_unknown_fields() {
    let body = json!({ "destinationNumber": "+5511988887777", "text": "Oi", "tpyo": 1, "marketingOptions": { "x": 1 } });
    let lenient = api("ps_demo_meta").await;
    assert_eq!(lenient.post("/messages/send", body.clone()).await.0, 202);
    let strict = start(MockApi::builder().strict(true), "ps_demo_meta").await;
    let (status, answer) = strict.post("/messages/send", body).await;
    assert_eq!((status, code(&answer)), (400, "UNKNOWN_FIELDS"));
    assert_eq!(answer["details"]["unknown"], json!(["/marketingOptions/x", "/tpyo"]));
}
