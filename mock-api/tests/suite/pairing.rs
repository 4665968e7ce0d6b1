//! Remote pairing: making a link, and the routes behind it.

use crate::common::{api, code, hiding, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn link(api: &crate::common::Api, body: Value) -> Value {
    let (status, body) = api.post("/numbers/remote-pairing", body).await;
    assert_eq!(status, 201, "{body}");
    body
}

// facts: NUM-PAIR-001, NUM-PAIR-002, NUM-PAIR-003, NUM-PAIR-004, NUM-PAIR-005, NUM-PAIR-007, NUM-PAIR-014
#[tokio::test]
async fn the_union_of_the_documented_answers() {
    let api = api("ps_demo_tenant").await;
    let body = link(
        &api,
        json!({ "name": "Customer João", "number": "+5511999999999", "branding": { "companyName": "Acme" } }),
    )
    .await;
    let hidden = ["/instance/id", "/numberId", "/remotePairingToken", "/remotePairingUrl"];
    insta::assert_json_snapshot!(hiding(body.clone(), &hidden), @r#"
    {
      "provider": "PILOT_STATUS",
      "instance": {
        "id": "…",
        "tenantId": "tenant_demo",
        "instanceName": "tenant_demo-5511999999999",
        "number": "5511999999999",
        "name": "Customer João",
        "displayName": "Customer João",
        "state": "CLOSE",
        "quality": "UNKNOWN",
        "primaryLink": {
          "state": "CLOSE",
          "connectedAt": null
        },
        "secondaryLink": null,
        "isFullyConnected": false,
        "createdAt": "2026-06-20T10:00:00.000Z",
        "updatedAt": "2026-06-20T10:00:00.000Z"
      },
      "remotePairingToken": "…",
      "remotePairingUrl": "…",
      "numberId": "…",
      "maskedNumber": "+551199****9999",
      "messageSent": false,
      "linkedApiKeyId": null
    }
    "#);
    assert_eq!(body["numberId"], body["instance"]["id"]);
    let token = body["remotePairingToken"].as_str().unwrap();
    assert!(token.starts_with("rp_"));
    assert_eq!(body["remotePairingUrl"], format!("https://pilotstatus.com.br/connect/{token}"));
}

// facts: NUM-TOKEN-001, NUM-TOKEN-002, NUM-TOKEN-003, NUM-TOKEN-004, NUM-TOKEN-005, NUM-TOKEN-006
// facts: NUM-TOKEN-007
#[tokio::test]
async fn a_link_is_its_own_credential() {
    let mut api = api("ps_demo_tenant").await;
    let body = link(&api, json!({ "name": "Cliente Acme", "number": "5511988887777" })).await;
    let path = format!("/remote-pairing/{}", body["remotePairingToken"].as_str().unwrap());
    api.use_key("ps_nobody");
    let (status, info) = api.get(&path).await;
    assert_eq!(status, 200);
    assert_eq!(
        info,
        json!({
            "valid": true, "name": "Cliente Acme", "number": "5511988887777", "maskedNumber": "+551198****7777",
            "state": "CLOSE", "primaryLink": { "state": "CLOSE", "connectedAt": null }, "secondaryLink": null,
        })
    );
    let (status, code) = api.post(&format!("{path}/connect"), json!({})).await;
    assert_eq!(status, 200);
    assert!(code["qrcodeBase64"].as_str().unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"));
    assert_eq!((code["pairingCode"].as_str().unwrap().len(), &code["secondaryLink"]), (9, &Value::Null));
    let (status, body) = api.get(&format!("{path}/status")).await;
    assert_eq!(status, 200);
    assert_eq!((&body["state"], &body["isFullyConnected"]), (&json!("CONNECTING"), &json!(false)));
}

// facts: NUM-TOKEN-008, NUM-TOKEN-009
#[tokio::test]
async fn links_end() {
    let api = api("ps_demo_tenant").await;
    let body = link(&api, json!({ "name": "x", "number": "5511988887777" })).await;
    let path = format!("/remote-pairing/{}", body["remotePairingToken"].as_str().unwrap());
    api.mock.advance(SignedDuration::from_hours(24) - SignedDuration::from_millis(1)).await;
    assert_eq!(api.get(&path).await.0, 200);
    api.mock.advance(SignedDuration::from_millis(1)).await;
    for (status, body) in [
        api.get(&path).await,
        api.get(&format!("{path}/status")).await,
        api.post(&format!("{path}/connect"), json!({})).await,
        api.get("/remote-pairing/rp_nobody").await,
    ] {
        assert_eq!((status, code(&body)), (404, "NOT_FOUND"));
    }
}

// facts: NUM-TOKEN-012
#[tokio::test]
async fn links_of_deleted_numbers_do_not_work() {
    let api = api("ps_demo_tenant").await;
    let body = link(&api, json!({ "name": "x", "number": "5511988887777" })).await;
    let path = format!("/remote-pairing/{}", body["remotePairingToken"].as_str().unwrap());
    api.delete(&format!("/numbers/{}", body["numberId"].as_str().unwrap())).await;
    assert_eq!(api.get(&path).await.0, 404);
    api.delete(&format!("/numbers/{}/purge", body["numberId"].as_str().unwrap())).await;
    assert_eq!(api.post(&format!("{path}/connect"), json!({})).await.0, 404);
}

// facts: NUM-PAIR-009
#[tokio::test]
async fn meta_links_have_no_number_yet() {
    let api = api("ps_demo_tenant").await;
    for body in [json!({ "provider": "META", "name": "ignored" }), json!({ "metaFlow": "embedded" })] {
        let body = link(&api, body).await;
        assert_eq!(body["provider"], "META");
        for key in ["instance", "numberId", "maskedNumber", "linkedApiKeyId"] {
            assert_eq!(body.get(key), Some(&Value::Null), "{key}");
        }
        let path = format!("/remote-pairing/{}", body["remotePairingToken"].as_str().unwrap());
        assert_eq!(api.get(&path).await, (200, json!({ "valid": true })));
        let closed = json!({ "state": "CLOSE", "connectedAt": null });
        let expected = json!({ "state": "CLOSE", "isFullyConnected": false, "primaryLink": closed, "secondaryLink": null });
        assert_eq!(api.get(&format!("{path}/status")).await.1, expected);
        let (status, body) = api.post(&format!("{path}/connect"), json!({})).await;
        assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
    }
}

// facts: NUM-PAIR-011
#[tokio::test]
async fn a_link_that_cannot_be_sent_is_still_made() {
    let api = api("ps_demo_tenant").await;
    let body = link(&api, json!({ "name": "x", "number": "5511988887777", "sendViaWhatsApp": true })).await;
    assert_eq!(body["messageSent"], false);
    assert!(body["messageError"].is_string());
}

// facts: NUM-PAIR-008, NUM-PAIR-010, NUM-PAIR-012, NUM-PAIR-013
#[tokio::test]
async fn refusals() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for (body, expected) in [
        (json!({}), vec!["/name", "/number"]),
        (json!({ "provider": "EVO" }), vec!["/provider", "/name", "/number"]),
        (json!({ "provider": "META", "metaFlow": "x", "redirectUrl": 1 }), vec!["/metaFlow", "/redirectUrl"]),
        (json!({ "name": "x", "number": "551198888" }), vec!["/number"]),
        (json!({ "name": "x", "number": "5511988887777", "branding": null }), vec!["/branding"]),
        (
            json!({ "name": "x", "number": "5511988887777", "brandingOverride": { "logoUrl": "http://x" } }),
            vec!["/brandingOverride/logoUrl"],
        ),
    ] {
        let (status, answer) = api.post("/numbers/remote-pairing", body).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", expected));
    }
    let (status, body) =
        api.post("/numbers/remote-pairing", json!({ "name": "x", "number": "5511900000004" })).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_ALREADY_ACTIVE"));
    assert_eq!(api.mock.digest(), before);
}
