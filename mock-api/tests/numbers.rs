//! Numbers: their life, settings, links, and the check of other phones.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod common;

use base64::Engine as _;
use common::{NOW, api, api_in, code, hiding, paths};
use jiff::SignedDuration;
use serde_json::{Value, json};

const DAY: SignedDuration = SignedDuration::from_hours(24);

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

// facts: NUM-LIST-001, NUM-LIST-002, NUM-LIST-003, NUM-LIST-004, NUM-LIST-005, NUM-LIST-006, NUM-LIST-007
// facts: NUM-LIST-008, NUM-LIST-010, NUM-LIST-011, COM-FMT-004
#[tokio::test]
async fn list_shows_the_tenants_numbers() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.get("/numbers").await;
    assert_eq!(status, 200);
    let ids: Vec<_> = body.as_array().unwrap().iter().map(|number| number["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["num_meta", "num_meta_oba", "num_web", "num_web_closed"]);
    assert_eq!(body[0]["coexistence"], json!({ "status": "NO", "evidence": "meta_is_on_biz_app" }));
    assert_eq!(
        body[2],
        json!({
            "id": "num_web",
            "instanceName": "tenant_demo-5511900000003",
            "number": "5511900000003",
            "name": "Entregas",
            "provider": "PILOT_STATUS",
            "apiKeys": [{ "name": "Default", "keyPrefix": "ps_demo", "keyLast4": "_web" }],
            "state": "OPEN",
            "primaryLink": { "state": "OPEN", "connectedAt": "2026-05-11T10:00:00.000Z" },
            "secondaryLink": null,
            "isFullyConnected": true,
            "extraChargeUnpaidSince": null,
            "extraChargeDisconnectAt": null,
            "createdAt": "2026-05-11T10:00:00.000Z",
            "updatedAt": "2026-05-11T10:00:00.000Z",
        })
    );
}

// facts: NUM-GET-001, NUM-GET-002, NUM-GET-003, NUM-GET-004, NUM-GET-006, NUM-GET-007, NUM-GET-008
// facts: NUM-GET-011, NUM-PATCH-007, NUM-PATCH-008, NUM-PATCH-009, NUM-PATCH-010, NUM-PATCH-014
// facts: NUM-PATCH-015
#[tokio::test]
async fn detail_of_a_meta_number() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.get("/numbers/num_meta_oba?refresh=1").await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(body, @r#"
    {
      "id": "num_meta_oba",
      "number": "5511900000002",
      "name": "Vendas",
      "provider": "META",
      "state": "OPEN",
      "isFullyConnected": true,
      "piiMode": "STORE_INDEFINITE",
      "piiRetentionDays": null,
      "settings": {
        "historyImportEnabled": true,
        "webhookHistoricalMessages": false,
        "ignoreNewsletters": false,
        "markReadOnSend": true,
        "alwaysOnline": null,
        "rejectCall": null,
        "readMessages": null,
        "ignoreGroups": null,
        "ignoreStatus": null,
        "msgRejectCall": null,
        "appliesTo": {
          "history": "all",
          "advanced": "none",
          "sending": "meta"
        }
      },
      "health": {
        "qualityRating": "GREEN",
        "messagingLimitTier": "TIER_100K",
        "portfolioMessagingLimitTier": "TIER_100K",
        "metaStatus": "CONNECTED",
        "code": null,
        "reason": null,
        "sendable": true
      },
      "meta": {
        "phone": {
          "id": "100000000000002",
          "displayPhoneNumber": "+5511900000002",
          "verifiedName": "Vendas",
          "qualityRating": "GREEN",
          "platformType": "CLOUD_API",
          "isOfficialBusinessAccount": true
        },
        "profile": {
          "about": null,
          "description": null
        },
        "waba": {
          "id": "waba_demo_vendas"
        }
      },
      "coexistence": {
        "status": "NO",
        "evidence": "meta_is_on_biz_app"
      },
      "extraChargeUnpaidSince": null,
      "extraChargeDisconnectAt": null,
      "createdAt": "2026-05-01T10:00:00.000Z",
      "updatedAt": "2026-05-01T10:00:00.000Z"
    }
    "#);
}

// facts: NUM-GET-005, NUM-GET-008, NUM-GET-016, NUM-GET-017, NUM-PATCH-016
#[tokio::test]
async fn detail_of_a_web_number() {
    let api = api("ps_demo_tenant").await;
    let (_, body) = api.get("/numbers/num_web_closed").await;
    assert_eq!((&body["meta"], &body["coexistence"]), (&Value::Null, &Value::Null));
    assert_eq!(body["health"]["sendable"], false);
    assert_eq!(body["health"]["qualityRating"], Value::Null);
    assert_eq!(body["settings"]["alwaysOnline"], Value::Null);
    assert_eq!(
        body["settings"]["appliesTo"],
        json!({ "history": "all", "advanced": "evolution-go", "sending": "none" })
    );
}

// facts: NUM-GET-013, NUM-STATUS-006, NUM-PATCH-020, NUM-DELETE-006, NUM-PURGE-005, NUM-PAY-007
// facts: COM-ERR-002, COM-SCOPE-010
#[tokio::test]
async fn unknown_numbers_and_those_of_others() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for id in ["num_nobody", "num_other"] {
        for (status, body) in [
            api.get(&format!("/numbers/{id}")).await,
            api.get(&format!("/numbers/{id}/connect")).await,
            api.patch(&format!("/numbers/{id}"), json!({ "piiMode": "RELAY_ONLY" })).await,
            api.delete(&format!("/numbers/{id}")).await,
            api.delete(&format!("/numbers/{id}/purge")).await,
            api.post(&format!("/numbers/{id}/restore"), json!({})).await,
            api.post(&format!("/numbers/{id}/pay"), json!({})).await,
            api.post(&format!("/numbers/{id}/upgrade-to-dual"), json!({})).await,
        ] {
            assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
        }
        // The one 404 that is known to have no code (U-02).
        let (status, body) = api.get(&format!("/numbers/{id}/status")).await;
        assert_eq!((status, body), (404, json!({ "error": "Number not found" })));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: COM-SCOPE-006, NUM-PAY-008
#[tokio::test]
async fn number_keys_are_refused() {
    let api = api("ps_demo_web").await;
    for (status, body) in [
        api.get("/numbers").await,
        api.get("/numbers/num_web").await,
        api.post("/numbers", json!({})).await,
        api.post("/numbers/meta", json!({})).await,
        api.post("/numbers/remote-pairing", json!({})).await,
        api.post("/numbers/num_web/pay", json!({})).await,
        api.delete("/numbers/num_web").await,
    ] {
        assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"));
    }
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

// facts: NUM-STATUS-001, NUM-STATUS-002, NUM-STATUS-003, NUM-STATUS-005, NUM-STATUS-010
#[tokio::test]
async fn status() {
    let api = api("ps_demo_tenant").await;
    let web = json!({ "id": "num_web", "state": "OPEN", "isFullyConnected": true, "stale": false, "checkedAt": NOW });
    assert_eq!(api.get("/numbers/num_web/status").await, (200, web));
    let meta = json!({ "id": "num_meta", "state": "OPEN", "isFullyConnected": true, "stale": false });
    assert_eq!(api.get("/numbers/num_meta/status?link=primary").await, (200, meta));
    let (_, body) = api.get("/numbers/num_web/status?link=secondary").await;
    assert_eq!(body["state"], "CLOSE");
    let (status, body) = api.get("/numbers/num_web/status?link=third").await;
    assert_eq!((status, paths(&body)), (400, vec!["/link"]));
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
    assert_eq!(api.get("/numbers/num_web/connect?link=secondary").await.0, 200);
    let (status, body) = api.post("/numbers/num_meta/upgrade-to-dual", json!({})).await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
}

// facts: NUM-PATCH-005, NUM-PATCH-006, NUM-PATCH-011, NUM-PATCH-013, NUM-PATCH-014, NUM-PATCH-015
// facts: NUM-PATCH-016, NUM-PATCH-017, NUM-PATCH-018
#[tokio::test]
async fn update() {
    let api = api("ps_demo_tenant").await;
    let patch = json!({
        "piiMode": "STORE_X_DAYS", "piiRetentionDays": 30,
        "settings": { "ignoreNewsletters": true, "rejectCall": true, "msgRejectCall": "Não atendo" },
    });
    let (status, body) = api.patch("/numbers/num_web", patch).await;
    assert_eq!(status, 200);
    assert_eq!((&body["piiMode"], &body["piiRetentionDays"]), (&json!("STORE_X_DAYS"), &json!(30)));
    assert_eq!(body["settingsSync"], json!({ "applied": 1, "failed": 0, "skipped": 0 }));
    insta::assert_json_snapshot!(body["settings"], @r#"
    {
      "historyImportEnabled": true,
      "webhookHistoricalMessages": false,
      "ignoreNewsletters": true,
      "markReadOnSend": true,
      "alwaysOnline": null,
      "rejectCall": true,
      "readMessages": null,
      "ignoreGroups": null,
      "ignoreStatus": null,
      "msgRejectCall": "Não atendo",
      "appliesTo": {
        "history": "all",
        "advanced": "evolution-go",
        "sending": "none"
      }
    }
    "#);
    let (_, body) = api.patch("/numbers/num_web", json!({ "settings": { "rejectCall": null } })).await;
    assert_eq!(body["settings"]["rejectCall"], Value::Null);
    assert_eq!(body["settings"]["msgRejectCall"], "Não atendo");
    let (_, body) = api.patch("/numbers/num_web", json!({ "piiMode": "RELAY_ONLY" })).await;
    assert_eq!(body["piiRetentionDays"], Value::Null);
    assert_eq!(body.get("settingsSync"), None);
    let (_, body) = api.patch("/numbers/num_meta", json!({ "settings": { "alwaysOnline": true } })).await;
    assert_eq!(body.get("settingsSync"), None);
    assert_eq!(body["settings"]["alwaysOnline"], true);
    assert_eq!(
        body["settings"]["appliesTo"],
        json!({ "history": "all", "advanced": "none", "sending": "meta" })
    );
}

// facts: NUM-PATCH-001, NUM-PATCH-002, NUM-PATCH-003, NUM-PATCH-004, NUM-PATCH-012
#[tokio::test]
async fn update_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    let (status, body) = api.patch("/numbers/num_web", json!({})).await;
    assert_eq!((status, code(&body)), (400, "EMPTY_PATCH"));
    for (patch, path) in [
        (json!({ "piiMode": "STORE_X_DAYS" }), "/piiRetentionDays"),
        (json!({ "piiMode": "NONE" }), "/piiMode"),
        (json!({ "piiMode": "STORE_X_DAYS", "piiRetentionDays": 0 }), "/piiRetentionDays"),
        (json!({ "piiRetentionDays": 3651 }), "/piiRetentionDays"),
        (json!({ "piiRetentionDays": 1.5 }), "/piiRetentionDays"),
        (json!({ "settings": null }), "/settings"),
        (json!({ "settings": { "historyImportEnabled": null } }), "/settings/historyImportEnabled"),
        (json!({ "settings": { "msgRejectCall": "x".repeat(1001) } }), "/settings/msgRejectCall"),
    ] {
        let (status, body) = api.patch("/numbers/num_web", patch).await;
        assert_eq!((status, paths(&body)), (400, vec![path]));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: NUM-DELETE-001, NUM-DELETE-002, NUM-DELETE-003, NUM-CREATE-009, NUM-RESTORE-001, NUM-RESTORE-002
// facts: NUM-RESTORE-004, NUM-RESTORE-006, ACC-KEYS-006
#[tokio::test]
async fn deleted_numbers_can_be_restored() {
    let mut api = api("ps_demo_tenant").await;
    let (status, body) = api.delete("/numbers/num_web").await;
    assert_eq!((status, body), (200, json!({ "ok": true, "restorableUntil": "2026-07-20T10:00:00.000Z" })));
    assert_eq!(api.get("/numbers/num_web").await.0, 404);
    assert_eq!(api.delete("/numbers/num_web").await.0, 404);
    assert_eq!(api.get("/api-keys").await.1.as_array().unwrap().len(), 3);
    let (status, body) = api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_SOFT_DELETED"));
    api.use_key("ps_demo_web");
    let (status, body) = api.get("/groups").await;
    assert_eq!((status, code(&body)), (401, "UNAUTHORIZED"));
    api.use_key("ps_demo_tenant");
    let restored = json!({ "ok": true, "requiresReconnect": true });
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await, (200, restored));
    assert_eq!(api.get("/numbers/num_web/status").await.1["state"], "CLOSE");
    let (status, body) = api.post("/numbers/num_web/restore", json!({})).await;
    assert_eq!((status, code(&body)), (409, "NUMBER_ALREADY_ACTIVE"));
    api.use_key("ps_demo_web");
    assert_eq!(code(&api.get("/groups").await.1), "WHATSAPP_INSTANCE_NOT_CONNECTED");
}

// facts: NUM-DELETE-005, NUM-RESTORE-003
#[tokio::test]
async fn deleted_numbers_are_purged_after_thirty_days() {
    let api = api("ps_demo_tenant").await;
    api.delete("/numbers/num_web").await;
    api.mock.advance(DAY * 20).await;
    api.post("/numbers/num_web/restore", json!({})).await;
    api.delete("/numbers/num_web").await;
    // The window of the first deletion ends; it is the second one that counts.
    api.mock.advance(DAY * 29).await;
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 200);
    api.delete("/numbers/num_web").await;
    api.mock.advance(DAY * 30).await;
    let (status, body) = api.post("/numbers/num_web/restore", json!({})).await;
    assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    assert_eq!(api.post("/numbers", json!({ "name": "x", "number": "5511900000003" })).await.0, 201);
}

// facts: NUM-PURGE-001, NUM-PURGE-003
#[tokio::test]
async fn purge_leaves_nothing() {
    let mut api = api("ps_demo_tenant").await;
    assert_eq!(api.delete("/numbers/num_web/purge").await, (200, json!({ "ok": true })));
    assert_eq!(api.delete("/numbers/num_web/purge").await.0, 404);
    assert_eq!(api.post("/numbers/num_web/restore", json!({})).await.0, 404);
    let (status, body) = api.post("/numbers", json!({ "name": "De novo", "number": "5511900000003" })).await;
    assert_eq!(status, 201);
    let id = body["instance"]["id"].as_str().unwrap().to_owned();
    api.use_header("x-whatsapp-number-id", &id);
    for (path, rows) in [("/conversations", "conversations"), ("/messages/unread", "messages")] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, &body["total"]), (200, &json!(0)), "{rows}");
    }
    api.use_key("ps_demo_web");
    assert_eq!(api.get("/groups").await.0, 401);
}

// facts: NUM-PAY-001, NUM-PAY-002, NUM-PAY-004, NUM-PAY-009, NUM-GET-009
#[tokio::test]
async fn pay() {
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

// facts: NUM-CHECK-002, NUM-CHECK-003, NUM-CHECK-004, NUM-CHECK-005, NUM-CHECK-007, NUM-CHECK-014
#[tokio::test]
async fn check() {
    let api = api("ps_demo_web").await;
    let (status, body) =
        api.post("/numbers/check", json!({ "numbers": ["+5511967435133", "55 (11) 88888-8888"] })).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "results": [
            { "input": "+5511967435133", "exists": true, "number": "551167435133", "name": "Maria Souza" },
            { "input": "55 (11) 88888-8888", "exists": true, "number": "5511888888888", "name": null },
        ] })
    );
    let (_, body) = api.post("/numbers/check", json!({ "number": "551167435133" })).await;
    assert_eq!(body["results"][0]["name"], "Maria Souza");
}

// facts: NUM-CHECK-006, NUM-CHECK-011, NUM-CHECK-012
#[tokio::test]
async fn check_knows_who_is_not_there() {
    let world = "version: 1
tenants: [{ id: t, plan: FREE, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: EVO_V2, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n } }
directory: [{ phone: '5511955554444', exists: false }]
";
    let mut api = api_in(world, "ps_n").await;
    let gone =
        json!({ "results": [{ "input": "+551155554444", "exists": false, "number": null, "name": null }] });
    assert_eq!(api.post("/numbers/check", json!({ "number": "+551155554444" })).await, (200, gone));
    // The account's key needs to say for which number.
    api.use_key("ps_t");
    let (status, body) = api.post("/numbers/check", json!({ "number": "+551155554444" })).await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    api.use_header("x-whatsapp-number-id", "n");
    assert_eq!(api.post("/numbers/check", json!({ "number": "+551155554444" })).await.0, 200);
}

// facts: NUM-CHECK-008, NUM-CHECK-009, NUM-CHECK-010
#[tokio::test]
async fn check_refuses() {
    let mut api = api("ps_demo_web").await;
    let before = api.mock.digest();
    for (body, expected) in [
        (json!({}), vec![""]),
        (json!({ "numbers": [] }), vec!["/numbers"]),
        (json!({ "numbers": vec!["5511888888888"; 21] }), vec!["/numbers"]),
        (json!({ "numbers": ["5511888888888", "oi", 5] }), vec!["/numbers/2", "/numbers/1"]),
        (json!({ "numbers": "5511888888888" }), vec!["/numbers"]),
        (json!({ "number": null }), vec!["/number"]),
        (json!({ "number": "1234567" }), vec!["/number"]),
        (json!({ "number": "5511888888888", "numbers": ["5511888888888"] }), vec![""]),
    ] {
        let (status, answer) = api.post("/numbers/check", body).await;
        assert_eq!((status, code(&answer), paths(&answer)), (400, "VALIDATION_ERROR", expected));
    }
    api.use_key("ps_demo_meta");
    let (status, body) = api.post("/numbers/check", json!({})).await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"));
    api.use_key("ps_demo_web_closed");
    let (status, body) = api.post("/numbers/check", json!({ "number": "5511888888888" })).await;
    assert_eq!((status, code(&body)), (409, "WHATSAPP_INSTANCE_NOT_CONNECTED"));
    assert_eq!(api.mock.digest(), before);
}
