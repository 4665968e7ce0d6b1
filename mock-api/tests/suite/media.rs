//! Media downloads.

use crate::common::{api, api_in, code, paths};
use serde_json::json;

const PHOTO: &str = "/media/1234567890123456?phoneNumberId=100000000000001";

// facts: MED-GET-001, MED-GET-002, MED-GET-003
#[tokio::test]
async fn downloads_a_data_uri() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api.get(PHOTO).await;
    assert_eq!(status, 200);
    assert!(body["base64"].as_str().unwrap().starts_with("data:image/jpeg;base64,/9j/4AAQ"), "{body}");
    let keys: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["base64", "mimeType", "fileName", "mediaId"]);
    assert_eq!(body["mimeType"], "image/jpeg");
    assert_eq!(body["fileName"], "photo.jpg");
    assert_eq!(body["mediaId"], "1234567890123456");
}

// facts: MED-GET-006, MED-GET-011
#[tokio::test]
async fn any_meta_number_of_the_tenant_may_be_named() {
    let mut api = api("ps_demo_meta_oba").await;
    assert_eq!(api.get(PHOTO).await.0, 200);
    api.use_key("ps_demo_tenant");
    let (status, body) = api.get(PHOTO).await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    api.use_header("x-whatsapp-number-id", "num_meta");
    assert_eq!(api.get(PHOTO).await.0, 200);
}

// facts: MED-GET-005
#[tokio::test]
async fn names_the_phone_or_is_refused() {
    let api = api("ps_demo_meta").await;
    for path in ["/media/1234567890123456", "/media/1234567890123456?phoneNumberId="] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, code(&body), paths(&body)), (400, "VALIDATION_ERROR", vec!["/phoneNumberId"]));
    }
}

// facts: MED-GET-007, MED-GET-008, MED-GET-009
#[tokio::test]
async fn unknown_media_and_phones_are_not_found() {
    let api = api("ps_demo_meta").await;
    for path in [
        "/media/1?phoneNumberId=100000000000001",
        "/media/1234567890123456?phoneNumberId=100000000000002",
        "/media/1234567890123456?phoneNumberId=100000000000009",
    ] {
        let (status, body) = api.get(path).await;
        assert_eq!(
            (status, body),
            (404, json!({ "error": "Media not found", "code": "MEDIA_NOT_FOUND" })),
            "{path}"
        );
    }
}

// facts: MED-GET-010
#[tokio::test]
async fn web_numbers_have_none() {
    let mut api = api("ps_demo_web").await;
    let (status, body) = api.get(PHOTO).await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));
    api.use_key("ps_other_web");
    let (status, body) = api.get(PHOTO).await;
    assert_eq!((status, code(&body)), (400, "FEATURE_NOT_SUPPORTED"));
}

// facts: MED-GET-004, MED-GET-016
#[tokio::test]
async fn another_tenants_media_is_not_found() {
    let world = r"
version: 1
tenants:
  - { id: a, plan: FREE, paidNumbers: 1, key: { id: ka, raw: ps_a } }
  - { id: b, plan: FREE, paidNumbers: 1, key: { id: kb, raw: ps_b } }
numbers:
  - { id: na, tenant: a, engine: META, digits: '5511900000001', name: A, state: OPEN, key: { id: kna, raw: ps_na }, meta: { phoneId: '1', wabaId: w } }
  - { id: nb, tenant: b, engine: META, digits: '5511900000002', name: B, state: OPEN, key: { id: knb, raw: ps_nb }, meta: { phoneId: '2', wabaId: w } }
media:
  - { id: m, number: na, mimeType: text/plain, base64: T2k= }
";
    let mut api = api_in(world, "ps_na").await;
    let (status, body) = api.get("/media/m?phoneNumberId=1").await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "base64": "data:text/plain;base64,T2k=", "mimeType": "text/plain", "fileName": null, "mediaId": "m" })
    );
    api.use_key("ps_nb");
    let (status, body) = api.get("/media/m?phoneNumberId=1").await;
    assert_eq!((status, code(&body)), (404, "MEDIA_NOT_FOUND"));
}
