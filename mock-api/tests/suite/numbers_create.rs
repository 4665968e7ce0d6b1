//! Numbers that are created, and connected by their codes.

use crate::common::{api, code, hiding, paths};
use base64::Engine as _;
use serde_json::{Value, json};

/// The text of a QR code.
fn scanned(data_uri: &Value) -> String {
    let data = data_uri.as_str().unwrap().strip_prefix("data:image/png;base64,").unwrap();
    let png = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids()[0].decode().unwrap().1
}

// facts: NUM-CREATE-003, NUM-CREATE-004, NUM-CREATE-005, NUM-CREATE-006, NUM-CREATE-007, NUM-CREATE-008
// facts: NUM-CREATE-013, NUM-CREATE-015
#[tokio::test]
async fn create_then_find() {
    let api = api("ps_demo_tenant").await;
    let body = json!({ "name": "Nova", "number": "+55 (11) 99999-9999", "linkToApiKey": true, "settings": { "alwaysOnline": true } });
    let (status, body) = api.post("/numbers", body).await;
    assert_eq!(status, 201);
    let id = body["instance"]["id"].as_str().unwrap();
    assert!(id.starts_with("num_"));
    let hidden = [
        "/instance/id",
        "/qrcodeBase64",
        "/pairingCode",
        "/primaryLink/qrcodeBase64",
        "/primaryLink/pairingCode",
    ];
    insta::assert_json_snapshot!(hiding(body.clone(), &hidden), @r#"
    {
      "instance": {
        "id": "…",
        "tenantId": "tenant_demo",
        "instanceName": "tenant_demo-5511999999999",
        "number": "5511999999999",
        "name": "Nova",
        "displayName": "Nova",
        "state": "CONNECTING",
        "quality": "UNKNOWN",
        "primaryLink": {
          "state": "CONNECTING",
          "connectedAt": null
        },
        "secondaryLink": null,
        "isFullyConnected": false,
        "createdAt": "2026-06-20T10:00:00.000Z",
        "updatedAt": "2026-06-20T10:00:00.000Z"
      },
      "qrcodeBase64": "…",
      "pairingCode": "…",
      "primaryLink": {
        "qrcodeBase64": "…",
        "pairingCode": "…"
      },
      "secondaryLink": null,
      "linkedApiKeyId": null
    }
    "#);
    assert_eq!(
        scanned(&body["qrcodeBase64"]),
        format!("mock-pairing:{}", body["pairingCode"].as_str().unwrap())
    );
    let (_, detail) = api.get(&format!("/numbers/{id}")).await;
    assert_eq!((&detail["state"], &detail["settings"]["alwaysOnline"]), (&json!("CONNECTING"), &json!(true)));
    let (_, keys) = api.get("/api-keys").await;
    let key = keys.as_array().unwrap().iter().find(|key| key["numberId"] == id).unwrap()["key"].clone();
    let mut api = api;
    api.use_key(key.as_str().unwrap());
    assert_eq!(api.get("/messages/unread").await.0, 200);
}

// facts: NUM-CREATE-001, NUM-CREATE-002, NUM-CREATE-010, NUM-CREATE-014
#[tokio::test]
async fn create_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    let (_, body) = api.post("/numbers", json!({})).await;
    assert_eq!(paths(&body), ["/name", "/number"]);
    let wrong = json!({ "name": 1, "number": "+551199999", "linkToApiKey": null, "settings": { "alwaysOnline": "yes", "markReadOnSend": null } });
    let (status, body) = api.post("/numbers", wrong).await;
    assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"));
    assert_eq!(
        paths(&body),
        ["/name", "/number", "/linkToApiKey", "/settings/markReadOnSend", "/settings/alwaysOnline"]
    );
    let (_, body) = api.post("/numbers", json!({ "name": "x", "number": "5511.9000x" })).await;
    assert_eq!(paths(&body), ["/number"]);
    let (status, body) = api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_ALREADY_ACTIVE"));
    assert_eq!(api.mock.digest(), before);
    assert_eq!(
        api.post("/numbers", json!({ "name": "x", "number": "5511999999" })).await.0,
        201,
        "ten digits"
    );
}

// facts: NUM-META-001, NUM-META-002, NUM-META-003, NUM-META-004
#[tokio::test]
async fn create_meta() {
    let api = api("ps_demo_tenant").await;
    let (_, body) = api.post("/numbers/meta", json!({ "name": "x", "number": "1234567" })).await;
    assert_eq!(paths(&body), ["/number", "/metaPhoneId"]);
    let (status, body) = api
        .post("/numbers/meta", json!({ "name": "Oficial", "number": "12345678", "metaPhoneId": "1" }))
        .await;
    assert_eq!(status, 201);
    assert_eq!(body["instance"]["state"], "OPEN");
    assert!(body["webhookUrl"].is_string() && body["verifyToken"].is_string());
    let (_, detail) = api.get(&format!("/numbers/{}", body["instance"]["id"].as_str().unwrap())).await;
    assert_eq!((&detail["provider"], &detail["meta"]["phone"]["id"]), (&json!("META"), &json!("1")));
}

// facts: NUM-CONNECT-001, NUM-CONNECT-002, NUM-CONNECT-003, NUM-CONNECT-004, NUM-CONNECT-005
// facts: NUM-CONNECT-006, NUM-CONNECT-008
#[tokio::test]
async fn connect() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    let (status, body) = api.get("/numbers/num_web/connect").await;
    assert_eq!((status, code(&body)), (409, "ALREADY_CONNECTED"));
    // The provider is judged before the input.
    for query in ["", "?link=x"] {
        let (status, body) = api.get(&format!("/numbers/num_meta/connect{query}")).await;
        assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
    }
    let (status, body) = api.get("/numbers/num_web_closed/connect?link=x").await;
    assert_eq!((status, paths(&body)), (400, vec!["/link"]));
    assert_eq!(api.mock.digest(), before);
    let (status, first) = api.get("/numbers/num_web_closed/connect").await;
    assert_eq!(status, 200);
    assert_eq!(first.as_object().unwrap().keys().collect::<Vec<_>>(), ["qrcodeBase64", "pairingCode"]);
    assert_eq!(api.get("/numbers/num_web_closed/status").await.1["state"], "CONNECTING");
    let (_, second) = api.get("/numbers/num_web_closed/connect").await;
    assert_ne!(scanned(&first["qrcodeBase64"]), scanned(&second["qrcodeBase64"]));
}

// facts: NUM-DUAL-001, NUM-DUAL-002, NUM-DUAL-003, NUM-DUAL-004, NUM-CONNECT-007, NUM-STATUS-002
#[tokio::test]
async fn a_second_link() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.post("/numbers/num_web/upgrade-to-dual", json!({})).await;
    assert_eq!(status, 200);
    assert!(body["secondaryLink"]["pairingCode"].is_string());
    let (_, body) = api.get("/numbers/num_web/status?link=secondary").await;
    assert_eq!((&body["state"], &body["isFullyConnected"]), (&json!("CONNECTING"), &json!(false)));
    let (status, body) = api.get("/numbers/num_web/connect?link=secondary").await;
    let scanned = scanned(&body["qrcodeBase64"]);
    assert_eq!((status, scanned.ends_with(body["pairingCode"].as_str().unwrap())), (200, true), "{scanned}");
    assert_eq!(api.get("/numbers/num_web/status").await.1["state"], "OPEN", "the first link stays");
    assert_eq!(code(&api.get("/numbers/num_web/connect").await.1), "ALREADY_CONNECTED");
    let (status, body) = api.post("/numbers/num_meta/upgrade-to-dual", json!({})).await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
}
